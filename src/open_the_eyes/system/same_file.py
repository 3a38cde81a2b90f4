"""Whether two paths lead to one file or folder, or would, however each is spelled: in capitals, or by another mount."""

from __future__ import annotations

import os
import stat
import tempfile
import unicodedata
from collections.abc import Hashable
from pathlib import Path

from .paths import is_there


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


def folded(path: Path) -> str:
    """A path, the same for all that are one where capitals do not count, or accents may be written in two ways."""
    return unicodedata.normalize("NFC", str(path)).casefold()


def keeps_apart(folder: Path) -> bool:
    """Whether paths that are `folded` into one are two files in a folder, which may be yet to be made.

    The disk is asked, by a file that is deleted again; where it cannot be asked, they may be one.
    """
    there = next(above for above in (folder.absolute(), *folder.absolute().parents) if is_there(above))
    try:
        with tempfile.TemporaryDirectory(prefix=".open-the-eyes-", dir=there) as asked:
            Path(asked, "\u00e9").touch()  # e with its accent, and apart from it
            return not any(os.path.lexists(Path(asked, name)) for name in ("\u00c9", "e\u0301"))
    except (OSError, ValueError):
        return False
