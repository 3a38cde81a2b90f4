"""What a manifest keeps in memory of a photo: its last record, and every result that was ever written of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..naming import numbered
from ..system.digest import sha256_of
from .plan import Item
from .record import Output, Record, State


@dataclass(frozen=True, slots=True)
class Original:
    """The photo that something was done with, as `Record` has it."""

    size: int
    mtime_ns: int
    sha256: str
    origin: str

    def is_still(self, item: Item) -> bool:
        """Whether a photo is as it was then: by size and time, or by size and bytes."""
        if self.size != item.size:
            return False
        return self.mtime_ns == item.mtime_ns or (self.sha256 != "" and self.sha256 == _sha256(item.source))

    def has_become(self, record: Record) -> bool:
        """Whether a record is of this photo, and it has changed."""
        return self.origin == record.origin and self.sha256 != record.sha256 != ""

    def is_of(self, item: Item) -> bool:
        """Whether it was this photo, which may have changed since, and no namesake: it lay in the same place, or is as
        it was."""
        return self.origin == item.origin or self.is_still(item)


@dataclass(frozen=True, slots=True)
class Written:
    """What the batch last wrote at a place.

    Args:
        original: that it was made of.
        fingerprint: that it was made under.
        kept: it was found to be somebody's work since: `output` is that, and no longer the batch's own.
    """

    output: Output
    original: Original
    fingerprint: str
    kept: bool

    def is_file(self, path: Path) -> bool:
        """Whether a file of its size is this result: by its time, or, when it was only touched, by its bytes."""
        try:
            return path.stat().st_mtime_ns == self.output.mtime_ns or _sha256(path) == self.output.sha256
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Known:
    """Of the records of a photo what deciding needs: ten thousand of them stay small.

    Args:
        outputs: of the last record, as all before it.
        place: of its line in the file.
        written: one for each place at which results of this photo have been. A run that failed, or had other names for
            them, does not make earlier ones a stranger's.
    """

    original: Original
    fingerprint: str
    state: State
    outputs: tuple[Output, ...]
    place: int
    written: tuple[Written, ...]

    @classmethod
    def of(cls, record: Record, place: int, before: Sequence[Written]) -> Known:
        """What is known once there is this record.

        Args:
            before: the results that were known until then.
        """
        fingerprint = sys.intern(record.fingerprint)
        new = {output.path for output in record.outputs}
        earlier = [one for one in before if one.output.path not in new]
        original = Original(record.size, record.mtime_ns, record.sha256, record.origin)
        latest = [Written(output, original, fingerprint, record.state == "kept") for output in record.outputs]
        return cls(
            original,
            fingerprint,
            record.state,
            record.outputs,
            place,
            (*earlier, *latest),
        )

    def has_results_of(self, item: Item, fingerprint: str) -> bool:
        """Whether what is wanted of a photo is what was done, under these names.

        A copy is always called what its photo is. Of a misnamed photo at an address the suffix is not known beforehand.
        """
        if self.fingerprint != fingerprint:
            return False
        stems = [Path(output.path).stem for output in self.outputs]
        if self.state == "kept":  # one or more of them, or a copy
            ours = re.compile(rf"{re.escape(item.output.stem)}(\.\d+)?")
            return all(ours.fullmatch(stem) or stem == item.copy.stem for stem in stems)
        wanted = [path.stem for path in numbered(item.output, len(self.outputs))]
        return self.state != "opened" or stems == wanted


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path) if path.is_file() else ""
    except OSError:
        return ""
