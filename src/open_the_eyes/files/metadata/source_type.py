"""What files say that they are made of, in IPTC's words: whether by an algorithm, and whether of photographs alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...edit_record import COMPOSITE, NEWSCODES, NO_CAPTURES, PHOTOGRAPHED
from ...photo import Photo
from .edit_xmp import read_record
from .xmp import as_utf8

_START: Final = b"digitalsourcetype/"
_MADE: Final = tuple(
    NEWSCODES + word
    for word in (
        "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic",
    )
)  # fmt: skip
_KNOWN: Final = sorted((word.removeprefix(NEWSCODES) for word in (*_MADE, *NO_CAPTURES, PHOTOGRAPHED)), reverse=True)
_WORD: Final = re.compile(_START + b"(" + "|".join(_KNOWN).encode() + b")")
"""A source type. The longest is tried first: in Content Credentials letters may follow that belong to what comes
next."""


def source_types_in(data: bytes) -> tuple[str, ...]:
    """IPTC's digital source types in a file or a part of it, wherever they stand; those of single captures are left
    out."""
    if _START not in data:  # far quicker than the expression
        return ()
    return tuple(dict.fromkeys(NEWSCODES + found[1].decode() for found in _WORD.finditer(data)))


def is_painted(photo: Photo) -> bool:
    """Whether the record of its last edit says so, or an IPTC digital source type somewhere in its file."""
    record = read_record(photo)
    return (record is not None and record.painted) or any(word in _MADE for word in _told(photo))


def type_of_composite(photo: Photo, donors: Sequence[Photo]) -> str:
    """The source type of a photo with eyes of others in it, nothing of which is painted: its own where it is not of
    captures alone."""
    own = _beyond_captures(photo)
    if own is not None:
        return own
    return COMPOSITE if any(_beyond_captures(donor) is not None for donor in donors) else PHOTOGRAPHED


def _beyond_captures(photo: Photo) -> str | None:
    return next((word for word in _told(photo) if word in NO_CAPTURES), None)


def _told(photo: Photo) -> tuple[str, ...]:
    """What is said of a photo: of its pixels by our own edit, then in its XMP, then anywhere in its file."""
    edit, facts = photo.edit, photo.file
    of_pixels = () if edit is None else (edit.source_type,)
    if facts is None:
        return of_pixels
    return (*of_pixels, *source_types_in(as_utf8(facts.xmp or b"")), *facts.source_types)
