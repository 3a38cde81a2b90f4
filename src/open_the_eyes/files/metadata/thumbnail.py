"""Small pictures in a file: they have to show what the photo shows now.

The one in an EXIF block is written into the room that the old one had, so that nothing else in the block moves: maker
notes hold positions that nobody else can mend. Exif 3.0 section 4.5.4: the thumbnail is in the 1st IFD, the
same way up as the picture is stored. JFIF's are left out, for few readers show them (JFIF 1.02, "JFIF extension marker
segment").
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin

from ...errors import PhotoError
from ...imaging.arrays import Rgb
from ...photo import Photo
from ..jpeg.save import saved_jpeg
from ..jpeg.segments import EXIF, JFIF
from ..parcel import Blocks, foreign_decoder, u16, u32
from .ifd import SHORT, Entry, Ifd, read_first_ifd, read_ifd
from .orientation import lies, turned_back

_JFXX: Final = b"JFXX\0"
_JFIF_LENGTH: Final = 14
"""Length of a JFIF segment without a thumbnail; its last two bytes are the thumbnail's width and height."""
_JPEG_INTERCHANGE_FORMAT, _JPEG_INTERCHANGE_FORMAT_LENGTH = 513, 514
_QUALITIES: Final = (90, 75, 60, 45, 30, 15, 5)
_MAX_SIDE: Final = 1024
_JPEG_START: Final = re.compile(rb"\xff\xd8\xff[\xc0\xc4\xdb\xdd\xe0-\xef\xfe]")
"""Beginning of a JPEG: SOI, and the marker of the first segment."""
_MIN_OVERSAMPLING: Final = 4
"""Least size of the copy that a thumbnail is made from, in thumbnails; the halving before leaves nothing to see."""


def with_thumbnail(exif: bytes | None, photo: Photo, orientation: int) -> bytes | None:
    """The block with a thumbnail of this photo, stored with that orientation, in its old one's place and size.

    One that is no JPEG, or has no room for a new one, is taken out: it would show the old eyes. A block without one, or
    one that cannot be read, comes back as it is.
    """
    if exif is None:
        return None
    try:
        root = read_first_ifd(exif, depth=1)
        if not root.next_ifd:
            return exif
        ifd = read_ifd(exif, root.next_ifd, root.order, depth=1)
    except PhotoError:
        return exif
    replaced = _with_jpeg_replaced(exif, ifd, photo, orientation)
    return _without_second_ifd(exif, root.order) if replaced is None else replaced


def has_other_jpeg(exif: bytes | None) -> bool:
    """Whether a JPEG begins in the block outside its thumbnail: cameras put small pictures into their makers' notes."""
    searched = bytearray(exif or b"")
    with suppress(PhotoError):
        root = read_first_ifd(bytes(searched), depth=1)
        second = read_ifd(bytes(searched), root.next_ifd, root.order, depth=1)
        at, length = second.number(_JPEG_INTERCHANGE_FORMAT, 0), second.number(_JPEG_INTERCHANGE_FORMAT_LENGTH, 0)
        searched[at : at + length] = bytes(len(searched[at : at + length]))
    return _JPEG_START.search(searched) is not None


def with_thumbnails(blocks: Blocks, photo: Photo, orientation: int) -> Blocks:
    """A JPEG's blocks with new thumbnails in further EXIF, and none in JFIF."""
    kept = (block for block in blocks if not (block[0] == "APP0" and block[1].startswith(_JFXX)))
    return tuple(_with_new_thumbnail(block, photo, orientation) for block in kept)


def _with_new_thumbnail(block: tuple[str, bytes], photo: Photo, orientation: int) -> tuple[str, bytes]:
    name, payload = block
    if name == "APP0" and payload.startswith(JFIF) and len(payload) > _JFIF_LENGTH:
        return name, payload[: _JFIF_LENGTH - 2] + b"\0\0"
    if name == "APP1" and payload.startswith(EXIF):
        return name, EXIF + (with_thumbnail(payload[len(EXIF) :], photo, orientation) or b"")
    return block


def _with_jpeg_replaced(exif: bytes, ifd: Ifd, photo: Photo, orientation: int) -> bytes | None:
    at, length = ifd.number(_JPEG_INTERCHANGE_FORMAT, 0), ifd.number(_JPEG_INTERCHANGE_FORMAT_LENGTH, 0)
    old = exif[at : at + length]
    size_wh = _size_of(old)
    if at < 8 or len(old) < length or size_wh is None:
        return None
    new = _jpeg_of(_thumbnail_pixels(photo, size_wh, orientation), length)
    if new is None:
        return None
    out = bytearray(exif)
    out[at : at + length] = new.ljust(length, b"\0")
    _set_number(out, ifd.entries[_JPEG_INTERCHANGE_FORMAT_LENGTH], ifd.order, len(new))
    return bytes(out)


def _size_of(jpeg: bytes) -> tuple[int, int] | None:
    try:
        with foreign_decoder():
            size_wh = JpegImagePlugin.JpegImageFile(BytesIO(jpeg)).size
    except PhotoError:
        return None
    return size_wh if min(size_wh) > 0 and max(size_wh) <= _MAX_SIDE else None


def _thumbnail_pixels(photo: Photo, size_wh: tuple[int, int], orientation: int) -> Rgb:
    """The photo as large as fits, on black, turned as the picture is stored unless the old one was not."""
    width, height = photo.size_wh
    lying = lies(orientation)
    if lying and (size_wh[0] > size_wh[1]) == (width > height) and width != height:
        orientation, lying = 1, False
    room_wh = size_wh[::-1] if lying else size_wh
    scale = min(room_wh[0] / width, room_wh[1] / height)
    inner_wh = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (room_wh[0] - inner_wh[0]) // 2, (room_wh[1] - inner_wh[1]) // 2
    canvas = np.zeros((room_wh[1], room_wh[0], 3), np.uint8)
    finer = photo.reduced(1 / scale / _MIN_OVERSAMPLING)
    inner = cv2.resize(finer, inner_wh, interpolation=cv2.INTER_AREA)
    canvas[top : top + inner_wh[1], left : left + inner_wh[0]] = inner
    return turned_back(canvas, orientation)


def _jpeg_of(small: Rgb, room: int) -> bytes | None:
    """The JPEG of the highest quality that fits into `room` bytes, None if none does."""
    for quality in _QUALITIES:
        data = saved_jpeg(Image.fromarray(small), quality=quality, optimize=True)
        if len(data) <= room:
            return data
    return None


def _set_number(block: bytearray, entry: Entry, order: str, value: int) -> None:
    struct.pack_into(order + ("H" if entry.field_type == SHORT else "I"), block, entry.at, value)


def _without_second_ifd(exif: bytes, order: str) -> bytes:
    """The block without the IFD of its thumbnail."""
    first_at = u32(exif, 4, order)
    link_at = first_at + 2 + 12 * u16(exif, first_at, order)
    return exif[:link_at] + b"\0\0\0\0" + exif[link_at + 4 :]
