"""A picture's dots an inch on their way into another format: in a field of its own, or else in EXIF."""

from __future__ import annotations

import struct
from typing import Final, TypeAlias

from ...photo import FileFormat
from ..formats import TRAITS
from .exif import tag_numbers
from .ifd import RATIONAL, SHORT, Entry, Ifd, tiff_block

Dpi: TypeAlias = "tuple[float, float]"
"""Dots per inch, across and down."""

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 282, 283, 296, 2
_MAX_DPI: Final = 65_535
"""Largest resolution that a JPEG can hold; it would write another number for more."""


def plausible_dpi(dpi: Dpi | None) -> Dpi | None:
    """The resolution, None for one that no format need tell."""
    return dpi if dpi is not None and all(1 <= dots <= _MAX_DPI for dots in dpi) else None


def with_resolution(exif: bytes | None, dpi: Dpi | None, file_format: FileFormat) -> bytes | None:
    """The block as it is; for a format without a field, where there is none, one that tells the resolution."""
    if exif is not None or dpi is None or TRAITS[file_format].resolution:
        return exif
    raw_by_tag = {
        tag: struct.pack("<2I", round(dots * 10_000), 10_000)
        for tag, dots in zip((_X_RESOLUTION, _Y_RESOLUTION), dpi, strict=True)
    }
    entries = {tag: Entry(tag, RATIONAL, raw) for tag, raw in raw_by_tag.items()}
    return tiff_block(Ifd("<", entries | {_RESOLUTION_UNIT: Entry(_RESOLUTION_UNIT, SHORT, struct.pack("<H", _INCH))}))


def is_resolution_lost(exif: bytes | None, dpi: Dpi | None, file_format: FileFormat) -> bool:
    """Whether a resolution finds no place: the format has no field, and EXIF that is there does not tell one."""
    untold = exif is not None and _X_RESOLUTION not in tag_numbers(exif)
    return untold and plausible_dpi(dpi) is not None and not TRAITS[file_format].resolution
