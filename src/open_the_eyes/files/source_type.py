"""What files say that they are made of, in IPTC's words: whether an algorithm had a part in it."""

from __future__ import annotations

import re
from typing import Final

from ..photo import Photo
from .edit_record import read_record

_START: Final = b"digitalsourcetype/"
_MADE: Final = (
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic",
)  # fmt: skip
_WORD: Final = re.compile(_START + b"(" + "|".join(_MADE).encode() + b")")
"""In Content Credentials letters may follow that belong to what comes next."""


def source_types_in(data: bytes) -> tuple[str, ...]:
    """IPTC's digital source types in a file or a part of it, wherever they stand: those of what an algorithm made."""
    if _START not in data:  # far quicker than the expression
        return ()
    return tuple(dict.fromkeys(found[1].decode() for found in _WORD.finditer(data)))


def is_painted(photo: Photo) -> bool:
    """Whether the record of its last edit says so, or an IPTC digital source type somewhere in its file."""
    record, facts = read_record(photo), photo.file
    if record is not None and record.painted:
        return True
    return facts is not None and bool(facts.source_types or source_types_in(facts.xmp or b""))
