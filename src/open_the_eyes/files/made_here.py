"""Whether open-the-eyes made a file, found out for thousands of them: of most, little is read, and no pixel decoded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import PhotoError
from ..settings import Settings
from .edit_xmp import NAMESPACE, record_in
from .intake import take_in
from .jpeg.markers import APP1, COM, SOS
from .reading import taken_apart

_FIRST: Final = 256 * 1024
"""Bytes in which the record of a PNG or an AVIF stands."""
_LAST: Final = 128 * 1024
"""The same at the end, of a WebP, a TIFF or a HEIC."""
_SEGMENTS: Final = 1000
"""More are those of no photo that anybody took."""


def made_here(path: Path, settings: Settings) -> bool:
    """Whether a file has the record of an edit; what cannot be read has none."""
    try:
        with path.open("rb") as file:
            if NAMESPACE.encode() not in _likely_parts(file):
                return False
        unpacked = taken_apart(take_in(path, settings.max_bytes), settings)[1]
    except (OSError, PhotoError):
        return False
    return record_in(unpacked.xmp, unpacked.blocks) is not None


def _likely_parts(file: BinaryIO) -> bytes:
    """What a file has where records are."""
    if file.read(2) == b"\xff\xd8":
        return _metadata_of_jpeg(file)
    file.seek(0)
    first = file.read(_FIRST)
    if len(first) == _FIRST:
        file.seek(max(_FIRST, file.seek(0, os.SEEK_END) - _LAST))
    return first + file.read()


def _metadata_of_jpeg(file: BinaryIO) -> bytes:
    """EXIF, XMP and comments of one that has been read up to behind its first marker; all else is passed over."""
    found = []
    for _ in range(_SEGMENTS):
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == SOS:
            break
        length = int.from_bytes(head[2:], "big") - 2
        if head[1] in (APP1, COM):
            found.append(file.read(max(0, length)))
        else:
            file.seek(length, os.SEEK_CUR)
    return b"".join(found)
