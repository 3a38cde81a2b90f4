"""Photos and results behind fsspec: a folder by default, an S3-compatible bucket or another place by its address."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import fsspec
from fsspec.implementations.local import LocalFileSystem

from ..errors import PhotoNotWritten, UsageError
from ..files.whole_file import write_whole

CHUNK: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")


class Store:
    """Files by job and name. Names are ours, such as "photo" or "result-1.jpg"; a client's never get here.

    Raises:
        UsageError: an address that fsspec does not know.
    """

    def __init__(self, url: str) -> None:
        try:
            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise UsageError(
                f"OTE_STORE: expected a folder or an address such as s3://bucket/jobs ({error}); for S3, install "
                "the extra: pip install 'open-the-eyes[serve,s3]'."
            ) from None
        self._is_folder = isinstance(self._files, LocalFileSystem)

    def put(self, job: str, name: str, data: bytes) -> None:
        """All of `data`, or nothing has changed; on a disk it is synced before this returns.

        Raises:
            PhotoNotWritten: no room, no permission, the store is out of reach.
        """
        path = self._path(job, name)
        try:
            if self._is_folder:
                Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_whole(Path(path), data, overwrite=True)
            else:
                self._files.pipe_file(path, data)
        except OSError as error:
            raise PhotoNotWritten(f"expected to store {name} ({error}); make room, or see OTE_STORE.") from error

    def get(self, job: str, name: str) -> bytes:
        """Raises:
        FileNotFoundError: it is not there, or not any more.
        """
        return bytes(self._files.cat_file(self._path(job, name)))

    def has(self, job: str, name: str) -> bool:
        return bool(self._files.isfile(self._path(job, name)))

    def size(self, job: str, name: str) -> int:
        """Bytes.

        Raises:
            FileNotFoundError: it is not there, or not any more.
        """
        return int(self._files.size(self._path(job, name)))

    def stream(self, job: str, name: str) -> Iterator[bytes]:
        """The file in pieces, so that a large one is never in memory as a whole."""
        with self._files.open(self._path(job, name), "rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def forget(self, job: str) -> None:
        """Deletes everything of a job; nothing, where there is nothing."""
        with suppress(FileNotFoundError):
            self._files.rm(f"{self._root}/{UUID(job)}", recursive=True)

    def check(self) -> None:
        """Writes a file and deletes it again.

        Raises:
            PhotoNotWritten: that did not work.
        """
        probe = str(UUID(bytes=secrets.token_bytes(16), version=4))
        self.put(probe, "probe", b"probe")
        self.forget(probe)

    def _path(self, job: str, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of ours: {name!r}")
        return f"{self._root}/{UUID(job)}/{name}"
