"""What files say that they are made of, in IPTC's words: whether by an algorithm, and whether of photographs alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...edit_record import COMPOSITE, NEWSCODES, NO_CAPTURES, PHOTOGRAPHED
from ...photo import Photo
from .edit_xmp import read_record
from .xmp import as_utf8

_PATH: Final = b"digitalsourcetype/"
_GENERATED: Final = tuple(
    NEWSCODES + word
    for word in (
        "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic",
    )
)  # fmt: skip
_KNOWN_TYPES: Final = sorted(
    (word.removeprefix(NEWSCODES) for word in (*_GENERATED, *NO_CAPTURES, PHOTOGRAPHED)), reverse=True
)
_TYPE: Final = re.compile(_PATH + b"(" + "|".join(_KNOWN_TYPES).encode() + b")")
"""A source type. The longest is tried first: in Content Credentials letters may follow that belong to what comes
next."""


def source_types_in(data: bytes) -> tuple[str, ...]:
    """IPTC's digital source types in a file or a part of it, wherever they stand; those of single captures are left
    out."""
    if _PATH not in data:  # far quicker than the expression
        return ()
    return tuple(dict.fromkeys(NEWSCODES + found[1].decode() for found in _TYPE.finditer(data)))


def is_painted(photo: Photo) -> bool:
    """Whether the record of its last edit says so, or an IPTC digital source type somewhere in its file."""
    record = read_record(photo)
    return (record is not None and record.painted) or any(word in _GENERATED for word in _declared_types(photo))


def type_of_composite(photo: Photo, donors: Sequence[Photo]) -> str:
    """The source type of a photo with eyes of others in it, nothing of which is painted: its own where it is not of
    captures alone."""
    own = _type_beyond_captures(photo)
    if own is not None:
        return own
    return COMPOSITE if any(_type_beyond_captures(donor) is not None for donor in donors) else PHOTOGRAPHED


def _type_beyond_captures(photo: Photo) -> str | None:
    return next((word for word in _declared_types(photo) if word in NO_CAPTURES), None)


def _declared_types(photo: Photo) -> tuple[str, ...]:
    """Digital source types of a photo: of its pixels by our own edit, then in its XMP, then anywhere in its file."""
    edit, facts = photo.edit, photo.file
    of_pixels = () if edit is None else (edit.source_type,)
    if facts is None:
        return of_pixels
    return (*of_pixels, *source_types_in(as_utf8(facts.xmp or b"")), *facts.source_types)
