"""Lists of photos, which a batch takes as an input.

One photo a line, relative to the list's own folder; empty lines and lines with # are left out.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from ..addresses import is_address
from ..errors import UsageError
from ..system.paths import is_there
from ..wording import typed

LIST_SUFFIX: Final = ".txt"
"""Ending of a list's name."""


def photos_listed(path: Path) -> list[Path]:
    """The photos of a list, whether they are there or not.

    Raises:
        UsageError: the list is no text that can be read; it names an address, or photos as from the folder where this
            program runs.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: expected a list that can be read, got: {error.strerror}.") from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as Windows PowerShell writes with ">"
    text = data.decode("utf-16", "replace") if wide else data.decode("utf-8-sig", "surrogateescape")
    if "\0" in text:
        raise UsageError(
            f"{path}: expected a list in UTF-8, or UTF-16 with its mark, got zero bytes; save it as UTF-8."
        )
    names = [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    elsewhere = next((name for name in names if is_address(name)), None)
    if elsewhere is not None:
        raise UsageError(f"{path}: expected photos of this machine, got an address, {elsewhere}; fetch them first.")
    photos = [path.parent / name for name in names]
    relative = [name for name in names if not Path(name).is_absolute()]
    if not any(is_there(path.parent / name) for name in relative):  # else the names are right, and some photos gone
        from_here = next((name for name in relative if is_there(Path(name))), None)
        if from_here is not None:
            raise UsageError(
                f"{path}: expected names as they are from the list's own folder, {typed(from_here)} is there from this "
                "folder alone; move the list here, or write whole names into it."
            )
    return photos
