"""Whether open-the-eyes made a file, found out for thousands of them: of most, little is read, and no pixel decoded."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import PhotoError
from ..settings import Settings
from .intake import take_in
from .isobmff.boxes import BOX_HEADER
from .jpeg.markers import APP1, COM, SOS
from .metadata.edit_xmp import NAMESPACE, record_in
from .metadata.ifd import byte_order_of
from .parcel import MAX_METADATA, u32
from .reading import unpack_file
from .tiff import RECORD_TAG
from .tiff.strips import XMP

_FIRST: Final = 256 * 1024
"""Bytes at a file's beginning that are searched: the record of an AVIF stands there, behind the box about its
picture."""
_LAST: Final = 128 * 1024
"""Bytes at a file's end that are searched, for the record of a WebP or a HEIC."""
_SEGMENTS: Final = 1000
"""Most segments that are looked at: no photo that anybody took has more."""
_BOXES: Final = 1000
"""Most boxes outside of others that are looked at, and most of a PNG's chunks before its pixels."""


def made_here(path: Path, settings: Settings) -> bool:
    """Whether a file has the record of an edit; what cannot be read has none."""
    try:
        with path.open("rb") as file:
            if NAMESPACE.encode() not in _likely_parts(file):
                return False
        unpacked = unpack_file(take_in(path, settings.max_bytes), settings)[1]
    except (OSError, PhotoError):
        return False
    return record_in(unpacked.xmp, unpacked.blocks) is not None


def _likely_parts(file: BinaryIO) -> bytes:
    """What a file has where records are."""
    head = file.read(8)
    if head.startswith(b"\xff\xd8"):
        file.seek(2)
        return _metadata_of_jpeg(file)
    if head.startswith((b"II", b"MM")):
        return _xmp_and_note_of_tiff(file, head)
    if head.startswith(b"\x89PNG"):
        return _texts_of_png(file)
    file.seek(_end_of_meta(file) if head[4:] == b"ftyp" else 0)
    first = file.read(_FIRST)
    if len(first) == _FIRST:
        file.seek(max(file.tell(), file.seek(0, os.SEEK_END) - _LAST))
    return first + file.read(_LAST)


def _metadata_of_jpeg(file: BinaryIO) -> bytes:
    """EXIF, XMP and comments of one that has been read up to behind its first marker; all else is passed over."""
    found = []
    for _ in range(_SEGMENTS):
        head = file.read(2)
        while head == b"\xff\xff":  # any number of these may stand before a marker
            head = head[1:] + file.read(1)
        length = int.from_bytes(file.read(2), "big") - 2
        if length < 0 or head[0] != 0xFF or head[1] == SOS:
            break
        if head[1] in (APP1, COM):
            found.append(file.read(length))
        else:
            file.seek(length, os.SEEK_CUR)
    return b"".join(found)


def _xmp_and_note_of_tiff(file: BinaryIO, head: bytes) -> bytes:
    """What the two tags hold in which a record may be.

    Raises:
        UnreadablePhoto: no TIFF.
    """
    order = byte_order_of(head)
    file.seek(u32(head, 4, order))
    count = int.from_bytes(file.read(2), "little" if order == "<" else "big")
    table = file.read(12 * count)
    tags = (struct.unpack_from(order + "H2xII", table, at) for at in range(0, len(table) - 11, 12))
    places = {tag: (length, at) for tag, length, at in tags if tag in (XMP, RECORD_TAG)}
    found = []
    for length, at in places.values():
        file.seek(at)
        found.append(file.read(min(length, MAX_METADATA)))
    return b"".join(found)


def _texts_of_png(file: BinaryIO) -> bytes:
    """XMP, and whatever else is text, before the pixels of one that has been read up to behind its first bytes."""
    found = []
    for _ in range(_BOXES):
        head = file.read(8)
        length = int.from_bytes(head[:4], "big")
        if len(head) < 8 or head[4:] == b"IDAT":
            break
        if head[4:] == b"iTXt":
            found.append(file.read(min(length, MAX_METADATA)))
            length -= len(found[-1])
        file.seek(length + 4, os.SEEK_CUR)
    return b"".join(found)


def _end_of_meta(file: BinaryIO) -> int:
    """Where the box ends behind which the pictures and XMP lie; 0 where there is none."""
    at = 0
    for _ in range(_BOXES):
        file.seek(at)
        head = file.read(BOX_HEADER)
        length = int.from_bytes(head[:4], "big")
        if length < BOX_HEADER:
            return 0
        at += length
        if head[4:] == b"meta":
            return at
    return 0
