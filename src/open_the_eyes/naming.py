"""What results are called, and how they are known by it: `photo.opened.jpg`, numbered, and `photo.faces.jpg`, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Final

OPENED: Final = "opened"
"""Word in the name of every result, before its number and its suffix."""
DRAWN: Final = "faces"
"""Word in the name of a drawing of the faces, before its suffix."""


def named(photo: Path, addition: str, suffix: str | None = None) -> Path:
    """photo.jpg, "opened" -> photo.opened.jpg, with another suffix if one is given"""
    return photo.parent / f"{photo.stem}.{addition}{photo.suffix if suffix is None else suffix}"


def opened_path(photo: Path, suffix: str | None = None) -> Path:
    """The place of a photo's result: photo.jpg -> photo.opened.jpg"""
    return named(photo, OPENED, suffix)


def is_result(name: str) -> bool:
    """Whether a file is named as results and drawings are: among photos, such a file is not processed."""
    return f".{OPENED}." in name or is_drawing(name)


def is_drawing(name: str) -> bool:
    """Whether a file is named as drawings of faces are."""
    return Path(name).stem.endswith(f".{DRAWN}")


def numbered(path: Path, count: int) -> list[Path]:
    """The paths of `count` variations: the path itself for one, else out.1.jpg, out.2.jpg, ..."""
    return [path] if count == 1 else [named(path, str(number)) for number in range(1, count + 1)]
