"""Where a photo was taken, taken out of one block of a file: EXIF, XMP, or a text that is named for it."""

from __future__ import annotations

import re
from typing import Final

from ..jpeg.segments import EXIF, EXTENDED_XMP, XMP
from ..metadata.xmp import BrokenXmp, without_properties
from ..parcel import Blocks, u32
from ..png import TEXT_CHUNKS, XMP_KEYWORD
from .exif import without_place

_LOCATION_PROPERTY: Final = re.compile(
    r"(?i:\S+ (gps\S*|\S*latitude\S*|\S*long(i|ti)tude\S*|\S*altitude\S*))"
    r"|http://www\.w3\.org/2003/01/geo/wgs84_pos# (lat|long|alt|lat_long|location|Point)"
)
"""XMP properties that hold a place, in whatever namespace: drones have their own, and one maker's firmware spells it
"Longtitude"."""
_HAS_EXTENDED_XMP: Final = "http://ns.adobe.com/xmp/note/ HasExtendedXMP"
_EXTENDED_XMP_HEADER: Final = len(EXTENDED_XMP) + 32 + 4 + 4
"""Bytes before a portion of extended XMP: its identifier, the GUID (32), the full length, and the portion's offset."""
_RAW_PROFILES: Final = tuple(b"Raw profile type %s\0" % kind for kind in (b"exif", b"APP1", b"xmp"))
"""Keywords under which ImageMagick keeps EXIF and XMP in a PNG's text chunks."""
_LOCATION_KEYWORD: Final = re.compile(rb"(?i)[^\0]*(gps|latitude|longitude)")
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
        or (name in TEXT_CHUNKS and (payload.startswith(_RAW_PROFILES) or _LOCATION_KEYWORD.match(payload)))
    )
    return None if gone else block


def kind_of(block: tuple[str, bytes]) -> str:
    """Which of "EXIF" and "XMP" a block holds, in whatever form; "" for neither."""
    payload = block[1]
    if is_exif(block) or payload.startswith(_RAW_PROFILES[:2]):
        return "EXIF"
    return "XMP" if payload.startswith((XMP, XMP_KEYWORD + b"\0", _RAW_PROFILES[2])) else ""


def is_exif(block: tuple[str, bytes]) -> bool:
    name, payload = block
    return name == "APP1" and payload.startswith(EXIF)


def extended_packets(blocks: Blocks) -> list[bytes]:
    """The extended XMP of a JPEG, its portions put together by GUID (XMP part 3, 1.1.3.1)."""
    portions: dict[bytes, list[tuple[int, bytes]]] = {}
    for name, payload in blocks:
        if name == "APP1" and payload.startswith(EXTENDED_XMP) and len(payload) >= _EXTENDED_XMP_HEADER:
            whole, place = payload[len(EXTENDED_XMP) : _EXTENDED_XMP_HEADER - 8], u32(payload, _EXTENDED_XMP_HEADER - 4)
            portions.setdefault(whole, []).append((place, payload[_EXTENDED_XMP_HEADER:]))
    return [b"".join(portion for _, portion in sorted(found)) for found in portions.values()]


def tells_place(packet: bytes) -> bool:
    return xmp_without(packet, extended=False) != packet


def xmp_without(packet: bytes, *, extended: bool) -> bytes | None:
    """The packet without the place, and without a word of an extended one that goes; None if it cannot be read."""
    try:
        return without_properties(
            packet,
            lambda name: _LOCATION_PROPERTY.fullmatch(name) is not None or (extended and name == _HAS_EXTENDED_XMP),
        )
    except BrokenXmp:
        return None
