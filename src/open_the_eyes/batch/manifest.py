"""What is finished, written down photo by photo, so that a batch that was killed goes on where it was.

One line of JSON a photo, appended and synced to the disk before the next photo is counted. A process that is killed in
the middle of a line leaves a line that cannot be read; its photo is simply done again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..errors import NoCapacity, NoRoomOnDisk, PhotoNotWritten, UsageError, not_written
from ..system.locks import held
from ..system.to_disk import to_disk
from .known import Known, Written
from .plan import Item
from .record import STATES, OtherVersion, Record, State

MANIFEST: Final = "manifest.jsonl"


class Manifest:
    """The manifest of one folder of results; held by one batch at a time.

    Args:
        size_of: where results lie elsewhere, the bytes of one by its path in `Output`, None where there is none; by
            default, those of a file in the folder above.

    Raises:
        NoCapacity: another batch is at work in this folder.
        UsageError: another version's manifest is there.
        PhotoNotWritten: the folder cannot be made, or the file not be written.
    """

    def __init__(self, folder: Path, size_of: Callable[[str], int | None] | None = None) -> None:
        self._size_of = size_of or (lambda path: _size(folder.parent / path))
        self._home = folder.parent if size_of is None else None
        self.path: Final = folder / MANIFEST
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab+")
        except OSError as error:
            raise PhotoNotWritten(
                f"{folder}: expected a folder to keep the batch's manifest in, got: {error.strerror}; choose another."
            ) from error
        if not held(self._file.fileno()):
            self._file.close()
            raise NoCapacity(
                f"{folder}: expected to be alone, another batch is at work there; wait for it, or name another folder."
            )
        self._appending = threading.Lock()
        self._known: dict[str, Known] = {}
        self._set_aside: set[str] = set()
        self._end = 0
        try:
            self._read()
        except UsageError:
            self.close()
            raise

    def latest(self, items: Sequence[Item], fingerprint: str, states: Sequence[State] = STATES) -> Iterator[Record]:
        """The record of each of these photos that has one under this fingerprint and is not set aside; one at a time
        is in memory.

        Raises:
            PhotoNotWritten: the file is gone, or its drive is.
        """
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise self._gone(error) from error
        with file:
            for item in items:
                known = None if item.name in self._set_aside else self._known.get(item.name)
                if known is not None and known.fingerprint == fingerprint and known.state in states:
                    file.seek(known.place)
                    record = self._record_of(file.readline())
                    if record is not None:
                        yield record

    def set_aside(self, item: Item) -> None:
        """Takes an earlier record of a photo out of `latest` until there is a new one: the photo is to be done anew."""
        self._set_aside.add(item.name)

    def add(self, record: Record) -> None:
        """Writes a record down; when this returns it is on the disk.

        Raises:
            PhotoNotWritten: it cannot be written, or the file is gone, and results with it; NoRoomOnDisk where the disk
                is full.
        """
        self._write([(record, record.to_line())])
        try:
            self.path.stat()  # of a folder that was moved or unmounted the open file tells nothing
        except OSError as error:
            raise self._gone(error) from error

    def take_in(self, other: Path) -> None:
        """Adds what another manifest of the same results has and this one has not, such as that of a machine on which
        the batch went on meanwhile. Of a photo that both tell of, the other's record counts.

        Raises:
            UsageError: it is another version's.
            PhotoNotWritten: it cannot be written; NoRoomOnDisk where the disk is full.
        """
        with self.path.open("rb") as lines:
            here = {_digest(line) for line in lines}
        with other.open("rb") as lines:
            new = (line.rstrip(b"\n") + b"\n" for line in lines if _digest(line) not in here)
            self._write((record, line) for line in new if (record := self._record_of(line)) is not None)

    def state_of(self, item: Item, fingerprint: str, *, copy: bool = False) -> State | None:
        """What became of a photo as it now is under this fingerprint; None where it is still to be done.

        A photo is known by size and time, or, when it was only touched, by its bytes; its results have to be there,
        and to be called what they would be called now. Of a kept one it is enough that one of them is there.

        Args:
            copy: a photo whose eyes need no opening has to be copied.
        """
        known = self._known.get(item.name)
        if known is None or not known.has_results_of(item, fingerprint) or not known.original.is_still(item):
            return None
        if known.state == "unchanged" and copy and not known.outputs:
            return None
        if known.state == "kept":
            there = any(self.holds(output.path) for output in known.outputs)
        else:
            there = all(self._size_of(output.path) == output.size for output in known.outputs)
        return known.state if there else None

    def changed(self, item: Item) -> tuple[str, ...]:
        """Paths of results of this photo, or of another one of its name, that somebody has worked on since, under
        whatever fingerprint and in whatever run before they were made.

        Elsewhere than in a folder here only those are known whose size is another.
        """
        there = [result for result in self._written(item.name) if self.holds(result.output.path)]
        return tuple(result.output.path for result in there if not self._is_as_written(result))

    def ours(self, item: Item, fingerprint: str) -> tuple[tuple[str, str], ...]:
        """Paths and SHA-256 of what was written of this photo under this fingerprint, as `Item` has them."""
        ours = (result for result in self._written(item.name) if result.fingerprint == fingerprint and not result.kept)
        return tuple((result.output.path, result.output.sha256) for result in ours if result.original.is_of(item))

    def others(self, item: Item) -> tuple[str, ...]:
        """Paths of results that are another photo's of this name."""
        return tuple(result.output.path for result in self._written(item.name) if not result.original.is_of(item))

    def has_other_results(self, item: Item, fingerprint: str) -> bool:
        """Whether results of this photo are there that were made under another fingerprint, or are called otherwise."""
        known = self._known.get(item.name)
        if known is None or known.has_results_of(item, fingerprint):
            return False
        return any(self.holds(output.path) for output in known.outputs)

    def holds(self, path: str) -> bool:
        """Whether something lies where a result of that path in `Output` would."""
        return self._size_of(path) is not None

    def left_by(self, record: Record) -> list[str]:
        """Results of its photo that are there, and whose place it does not take; where it has none itself, only those
        that were made under another fingerprint or of the photo as it was, where it is kept, of the former alone."""
        new = {output.path for output in record.outputs}
        anew = record.state != "kept"
        old = (
            result
            for result in self._written(record.name)
            if result.fingerprint != record.fingerprint or (anew and (new or result.original.has_become(record)))
        )
        return [path for path in (result.output.path for result in old) if path not in new and self.holds(path)]

    def close(self) -> None:
        """Lets the next batch in."""
        with suppress(OSError):  # a line for which there was no room, of which `add` has told
            self._file.close()

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _written(self, name: str) -> tuple[Written, ...]:
        """Of each place at which results of a photo have been, the last one."""
        known = self._known.get(name)
        return () if known is None else known.written

    def _gone(self, error: OSError) -> PhotoNotWritten:
        return PhotoNotWritten(
            f"{self.path}: expected the batch's manifest where it was, got: {error.strerror}; bring its folder back, "
            "or start the same command again."
        )

    def _record_of(self, line: bytes) -> Record | None:
        try:
            return Record.from_line(line)
        except OtherVersion:
            raise UsageError(
                f"{self.path}: expected this version's records, got those of another, unreleased one; "
                "name another OUT, or delete this file."
            ) from None

    def _is_as_written(self, result: Written) -> bool:
        if result.kept or self._size_of(result.output.path) != result.output.size:
            return False
        return self._home is None or result.is_file(self._home / result.output.path)

    def _read(self) -> None:
        """Takes in what is there; a line that was never finished is ended, so that the next one begins anew."""
        line = b"\n"
        with self.path.open("rb") as lines:
            for line in lines:
                record = self._record_of(line)
                if record is None:
                    self._end += len(line)
                else:
                    self._remember(record, line)
        if not line.endswith(b"\n"):
            self._file.write(b"\n")
            self._file.flush()
            self._end += 1

    def _write(self, records: Iterable[tuple[Record, bytes]]) -> None:
        with self._appending:
            try:
                for record, line in records:
                    self._file.write(line)
                    self._remember(record, line)
                self._file.flush()
                to_disk(self._file.fileno())
            except OSError as error:
                kind = not_written(error)
                then = "" if kind is NoRoomOnDisk else "; start the same command again: it goes on from here"
                raise kind(
                    f"{self.path}: expected to write down what is finished, got: {error.strerror}{then}."
                ) from error

    def _remember(self, record: Record, line: bytes) -> None:
        self._set_aside.discard(record.name)
        self._known[record.name] = Known.of(record, self._end, self._written(record.name))
        self._end += len(line)


def _digest(line: bytes) -> bytes:
    """What tells lines apart, and is small: a line may hold pictures."""
    return hashlib.blake2b(line.rstrip(b"\n"), digest_size=16).digest()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
