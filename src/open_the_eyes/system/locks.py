"""A file that one process has for itself until it ends, however it ends: nothing is left behind by a crash."""

from __future__ import annotations

import errno
import os
import time
from typing import Final

_FAR: Final = 0x7FFF0000
"""Byte that is locked on Windows, beyond all data: what is locked nobody else reads. 31 bits are all there is."""
_PAUSE_SECONDS: Final = 0.2


def held(descriptor: int, *, wait: bool = False) -> bool:
    """Takes an open file for this process, until it is closed; False if another one has it.

    Where the system, or a network drive, has no such lock, nobody is kept out.

    Args:
        wait: for the other one to be done; then the answer is never False.
    """
    try:
        import fcntl
    except ImportError:
        while not (ours := _held_on_windows(descriptor)) and wait:
            time.sleep(_PAUSE_SECONDS)  # the lock that waits by itself gives up after ten seconds
        return ours
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _held_on_windows(descriptor: int) -> bool:
    import msvcrt

    here = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # of Windows
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EDEADLK)
    finally:
        os.lseek(descriptor, here, os.SEEK_SET)
    return True
