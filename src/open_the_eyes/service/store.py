"""Photos and results behind fsspec: a folder by default, an S3-compatible bucket or another place by its address."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from ..errors import UsageError
from ..files.whole_file import write_whole
from .errors import StoreAway, StoreUnreadable

CHUNK: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")


class ArtifactStore:
    """Files by job and name. Names are ours, such as "photo" or "result-1.jpg"; a client's never get here.

    `is_folder` tells a folder of this machine from all else.

    Raises:
        UsageError: an address that fsspec does not know, or where nobody answers.
    """

    def __init__(self, url: str) -> None:
        try:
            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)  # others write there, too
        except (ValueError, ImportError) as error:
            raise UsageError(
                f"expected a folder or an address such as s3://bucket/jobs ({error}); for S3, install "
                'the extra: pip install "open-the-eyes[serve,s3]".',
                option="OTE_STORE",
            ) from None
        except Exception as error:
            raise UsageError(
                f"expected a place that answers, got: {error or type(error).__name__}; check its address, "
                "and that it can be reached from here.",
                option="OTE_STORE",
            ) from error
        self.is_folder = isinstance(self._files, LocalFileSystem)

    def put(self, job: str, name: str, data: bytes) -> None:
        """Stores all of `data`, or changes nothing; on a disk it is synced before this returns.

        Raises:
            StoreAway: no room, no permission, nobody there, or no such bucket.
        """
        path = self._path(job, name)
        with _reached(f"store {name}"):
            try:
                if self.is_folder:
                    Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    write_whole(Path(path), data, overwrite=True)
                else:
                    self._files.pipe_file(path, data)
            except FileNotFoundError as error:  # what is missing is no file here, but the place for it
                raise StoreAway(f"expected a place for {name}, got: {error}; see OTE_STORE.") from error

    def get(self, job: str, name: str) -> bytes:
        """The bytes of a job's file.

        Raises:
            FileNotFoundError: it is not there, or not any more.
            StoreUnreadable: nobody knows.
        """
        path = self._path(job, name)
        with _reached(f"read {name}", StoreUnreadable):
            return bytes(self._files.cat_file(path))

    def has(self, job: str, name: str) -> bool:
        """Whether a job has that file.

        Raises:
            StoreUnreadable: nobody knows.
        """
        try:
            self.size(job, name)
        except FileNotFoundError:
            return False
        return True

    def size(self, job: str, name: str) -> int:
        """Bytes.

        Raises:
            FileNotFoundError: it is not there, or not any more.
            StoreUnreadable: nobody knows.
        """
        path = self._path(job, name)
        with _reached(f"look for {name}", StoreUnreadable):
            return int(self._files.size(path))

    def stream(self, job: str, name: str) -> Generator[bytes, None, None]:
        """The file in pieces, so that a large one is never in memory as a whole; the first is read when this returns.

        Raises:
            FileNotFoundError: it is not there, or not any more.
            StoreUnreadable: nobody knows.
        """
        path = self._path(job, name)
        with _reached(f"read {name}", StoreUnreadable):
            pieces = _pieces(self._files.open(path, "rb"))
            next(pieces)
            return pieces

    def forget(self, job: str) -> None:
        """Deletes everything of a job; nothing, where there is nothing.

        Raises:
            StoreAway: it may still be there.
        """
        folder = f"{self._root}/{UUID(job)}"
        with _reached("delete a job's files"), suppress(FileNotFoundError):
            self._files.rm(folder, recursive=True)

    def check(self) -> None:
        """Writes a file and deletes it again.

        Raises:
            StoreAway: that did not work.
        """
        probe = str(uuid4())
        try:
            self.put(probe, "probe", b"probe")
        finally:
            self.forget(probe)

    def _path(self, job: str, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of ours: {name!r}")
        return f"{self._root}/{UUID(job)}/{name}"


def _pieces(opened: Any) -> Generator[bytes, None, None]:
    """Yields b"" once the first piece is read, since a bucket is asked for nothing before that; then the pieces."""
    with opened as file:
        piece = file.read(CHUNK)
        yield b""
        while piece:
            yield piece
            piece = file.read(CHUNK)


@contextmanager
def _reached(what: str, kind: type[StoreAway] = StoreAway) -> Iterator[None]:
    """Whatever a disk, a bucket and their libraries raise, in one word."""
    try:
        yield
    except (FileNotFoundError, StoreAway):
        raise
    except Exception as error:
        raise kind(f"expected to {what}, got: {error}; make room, or see OTE_STORE.") from error
