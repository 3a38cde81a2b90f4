"""Brings weights to this machine: only what is missing, from where it broke off, and nothing that is not what it was.

Written on the standard library: the hub's own client deletes what it has when a download breaks off, and half of 7 GB
is worth keeping.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from ...errors import NoCapacity, WeightsMissing
from ...settings import Settings
from ...system.digest import sha256_of
from ...system.locks import held
from ...system.paths import is_file, is_folder
from ...system.to_disk import to_disk
from .catalogue import Weight
from .sources import BrokenOff, RemoteFile, Source, not_fetched, source_of
from .store import Recorded, of_weight, read_record, write_record

Tell: TypeAlias = Callable[[str, int, int], None]
"""Called with the file that is fetched, and how many bytes of how many are done in all."""

TRIES: Final = 5
PAUSE: Final = 0.5
"""Pause before another try, seconds; twice as long after each try in a row that brought nothing."""
CHUNK: Final = 1 << 20
LOCK: Final = "fetch.lock"
SPARE: Final = 100_000_000
"""Bytes that are to stay free on the disk."""


@dataclass(frozen=True, slots=True)
class Download:
    """One file to be brought into `folder`; `sha256` is "" where nobody knows it yet."""

    weight: Weight
    file: RemoteFile
    folder: Path
    sha256: str

    @property
    def key(self) -> str:
        return f"{self.weight.name}/{self.file.name}"

    @property
    def target(self) -> Path:
        return self.folder / self.weight.name / self.file.name

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def have(self) -> int:
        """Bytes of it that an earlier fetch left."""
        return self.part.stat().st_size if is_file(self.part) else 0


def fetch(
    weights: Sequence[Weight],
    settings: Settings,
    tell: Tell | None = None,
    waiting: Callable[[], None] = lambda: None,
) -> None:
    """Brings every file of these models that is not here yet, and checks those that are.

    What breaks off is kept, and the next call goes on from there. Of several at once, one is at work in a folder.

    Args:
        waiting: called when another one is.

    Raises:
        WeightsMissing: a source that does not answer or does not have it, or a file that is not what it should be.
        NoCapacity: the disk is too full.
    """
    source, folder, tell = source_of(settings), settings.weights, tell or _nobody
    downloads = [download for weight in weights for download in _downloads(weight, source, folder)]
    whole = all(is_file(download.target) for download in downloads)
    if whole and all(_is_here(download, tell) for download in downloads):
        return  # into a folder that may be read only
    with _alone(folder, downloads[0], waiting):
        _complete(downloads, source, folder, tell)


@contextmanager
def _alone(folder: Path, first: Download, waiting: Callable[[], None]) -> Iterator[None]:
    """A block in which no other fetch writes into the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        raise _not_written(first, error) from error
    with lock:
        if not held(lock.fileno()):
            waiting()
            held(lock.fileno(), wait=True)
        yield


def _complete(downloads: Sequence[Download], source: Source, folder: Path, tell: Tell) -> None:
    absent = [download for download in downloads if not is_file(download.target)]
    _note(
        [(download, download.sha256) for download in absent]
    )  # first: however this ends, they are known to be missing
    missing = [download for download in downloads if not _is_here(download, tell)]
    _note([(download, download.sha256) for download in missing])
    _check_room(missing, folder)
    done, total = 0, sum(download.file.bytes for download in missing)
    for download in missing:
        _bring(download, source, partial(_tell, tell, download.key, done, total))
        done += download.file.bytes


def _downloads(weight: Weight, source: Source, folder: Path) -> list[Download]:
    """What a model's files are and have to be: the catalogue's hash counts first, then the one of the first fetch."""
    recorded = of_weight(read_record(folder), weight)
    downloads = []
    for file in source.files(weight):
        known = recorded.get(file.name)
        before = known.sha256 if known is not None and known.revision == weight.revision else ""
        sha256 = weight.sha256.get(file.name) or before or file.sha256
        if file.sha256 and file.sha256 != sha256:
            raise _differs(weight, file.name, sha256, file.sha256, source.where)
        downloads.append(Download(weight, file, folder, sha256))
    return downloads


def _is_here(download: Download, tell: Tell) -> bool:
    """Whether a file is here and is what it should be; one that is not is removed.

    Where its hash is known, that alone decides: a source may have another file, or half of it, by now.
    """
    if not is_file(download.target):
        return False
    size = download.target.stat().st_size
    if download.sha256 or size == download.file.bytes:
        tell(f"checking {download.key}", 0, size)
        found = sha256_of(download.target)
        if found == (download.sha256 or found):
            _note([(replace(download, file=replace(download.file, bytes=size)), found)])
            return True
    download.target.unlink()
    return False


def _bring(download: Download, source: Source, tell: Callable[[int], None]) -> None:
    """One file, whole and checked, or not at all under its name."""
    try:
        download.target.parent.mkdir(parents=True, exist_ok=True)
        _fill(download, source, tell)
        if not is_file(download.part) and _is_here(download, _nobody):
            return  # another fetch at the same time was the first to finish it
        found = sha256_of(download.part)
        if found != (download.sha256 or found):
            download.part.unlink()
            raise _differs(download.weight, download.file.name, download.sha256, found, source.where)
        download.part.replace(download.target)
        _note([(download, found)])
    except OSError as error:
        raise _not_written(download, error) from error


def _fill(download: Download, source: Source, tell: Callable[[int], None]) -> None:
    """Reads until the part file is as long as it has to be; gives up after TRIES in a row that brought nothing."""
    idle, problem = 0, ""
    while idle < TRIES:
        have = download.have if download.have <= download.file.bytes else 0
        try:
            _append(download, source, have, tell)
            return
        except BrokenOff as error:
            problem = str(error)
            idle = 0 if download.have > have else idle + 1
            time.sleep(PAUSE * 2**idle)
    kept = f"{download.have} of {download.file.bytes} bytes of {download.file.name} are here and kept"
    raise not_fetched(download.weight, f"the download broke off ({problem}); {kept}")


def _append(download: Download, source: Source, have: int, tell: Callable[[int], None]) -> None:
    size = download.file.bytes
    if have == size > 0:
        return
    with source.reading(download.weight, download.file, have) as (stream, begin):
        with download.part.open("r+b" if begin else "wb") as out:
            got = out.seek(begin)
            while got < size and (piece := _piece(stream, min(CHUNK, size - got))):
                out.write(piece)
                got += len(piece)
                tell(got)
            out.flush()
            to_disk(out.fileno())
        if got < size:
            raise BrokenOff(f"{source.where} sent {got} of {size} bytes")


def _piece(stream: BinaryIO, size: int) -> bytes:
    """What can be read; apart from writing, so that a full disk is not taken for a broken line."""
    try:
        return stream.read(size)
    except (OSError, HTTPException) as error:
        raise BrokenOff(str(error) or type(error).__name__) from error


def _check_room(missing: Sequence[Download], folder: Path) -> None:
    need = sum(download.file.bytes - download.have for download in missing) + SPARE
    existing = next(path for path in (folder, *folder.absolute().parents) if is_folder(path))
    free = shutil.disk_usage(existing).free
    if missing and free < need:
        raise NoCapacity(
            f"fetch: expected {need / 1e9:.1f} GB free in {folder}, got {free / 1e9:.1f} GB. "
            "Make room, or name another folder: OTE_WEIGHTS=/folder"
        )


def _note(news: Sequence[tuple[Download, str]]) -> None:
    """Records the SHA-256 of files; reads again each time, so that two fetches at once lose nothing they finished."""
    if not news:
        return
    folder = news[0][0].folder
    record = read_record(folder)
    added = {e.key: Recorded(e.file.bytes, sha256, e.weight.revision) for e, sha256 in news}
    try:
        if any(record.get(key) != entry for key, entry in added.items()):
            write_record(folder, {**record, **added})
    except OSError as error:
        raise _not_written(news[0][0], error) from error


def _tell(tell: Tell, what: str, before: int, total: int, got: int) -> None:
    tell(what, before + got, total)


def _nobody(what: str, done: int, total: int) -> None:
    """Nobody asked to be told."""


def _differs(weight: Weight, name: str, expected: str, came: str, where: str) -> WeightsMissing:
    return not_fetched(
        weight, f"expected {name} with SHA-256 {expected[:16]}..., got {came[:16]}... from {where}; it was not kept"
    )


def _not_written(download: Download, error: OSError) -> NoCapacity | WeightsMissing:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return NoCapacity(
            f"{download.key}: the disk is full ({download.target.parent}). Make room, or name another folder "
            "(OTE_WEIGHTS=/folder), and run again; what is here is kept."
        )
    return WeightsMissing(
        f"{download.key}: expected to write it to {download.target.parent}, got: {error.strerror or error}. "
        "Make the folder writable, or name another: OTE_WEIGHTS=/folder"
    )
