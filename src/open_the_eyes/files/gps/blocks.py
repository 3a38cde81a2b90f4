"""Where a photo was taken, taken out of one block of a file: EXIF, XMP, or a text that is named for it."""

from __future__ import annotations

import re
from typing import Final

from ..jpeg.segments import EXIF, EXTENDED_XMP, XMP
from ..metadata.xmp import BrokenXmp, without
from ..parcel import Blocks, u32
from ..png import TEXT_CHUNKS, XMP_KEYWORD
from .exif import without_place

_PLACE: Final = re.compile(
    r"(?i:\S+ (gps\S*|\S*latitude\S*|\S*long(i|ti)tude\S*|\S*altitude\S*))"
    r"|http://www\.w3\.org/2003/01/geo/wgs84_pos# (lat|long|alt|lat_long|location|Point)"
)
"""XMP properties that hold a place, in whatever namespace: drones have their own, and one maker's firmware spells it
"Longtitude"."""
_EXTENDED: Final = "http://ns.adobe.com/xmp/note/ HasExtendedXMP"
_EXTENSION_HEAD: Final = len(EXTENDED_XMP) + 32 + 4 + 4
"""Bytes before a piece of extended XMP: its mark, the whole's name (32) and length, and where the piece belongs."""
_PACKETS_AS_TEXT: Final = tuple(b"Raw profile type %s\0" % kind for kind in (b"exif", b"APP1", b"xmp"))
"""Keywords under which ImageMagick keeps EXIF and XMP in a PNG's text chunks."""
_TEXT_OF_PLACE: Final = re.compile(rb"(?i)[^\0]*(gps|latitude|longitude)")
"""Beginning of a text chunk that is named for the place."""


def block_without(block: tuple[str, bytes], *, extended: bool) -> tuple[str, bytes] | None:
    """A block as it is, further EXIF or XMP without the place, or None for what goes altogether."""
    name, payload = block
    if is_exif(block):
        exif = without_place(payload[len(EXIF) :])
        return None if exif is None else (name, EXIF + exif)
    if name == "APP1" and payload.startswith(XMP):
        packet = xmp_without(payload[len(XMP) :], extended=extended)
        return None if packet is None else (name, XMP + packet)
    gone = (
        (name == "APP1" and payload.startswith(EXTENDED_XMP) and extended)
        or (name == "iTXt" and payload.startswith(XMP_KEYWORD + b"\0"))
        or (name in TEXT_CHUNKS and (payload.startswith(_PACKETS_AS_TEXT) or _TEXT_OF_PLACE.match(payload)))
    )
    return None if gone else block


def kind_of(block: tuple[str, bytes]) -> str:
    """Which of "EXIF" and "XMP" a block holds, in whatever form; "" for neither."""
    payload = block[1]
    if is_exif(block) or payload.startswith(_PACKETS_AS_TEXT[:2]):
        return "EXIF"
    return "XMP" if payload.startswith((XMP, XMP_KEYWORD + b"\0", _PACKETS_AS_TEXT[2])) else ""


def is_exif(block: tuple[str, bytes]) -> bool:
    name, payload = block
    return name == "APP1" and payload.startswith(EXIF)


def extended_packets(blocks: Blocks) -> list[bytes]:
    """The packets that a JPEG keeps in pieces beside the first one, put together (XMP part 3, 1.1.3.1)."""
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    for name, payload in blocks:
        if name == "APP1" and payload.startswith(EXTENDED_XMP) and len(payload) >= _EXTENSION_HEAD:
            whole, place = payload[len(EXTENDED_XMP) : _EXTENSION_HEAD - 8], u32(payload, _EXTENSION_HEAD - 4)
            pieces.setdefault(whole, []).append((place, payload[_EXTENSION_HEAD:]))
    return [b"".join(piece for _, piece in sorted(found)) for found in pieces.values()]


def tells(packet: bytes) -> bool:
    return xmp_without(packet, extended=False) != packet


def xmp_without(packet: bytes, *, extended: bool) -> bytes | None:
    """The packet without the place, and without a word of an extended one that goes; None if it cannot be read."""
    try:
        return without(packet, lambda name: _PLACE.fullmatch(name) is not None or (extended and name == _EXTENDED))
    except BrokenXmp:
        return None
