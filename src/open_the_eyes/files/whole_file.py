"""A file is written whole or not at all, and never over another one by accident."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from ..errors import NoRoomOnDisk, PhotoNotWritten, not_written
from ..system.paths import special
from ..system.to_disk import to_disk

OWNER_DIGITS: Final = 16
REPLACE: Final = "pass overwrite=True (--overwrite on the command line)"
"""What to do for an existing file to be replaced."""

_owner: ContextVar[str] = ContextVar("owner", default="")


@contextmanager
def owned_by(owner: str) -> Iterator[None]:
    """Within, in this thread, hidden names of files on their way have these `OWNER_DIGITS` hexadecimal digits.

    They tell who may delete what a process that was killed has left.
    """
    before = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(before)


def write_whole(path: Path, data: bytes, *, overwrite: bool, like: Path | None = None) -> None:
    """All of `data` under `path`, or nothing there has changed.

    The bytes go to a hidden file beside it, to the disk, and only then take the name. Without `overwrite` the name is
    taken in one step that fails when someone else has it, even someone who took it a moment ago. A file that is
    replaced passes its permissions on; through a symbolic link, the file it points to is replaced.

    Args:
        like: the file that the data was made of: nobody but the owner may do more with a new file than with that one.

    Raises:
        PhotoNotWritten: no such folder, no permission, the name is taken.
        NoRoomOnDisk: the disk is full.
    """
    try:
        target = Path(os.path.realpath(path)) if overwrite else path
        check_free(target, overwrite=overwrite)
        _write(target, data, overwrite, None if like is None else _stat(like))
    except FileExistsError:
        raise _taken(path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        kind = not_written(error)
        raise kind(f"{path}: expected to write here, got: {reason}; {_way_out(error)}.") from error


def check_free(path: Path, *, overwrite: bool) -> None:
    """Nothing, when a file may be written here; asked before the work of encoding.

    Raises:
        PhotoNotWritten: a folder that is missing, a name that is taken or is no ordinary file's.
    """
    try:
        if not path.parent.is_dir():
            raise PhotoNotWritten(f"{path}: expected an existing folder {path.parent}; create it first.")
        if not os.path.lexists(path):
            return
        if path.exists() and not path.is_file():
            kind = special(path) or "a folder"
            raise PhotoNotWritten(f"{path}: expected the name of a file, this is {kind}; choose another name.")
        if not overwrite:
            raise _taken(path)
    except (OSError, ValueError) as error:
        raise PhotoNotWritten(f"{path}: expected a name that can be written ({error}); choose another.") from error


def _way_out(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return "give the photo or its result a shorter name; in a batch --keep-names may do"
    return f"{'make room, or ' if not_written(error) is NoRoomOnDisk else ''}choose another place"


def _taken(path: Path) -> PhotoNotWritten:
    return PhotoNotWritten(f"{path}: expected a free name, it is taken; choose another, or {REPLACE}.")


def _stat(source: Path) -> os.stat_result | None:
    """What the disk tells of it; None where it is gone."""
    try:
        return source.stat()
    except (OSError, ValueError):
        return None


def _mode_for(group: int, mode: int, mode_of: int) -> int:
    """Permissions for a file of a group, like those of a file of group `mode_of`: another group is anybody."""
    return mode if group == mode_of else mode & ~0o070 | mode & 0o070 & (mode & 0o007) << 3


def _write(path: Path, data: bytes, overwrite: bool, like: os.stat_result | None) -> None:
    mode = 0o666 if like is None else (like.st_mode | 0o600) & 0o666  # its owner's to read and write
    temporary = path.parent / f".open-the-eyes-{_owner.get()}{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(temporary, flags, mode)  # the kernel takes off what the umask forbids
    try:
        with os.fdopen(descriptor, "wb") as file:
            if like is not None:
                _narrow(temporary, os.fstat(descriptor), like)
            file.write(data)
            file.flush()
            to_disk(file.fileno())
        if overwrite:
            with suppress(FileNotFoundError):
                replaced = path.stat()
                temporary.chmod(_mode_for(temporary.stat().st_gid, replaced.st_mode & 0o777, replaced.st_gid))
            temporary.replace(path)
        else:
            _take_name(temporary, path)
        _sync_folder(path.parent)
    finally:
        _delete(temporary)


def _narrow(path: Path, now: os.stat_result, like: os.stat_result) -> None:
    """Takes from the group of a new file what its source does not give to anybody, if that is another group's."""
    mode = stat.S_IMODE(now.st_mode)
    if (narrower := _mode_for(now.st_gid, mode, like.st_gid)) != mode:
        with suppress(OSError):  # where files have no permissions of their own
            path.chmod(narrower)


def _delete(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except PermissionError:  # Windows: it has the permissions of a file that may not be written, nor replaced
        temporary.chmod(0o600)
        temporary.unlink()


def _take_name(temporary: Path, path: Path) -> None:
    """Gives the file a name that nobody has; where there are no hard links, by holding the name with an empty file."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        path.open("xb").close()
        try:
            temporary.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """The name reaches the disk too, on systems that let a folder be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            to_disk(descriptor)
        finally:
            os.close(descriptor)
