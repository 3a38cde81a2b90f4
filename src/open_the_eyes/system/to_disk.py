"""What is written is on the disk itself, and survives a power cut."""

from __future__ import annotations

import os


def to_disk(descriptor: int) -> None:
    """Returns when an open file, or a folder's names, are on the disk.

    On macOS `fsync` stops at the drive, which may keep what it got in its memory for a while; there the drive is asked
    to write it down, where it can be asked: network drives and some others cannot.

    Raises:
        OSError: they do not get there, for lack of room for example.
    """
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined,unused-ignore]  # of macOS
    except (ImportError, AttributeError, OSError):
        os.fsync(descriptor)
