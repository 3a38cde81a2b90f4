"""The bytes of a photo: from memory or from a path, with limits, never waiting for a pipe."""

from __future__ import annotations

import os
import stat
from os import PathLike
from pathlib import Path

from ..errors import PhotoTooLarge, UnreadablePhoto
from ..system.paths import kind_of


def take_in(source: str | PathLike[str] | bytes, max_bytes: int) -> bytes:
    """The whole file.

    Raises:
        UnreadablePhoto: no such file, not an ordinary file, no permission.
        PhotoTooLarge: more than `max_bytes`; found out before reading.
    """
    if isinstance(source, bytes):
        _check_length(len(source), max_bytes)
        return source
    if not os.fspath(source):  # which `Path` would take for the folder that we are in
        raise UnreadablePhoto("expected a path, got an empty one; name a file.")
    try:
        _check_entered(Path(source))
        _check_ordinary(Path(source).stat())  # opening a device can already do something, so look first
        with open(source, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            _check_ordinary(status)
            _check_length(status.st_size, max_bytes)
            data = file.read(status.st_size + 1)
    except FileNotFoundError:
        if os.fspath(source) == "-":
            raise UnreadablePhoto("expected a photo; it is read from a file, not from stdin. Name one.") from None
        raise UnreadablePhoto("expected a photo, there is no such file; check the name.") from None
    except PermissionError:
        raise UnreadablePhoto("expected a photo that may be read, permission is denied; change its rights.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadablePhoto(f"expected a file that can be read, got: {reason}; check the path.") from error
    if len(data) > status.st_size:
        raise UnreadablePhoto("expected a file at rest, it grew while it was read; try again when it is written.")
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _check_entered(path: Path) -> None:
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise UnreadablePhoto("expected a photo, this is a folder that may not be looked into; change its rights.")


def _check_ordinary(status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    raise UnreadablePhoto(f"expected a photo, this is {kind_of(status.st_mode) or 'a folder'}; name a file.")


def _check_length(length: int, max_bytes: int) -> None:
    if length > max_bytes:
        raise PhotoTooLarge(
            f"expected at most {max_bytes:,} bytes, it has {length:,}{' or more' if length == max_bytes + 1 else ''}; "
            "make it smaller.",
            mend="OTE_MAX_BYTES",
            how="Or raise the limit",
        )
