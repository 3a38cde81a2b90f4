"""What a store was made of is kept beside it, so that it is never taken for what other pictures would have given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def fingerprint(files: Iterable[Path]) -> str:
    """The same for files of the same bytes, names and order in folders of the same name, and for no others.

    A folder's name counts because it may say what its pictures are: `closed`, `open`.
    """
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.absolute().parent.name}/{path.name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def made_of(store: Path) -> str | None:
    """The fingerprint of what a file or a folder was made of; None where there is none, or it was never finished."""
    mark = _mark_of(store)
    return mark.read_text(encoding="ascii") if store.exists() and mark.exists() else None


@contextmanager
def making(store: Path, of: str) -> Iterator[None]:
    """A block that makes a store: when it ends well, and not before, the store counts as made."""
    _mark_of(store).unlink(missing_ok=True)
    yield
    _mark_of(store).write_text(of, encoding="ascii")


def _mark_of(store: Path) -> Path:
    return store.with_name(f"{store.name}.made-of")
