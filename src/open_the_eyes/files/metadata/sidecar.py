"""A file of XMP beside a photo, in which programs for whole collections keep ratings and captions."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

STAYS: Final = (
    "Beside the source lies a sidecar (.xmp): what it holds, such as ratings and captions, does not come along."
)
_ENDINGS: Final = (".xmp", ".XMP")


def left_beside(source: Path, target: Path) -> str | None:
    """A sentence where a photo has a sidecar that the file made of it will not have: `photo.xmp` or `photo.jpg.xmp`."""
    return STAYS if any(_is_there(name) for name in _names(source) - _names(target)) else None


def _names(photo: Path) -> set[Path]:
    photo = photo.absolute()
    return {photo.with_name(name + ending) for name in (photo.name, photo.stem) for ending in _ENDINGS}


def _is_there(path: Path) -> bool:
    with suppress(OSError):  # of a name too long for a file, or in a folder that nobody may look into
        return path.is_file()
    return False
