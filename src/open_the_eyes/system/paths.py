"""What is at a path, for those who ask before the work: where nobody may look, or a name is too long, is nothing.

A path's own methods raise there. Whoever reads or writes it will say so.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def is_there(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 -- see above


def is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 -- see above


def is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 -- see above


def is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 -- see above


def special(path: Path) -> str:
    """ "a device", "a pipe" or "a socket"; "" where a file, a folder or nothing is."""
    try:
        return kind_of(path.stat().st_mode)
    except (OSError, ValueError):
        return ""


def real_place(path: Path) -> Path:
    """Where a path leads, whatever links are on the way, once its folders are made: "new/../a.jpg" is a.jpg, whether or
    not there is a `new` yet."""
    return Path(os.path.realpath(path))


def kind_of(mode: int) -> str:
    """The same of what has this mode."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
