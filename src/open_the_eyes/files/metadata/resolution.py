"""A picture's dots an inch on their way into another format: in a field of its own, or else in EXIF."""

from __future__ import annotations

import struct
from typing import Final, TypeAlias

from ...photo import FileFormat
from ..formats import TRAITS
from .exif import tag_numbers
from .ifd import RATIONAL, SHORT, Directory, Entry, as_block

Dpi: TypeAlias = "tuple[float, float]"
"""Dots per inch, across and down."""

_ACROSS, _DOWN, _UNIT, _INCH = 282, 283, 296, 2
_MOST: Final = 65_535
"""Largest resolution that a JPEG can hold; it would write another number for more."""


def sensible(dpi: Dpi | None) -> Dpi | None:
    """The resolution, None for one that no format need tell."""
    return dpi if dpi is not None and all(1 <= dots <= _MOST for dots in dpi) else None


def in_exif(exif: bytes | None, dpi: Dpi | None, file_format: FileFormat) -> bytes | None:
    """The block as it is; for a format without a field, where there is none, one that tells the resolution."""
    if exif is not None or dpi is None or TRAITS[file_format].resolution:
        return exif
    raw_by_tag = {
        tag: struct.pack("<2I", round(dots * 10_000), 10_000) for tag, dots in zip((_ACROSS, _DOWN), dpi, strict=True)
    }
    entries = {tag: Entry(tag, RATIONAL, raw) for tag, raw in raw_by_tag.items()}
    return as_block(Directory("<", entries | {_UNIT: Entry(_UNIT, SHORT, struct.pack("<H", _INCH))}))


def is_lost(exif: bytes | None, dpi: Dpi | None, file_format: FileFormat) -> bool:
    """Whether a resolution finds no place: the format has no field, and EXIF that is there does not tell one."""
    untold = exif is not None and _ACROSS not in tag_numbers(exif)
    return untold and sensible(dpi) is not None and not TRAITS[file_format].resolution
