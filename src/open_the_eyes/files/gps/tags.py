"""How long Exif has the values of a GPS directory; an entry that says another length is damaged, its value elsewhere.

Exif 3.0, 4.6.7. Field types do not count: writers confuse those of one size, and the value is as long in either.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from ..metadata.ifd import TYPE_BYTES

_VALUE_BYTES: Final[Mapping[int, Container[int]]] = {
    **dict.fromkeys((0, 1, 3, 5, 9, 10, 12, 14, 16, 19, 21, 23, 25, 30), range(5)),  # version, references, states
    **dict.fromkeys((2, 4, 7, 20, 22), (24,)),  # degrees, minutes and seconds; a time of day
    **dict.fromkeys((6, 11, 13, 15, 17, 24, 26, 31), (8,)),  # one fraction
    29: (10, 11),  # a date, with a zero at its end or without
}
_KNOWN_TAGS: Final = range(1, 32)
_TEXT_TAGS: Final = (8, 18, 27, 28)
"""Tags that are texts of any length, of field types of one byte."""


def has_standard_length(tag: int, field_type: int, count: int) -> bool:
    """Whether an entry's value is as long as Exif has it; those of unknown tags may have any length."""
    size = TYPE_BYTES.get(field_type, 0)
    return size == 1 if tag in _TEXT_TAGS else size * count in _VALUE_BYTES.get(tag, (size * count,))


def looks_like_gps_entry(tag: int, field_type: int, count: int) -> bool:
    """Whether three numbers can hardly be anything but an entry of a GPS directory; never of tag 0, as padding is."""
    return tag in _KNOWN_TAGS and field_type in TYPE_BYTES and count > 0 and has_standard_length(tag, field_type, count)
