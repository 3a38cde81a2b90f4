"""Whether a photo says of itself that something in it was made by an algorithm."""

from __future__ import annotations

import re
from typing import Final

from ..photo import Photo
from .edit_record import read_record

_MADE: Final = re.compile(
    rb"digitalsourcetype/"
    rb"(trainedAlgorithmicMedia|compositeWithTrainedAlgorithmicMedia|algorithmicMedia|compositeSynthetic)\b"
)


def is_painted(photo: Photo) -> bool:
    """Whether the record of its last edit says so, or an IPTC digital source type somewhere in its file.

    That may stand in XMP, even in a broken packet, or in Content Credentials that are carried.
    """
    record, facts = read_record(photo), photo.file
    if record is not None and record.painted:
        return True
    places = () if facts is None else (facts.xmp, facts.exif, *(payload for _, payload in facts.blocks))
    return any(_MADE.search(place) for place in places if place is not None)
