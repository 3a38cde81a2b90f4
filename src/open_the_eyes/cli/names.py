"""What the names that were given stand for: photos, and patterns that no shell has spelt out.

Some shells spell none out, none does so in quotes, and where only IMG_1.JPG is there *.jpg comes as it was typed.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..naming import is_result
from ..system import patterns
from ..system.paths import is_folder, is_there
from .paths import check_here, place


def spelt_out(names: Sequence[str], *, results: bool = True) -> list[str]:
    """Each pattern as the names that it matches, in order; what matches none stays.

    Args:
        results: whether earlier results beside photos are wanted as well.

    Raises:
        UsageError: one is an address, or empty.
    """
    for name in names:
        check_here(place(name))
    wanted = list if results else _photos_among
    return [found for name in names for found in (wanted(_matching(name)) or [name])]


def photos_of(names: Sequence[str]) -> tuple[Path, ...]:
    """The photos that names and patterns stand for, each once, under the first of its names: patterns may overlap.

    Earlier results are none, unless they are named or a pattern finds nothing else.

    Raises:
        UsageError: one is an address, or empty.
    """
    first: dict[str, Path] = {}
    for photo in map(Path, spelt_out(names, results=False)):
        first.setdefault(os.path.abspath(photo), photo)  # noqa: PTH100 -- Path.absolute() keeps ".."
    return tuple(first.values())


def _matching(name: str) -> list[str]:
    if not patterns.is_pattern(name) or is_there(Path(name)):
        return []
    return sorted(glob.glob(patterns.any_case(name)))  # noqa: PTH207 -- Path.glob takes no absolute pattern


def _photos_among(found: Sequence[str]) -> Sequence[str]:
    """Without the results beside them, by their names; where there is nothing else, these are meant."""
    return [one for one in found if not is_result(Path(one).name)] or found


def check_reference(photo: Path) -> None:
    """Refuses what `check_photo` does; several photos after one option would be taken for photos to be opened.

    Raises:
        UsageError: `photo` is one of these.
    """
    check_here(photo, "--reference")
    pattern = patterns.is_pattern(str(photo)) and not is_there(photo)
    if pattern or is_folder(photo):
        came = "a pattern" if pattern else "a folder"
        raise UsageError(f"--reference {photo}: expected a photo, got {came}. Write --reference before each photo.")


def check_photo(photo: Path) -> None:
    """Refuses an address, a folder, and a pattern that matches nothing.

    Raises:
        UsageError: `photo` is one of these.
    """
    check_here(photo)
    if is_folder(photo):
        raise UsageError(f"{photo}: expected a photo, got a folder. Name the photos in it, such as {photo / '*.jpg'}.")
    if patterns.is_pattern(str(photo)) and not is_there(photo):
        raise UsageError(f"{photo}: expected a photo, got a pattern that matches none. Check it.")
