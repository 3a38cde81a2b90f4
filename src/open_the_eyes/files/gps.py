"""Where a photo was taken, taken out; nothing else of the metadata moves.

The directory is blanked and its entry closed up in place, so that positions in maker notes stay true.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Final

from ..errors import PhotoError
from ..photo import FileFacts, Photo
from .ifd import GPS_DIRECTORY, read_directory, read_root
from .parcel import Blocks, u16, u32
from .xmp import BrokenXmp, without

_XMP_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_TAGS: Final = (
    "VersionID Latitude Longitude AltitudeRef Altitude TimeStamp Satellites Status MeasureMode DOP SpeedRef Speed "
    "TrackRef Track ImgDirectionRef ImgDirection MapDatum DestLatitude DestLongitude DestBearingRef DestBearing "
    "DestDistanceRef DestDistance ProcessingMethod AreaInformation DateStamp Differential HPositioningError "
    "LatitudeRef LongitudeRef DestLatitudeRef DestLongitudeRef"
)
_PROPERTIES: Final = frozenset(f"{_XMP_EXIF} GPS{name}" for name in _TAGS.split())
_EXIF_AS_TEXT: Final = (b"Raw profile type exif\0", b"Raw profile type APP1\0")
"""How ImageMagick keeps EXIF in a PNG's text chunks."""


def without_gps(photo: Photo) -> Photo:
    """The photo without GPS in EXIF and XMP; a block of either that cannot be read is taken out, for it may hold some.

    A film or another picture behind a JPEG stays as it is, see `notes`.
    """
    if photo.file is None:
        return photo
    facts = photo.file
    return replace(
        photo,
        file=replace(facts, exif=_exif_without(facts.exif), xmp=_xmp_without(facts.xmp), blocks=_blocks_without(facts)),
    )


def _blocks_without(facts: FileFacts) -> Blocks:
    return tuple(block for block in facts.blocks if not block[1].startswith(_EXIF_AS_TEXT))


def _xmp_without(xmp: bytes | None) -> bytes | None:
    if xmp is None:
        return None
    try:
        return without(xmp, _PROPERTIES)
    except BrokenXmp:
        return None


def _exif_without(exif: bytes | None) -> bytes | None:
    if exif is None:
        return None
    try:
        root = read_root(exif, depth=1)
    except PhotoError:
        return None
    entry = root.entries.get(GPS_DIRECTORY)
    if entry is None:
        return exif
    out = bytearray(exif)
    for position in entry.numbers(root.order)[:1]:
        _blank(out, exif, position, root.order)
    _close_up(out, exif, root.order, entry.at - 8)
    return bytes(out)


def _blank(out: bytearray, exif: bytes, at: int, order: str) -> None:
    """Zeros over a directory and the values it points to."""
    try:
        directory = read_directory(exif, at, order, depth=1)
    except PhotoError:
        return
    for entry in directory.entries.values():
        out[entry.at : entry.at + len(entry.raw)] = bytes(len(entry.raw))
    table = 2 + 12 * u16(exif, at, order)
    out[at : at + table] = bytes(table)


def _close_up(out: bytearray, exif: bytes, order: str, slot: int) -> None:
    """Takes a slot of twelve bytes out of the first directory's table; what stands behind it moves up."""
    first_at = u32(exif, 4, order)
    count = u16(exif, first_at, order)
    end = min(first_at + 2 + 12 * count + 4, len(out))
    out[slot:end] = out[slot + 12 : end] + bytes(12)
    struct.pack_into(order + "H", out, first_at, count - 1)
