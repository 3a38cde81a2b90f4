"""A file that one process has for itself until it ends, however it ends: nothing is left behind by a crash."""

from __future__ import annotations


def held(descriptor: int, *, wait: bool = False) -> bool:
    """Takes an open file for this process, until it is closed; False if another one has it.

    Where the system, or a network drive, has no such lock, nobody is kept out.

    Args:
        wait: for the other one to be done; then the answer is never False.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
