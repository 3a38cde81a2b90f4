"""What killed runs have left half written beside the results: hidden files that were never given their names."""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..files.whole_file import OWNER_DIGITS
from .plan import Plan

STALE_SECONDS: Final = 120.0
"""Age after which half a file that nobody has written to has no writer any more: to write a photo takes seconds."""

_LEFT_OVER: Final = re.compile(rf"\.open-the-eyes-([0-9a-f]{{{OWNER_DIGITS}}})?[0-9a-f]{{16}}\.part")


def owner_of(out: Path) -> str:
    """By what half a file tells that it is of a batch with this folder of results; as `owned_by` takes it."""
    return hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:OWNER_DIGITS]


def delete_leftovers(plan: Plan) -> None:
    """Deletes them, while none of this batch's workers is at work; its manifest tells that no other run of it is.

    Others may be writing in the same folders, `open` or another batch: of what is not known to be this batch's only
    what has been left alone for long is taken.
    """
    _delete(plan.folder, anybodys=True)
    if not plan.address:
        owner = owner_of(plan.out)
        for folder in {item.output.parent for item in plan.items}:
            _delete(folder, owner)


def _delete(folder: Path, owner: str = "", *, anybodys: bool = False) -> None:
    """Deletes what was left half written in a folder, by this owner or long ago.

    Args:
        anybodys: nobody else writes in this folder.
    """
    stale = time.time() - STALE_SECONDS
    with suppress(OSError):
        for file in folder.iterdir():
            if name := _LEFT_OVER.fullmatch(file.name):
                with suppress(OSError):  # its writer may be giving it its name
                    if anybodys or name[1] == owner or file.stat().st_mtime < stale:
                        file.unlink()
