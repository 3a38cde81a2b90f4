"""What Samsung's phones put behind the picture of a JPEG: blocks with a name, and at the very end a list of them.

Read as ExifTool does (Image::ExifTool::Samsung, ProcessSamsung). All numbers have their lowest byte first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..parcel import u32

_SEFH, _SEFT = b"SEFH", b"SEFT"
_BLOCK_HEADER: Final = 8
"""Bytes of a block's header: its kind, and how long its name is."""
_SEFH_HEADER, _SEFH_ENTRY, _SEFT_BYTES = 12, 12, 8
_COUNTRY: Final = b"MCC_Data"
"""Name of the block with the country code of the mobile network, in digits."""
_WITHOUT_PLACE: Final = frozenset(
    {
        b"Burst_Shot_Info",
        b"Camera_Capture_Mode_Info",
        b"Camera_Scene_Info",
        b"Color_Display_P3",
        b"Front_Cam_Selfie_Info",
        b"Image_UTC_Data",
        b"MotionPhoto_AutoPlay",
        b"MotionPhoto_Version",
        b"Panorama_Shot_Info",
        b"Photo_HDR_Info",
        b"Pro_Mode_Info",
        b"Pro_White_Balance_Info",
        _COUNTRY,
    }
)
"""Names of blocks that hold a time, or a number for how the camera was set."""
_MAX_BLOCK: Final = 64
"""Most bytes of a block without a place, and of a block's name."""
_MAX_SEFH: Final = 1 << 16
"""Most bytes of the SEFH directory, as ExifTool has it: phones name a few, and a hostile file could name ever so
many."""


@dataclass(frozen=True, slots=True)
class SamsungTrailer:
    """Parts of Samsung's trailer, each (start, length) in bytes.

    Args:
        understood: what tells no place (GPS): whole blocks of known names, the headers of others, the directory.
        country: digits that tell the country.
    """

    understood: tuple[tuple[int, int], ...]
    country: tuple[tuple[int, int], ...]


def samsung_trailer(data: bytes) -> SamsungTrailer:
    """Samsung's trailer at the end of the bytes, empty where there is none. What is in blocks of other names, such as
    pictures and films, is not understood here."""
    understood, country = [], []
    for start, length in _block_ranges(data):
        if length < _BLOCK_HEADER:
            continue
        value_at = start + _BLOCK_HEADER + u32(data, start + 4, "<")
        name, size = data[start + _BLOCK_HEADER : value_at], start + length - value_at
        if size < 0 or len(name) > _MAX_BLOCK:
            continue
        plain = name in _WITHOUT_PLACE and size <= _MAX_BLOCK
        understood.append((start, length if plain else value_at - start))
        country += [(value_at, size)] if plain and name == _COUNTRY else []
    end = _sefh_at(data)
    understood += [(end, len(data) - end)] if understood else []
    return SamsungTrailer(tuple(understood), tuple(country))


def _sefh_at(data: bytes) -> int:
    """Where the SEFH directory begins, the end of the bytes where there is none."""
    if not data.endswith(_SEFT) or len(data) < _SEFH_HEADER + _SEFT_BYTES:
        return len(data)
    length = u32(data, len(data) - _SEFT_BYTES, "<")
    at = len(data) - _SEFT_BYTES - length
    return at if length < _MAX_SEFH and at >= 0 and data.startswith(_SEFH, at) else len(data)


def _block_ranges(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and length of each block that the directory names; its kind stands there as in the directory."""
    at = _sefh_at(data)
    for entry in range(at + _SEFH_HEADER, len(data) - _SEFT_BYTES - _SEFH_ENTRY + 1, _SEFH_ENTRY):
        start, length = at - u32(data, entry + 4, "<"), u32(data, entry + 8, "<")
        if 0 <= start <= start + length <= at and data[start : start + 4] == data[entry : entry + 4]:
            yield start, length
