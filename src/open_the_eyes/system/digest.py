"""SHA-256 of files: what tells one file from another, here, in records of edits and in lists of downloads."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 20


def sha256_of(path: Path) -> str:
    """64 hexadecimal digits; a mebibyte of the file at a time is in memory, however large it is.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
