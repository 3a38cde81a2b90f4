"""What results are called: `photo.jpg` becomes `photo.opened.jpg`, and several of them are numbered."""

from __future__ import annotations

from pathlib import Path


def named(photo: Path, addition: str, suffix: str | None = None) -> Path:
    """photo.jpg, "opened" -> photo.opened.jpg, with another suffix if one is given"""
    return photo.parent / f"{photo.stem}.{addition}{photo.suffix if suffix is None else suffix}"


def numbered(path: Path, count: int) -> list[Path]:
    """The paths of `count` variations: the path itself for one, else out.1.jpg, out.2.jpg, ..."""
    return [path] if count == 1 else [named(path, str(number)) for number in range(1, count + 1)]
