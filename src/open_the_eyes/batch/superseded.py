"""Results of earlier options that those of other ones leave behind: deleted, so that OUT holds results of one kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..digest import sha256_of
from ..errors import OpenTheEyesError, PhotoNotWritten
from .manifest import Manifest
from .plan import Item, Plan
from .record import Output, Record, failed_by
from .spec import BatchSpec

Delete = Callable[[Output], None]
"""Deletes a result that is still what was written, and no photo that was given.

Raises:
    PhotoNotWritten: it cannot be deleted.
"""


def superseding(
    records: Iterable[Record], items: Sequence[Item], manifest: Manifest, delete: Delete
) -> Iterator[Record]:
    """New records of photos, each once what it supersedes is deleted; that of a failure where it cannot be."""
    of = {item.name: item for item in items}
    for record in records:
        try:
            for output in manifest.superseded(record):
                delete(output)
        except OpenTheEyesError as error:
            yield failed_by(error, of[record.name], record.fingerprint)
        else:
            yield record


def deleting_here(plan: Plan, spec: BatchSpec) -> Delete:
    """Deletes from the folder of results of a plan."""
    given = {os.path.realpath(photo) for photo in (*spec.references, *(item.source for item in plan.items))}

    def delete(output: Output) -> None:
        path = plan.out / output.path
        try:
            ours = path.is_file() and not path.is_symlink() and os.path.realpath(path) not in given
            if ours and sha256_of(path) == output.sha256:
                path.unlink()
        except OSError as error:
            raise cannot_delete(str(path), error) from error

    return delete


def cannot_delete(path: str, error: Exception) -> PhotoNotWritten:
    """What is wrong when a result cannot be deleted."""
    return PhotoNotWritten(f"{path}: expected to delete this result of other options, got: {error}; delete it.")
