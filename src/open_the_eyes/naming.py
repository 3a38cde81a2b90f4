"""What results are called, and how they are known by it: `photo.opened.jpg`, and several of them are numbered."""

from __future__ import annotations

from pathlib import Path
from typing import Final

OPENED: Final = "opened"
"""In the name of every result, before its number and its suffix."""


def named(photo: Path, addition: str, suffix: str | None = None) -> Path:
    """photo.jpg, "opened" -> photo.opened.jpg, with another suffix if one is given"""
    return photo.parent / f"{photo.stem}.{addition}{photo.suffix if suffix is None else suffix}"


def opened(photo: Path, suffix: str | None = None) -> Path:
    """The place of a photo's result: photo.jpg -> photo.opened.jpg"""
    return named(photo, OPENED, suffix)


def is_result(name: str) -> bool:
    """Whether a file is called as results are: one that lies among photos is no photo to do."""
    return f".{OPENED}." in name


def numbered(path: Path, count: int) -> list[Path]:
    """The paths of `count` variations: the path itself for one, else out.1.jpg, out.2.jpg, ..."""
    return [path] if count == 1 else [named(path, str(number)) for number in range(1, count + 1)]
