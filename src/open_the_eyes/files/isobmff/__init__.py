"""The little that has to be seen in a file of boxes (HEIC, AVIF) besides what its library tells.

ISO/IEC 14496-12; `clap` as in 12.1.4, `colr` as in 12.1.5, `av1C` as in the AV1 codec binding 2.3, `auxC` as in ISO/IEC
23008-12, 6.5.8. But for the primary picture's depth and crop, boxes are searched for and not parsed: they only choose
how to encode and what to say, and a wrong guess is a larger file or a sentence too many.
"""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from typing import Final, TypeAlias

from ...errors import UnreadablePhoto
from ...photo import FileFormat
from .boxes import primary_properties, primary_property

Nclx: TypeAlias = "tuple[int, int, int, int]"
"""Colour primaries, transfer characteristics, matrix coefficients and full range flag (ITU-T H.273)."""

_BRANDS: Final[dict[bytes, FileFormat]] = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIF"),
}
_PRIMARIES, _TRANSFERS = (1, 2, *range(4, 13)), (1, 2, *range(4, 19))
_NCLX_BYTES: Final = 7
_NCLX: Final = re.compile(rb"colrnclx(.{7})", re.DOTALL)
_AV1C: Final = re.compile(rb"av1C\x81.(.)", re.DOTALL)
_HAS_GAIN_MAP: Final = re.compile(rb"hdrgainmap|infe.{8}(?:..)?tmap", re.DOTALL)
_HAS_LIGHT_LEVELS: Final = re.compile(rb"\0\0\0\x0cclli|\0\0\0\x20mdcv")
_C2PA_UUID_BOX: Final = b"uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""Type and extended type of the box with Content Credentials (C2PA 2.1, A.5.1)."""
_AUXC: Final = re.compile(rb"auxC.{4}(urn:[^\0]{1,100})\0", re.DOTALL)
_ALPHA, _DEPTH, _MATTES = "alpha", "depth map", "further planes, such as mattes of hair or skin,"
_GAIN_MAP, LIGHT_LEVELS = "gain map for bright screens", "light levels for bright screens"
_AUXILIARY_TYPES: Final = {b"1": _ALPHA, b"alpha": _ALPHA, b"2": _DEPTH, b"depth": _DEPTH, b"hdrgainmap": _GAIN_MAP}
"""What an auxiliary image is, by the last word of its URN in `auxC`: those of HEVC (ISO/IEC 23008-12), of MPEG
(23091-2) and Apple's."""


def brand_of(data: bytes) -> FileFormat | None:
    """The format that a file's first box names, None for another; the compatible brands count as well."""
    if data[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length - 3, 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)


def nclx_of(data: bytes) -> Nclx | None:
    """`colr` of type `nclx` of the primary item; the first in the file where that item is derived from others."""
    try:
        of_primary = next((box[4:] for box in primary_properties(data, b"colr") if box.startswith(b"nclx")), b"")
    except (ValueError, IndexError):
        of_primary = b""
    if len(of_primary) >= _NCLX_BYTES:
        return _parsed_nclx(of_primary[:_NCLX_BYTES])
    found = _NCLX.search(data)
    return None if found is None else _parsed_nclx(found[1])


def supported_nclx(nclx: Nclx | None) -> Nclx | None:
    """The code points, None for those with which libheif reads no file; nearly all of these are reserved."""
    return nclx if nclx is not None and nclx[0] in _PRIMARIES and nclx[1] in _TRANSFERS else None


def with_nclx(data: bytes, nclx: Nclx) -> bytes:
    """The file with other primaries and transfer beside the picture; matrix and range are the encoder's."""
    return _NCLX.sub(lambda found: b"colrnclx" + struct.pack(">2H", *nclx[:2]) + found[1][4:], data, count=1)


def av1_configuration(data: bytes) -> tuple[int, int]:
    """Bit depth, and subsampling in Pillow's words (0 is 4:4:4), by the primary item's `av1C`; of the deepest one in
    the file where that item is derived from others."""
    try:
        of_primary = primary_property(data, b"av1C")
    except (ValueError, IndexError):
        of_primary = None
    bits, subsampling = 8, 2
    for flags in (
        [of_primary[2]] if of_primary and len(of_primary) > 2 else [found[1][0] for found in _AV1C.finditer(data)]
    ):
        bits = max(bits, 8 if not flags & 0x40 else 12 if flags & 0x20 else 10)
        if not flags & 0x10:  # not the grey of an alpha plane
            subsampling = {0x00: 0, 0x08: 1}.get(flags & 0x0C, 2)
    return bits, subsampling


def clean_aperture(data: bytes, size_wh: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of what is to be seen of the primary picture, before it is turned; None for all of it.

    Args:
        size_wh: of the picture as it is coded.

    Raises:
        UnreadablePhoto: it is not made of whole pixels of the picture.
    """
    try:
        clap = primary_property(data, b"clap")
    except (ValueError, IndexError):
        clap = None
    if clap is None:
        return None
    numbers = struct.unpack(">8i", clap[:32]) if len(clap) >= 32 else (0,) * 8
    if min(numbers[1::2]) > 0:
        width, height, off_x, off_y = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
        left, top = off_x + (size_wh[0] - width) / 2, off_y + (size_wh[1] - height) / 2
        edges = left, top, left + width, top + height
        inside = 0 <= left < edges[2] <= size_wh[0] and 0 <= top < edges[3] <= size_wh[1]
        if inside and all(edge.denominator == 1 for edge in edges):
            return int(left), int(top), int(edges[2]), int(edges[3])
    raise UnreadablePhoto("expected a crop of whole pixels, this picture's clean aperture is none; export it again.")


def notes_on_lost_images(data: bytes, *others: str) -> tuple[str, ...]:
    """Sentences on auxiliary images of the file that no encoder here writes, and on `others`."""
    types = {_AUXILIARY_TYPES.get(found[1].rsplit(b":", 1)[-1], _MATTES) for found in _AUXC.finditer(data)}
    types |= {_GAIN_MAP} if _HAS_GAIN_MAP.search(data) else set()
    types |= {LIGHT_LEVELS} if _HAS_LIGHT_LEVELS.search(data) else set()
    return tuple(f"The source's {what} cannot go along." for what in (*sorted(types - {_ALPHA}), *others))


def has_manifest(data: bytes) -> bool:
    """Whether the file has Content Credentials (C2PA 2.1, A.5.1)."""
    return _C2PA_UUID_BOX in data


def _parsed_nclx(payload: bytes) -> Nclx:
    primaries, transfer, matrix, full = struct.unpack(">3HB", payload)
    return primaries, transfer, matrix, full >> 7
