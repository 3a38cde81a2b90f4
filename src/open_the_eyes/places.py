"""Whether two paths lead to one file or folder, however each is spelled: in capitals, or through another mount."""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable
from pathlib import Path


def marks_of(path: str | Path) -> frozenset[Hashable]:
    """What tells a place from all others; two paths that have a mark in common lead to one place.

    A path without its links is one mark, for what is not there yet. What the disk numbers has its number as another:
    where capitals do not count, or a folder is mounted twice, one place has many such paths. A file has its folder's
    number beside its own, since a hard link in another folder is another place: replaced there, it stays here.
    """
    real = os.path.realpath(path)
    try:
        there, folder = os.stat(real), os.stat(os.path.dirname(real))  # noqa: PTH116, PTH120 -- of a path as text
    except (OSError, ValueError):
        return frozenset({real})
    if not there.st_ino:  # some drives number nothing
        return frozenset({real})
    number = (there.st_dev, there.st_ino)
    return frozenset({real, number if stat.S_ISDIR(there.st_mode) else (folder.st_dev, folder.st_ino, *number)})


def is_one_place(one: str | Path, other: str | Path) -> bool:
    """Whether both lead to the same file or folder."""
    return not marks_of(one).isdisjoint(marks_of(other))
