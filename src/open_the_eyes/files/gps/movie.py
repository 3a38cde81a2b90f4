"""The boxes of a movie (ISO base media or QuickTime file) that tell where it was shot.

ISO/IEC 14496-12; `loci` as in 3GPP TS 26.244, 8.10; QuickTime File Format for `udta`, `keys` and `ilst`. Pictures
and sound are not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ...errors import UnreadablePhoto
from ..parcel import damaged, u32

_BOX_HEADER: Final = 8
_MOVIE_BOXES: Final = (b"moov", b"moof", b"mdat", b"meta", b"uuid", b"udta", b"emsg")
_OTHER_TOP_LEVEL_BOXES: Final = (b"ftyp", b"free", b"skip", b"wide", b"mfra", b"sidx", b"ssix", b"styp", b"pdin")
"""Box types that stand at the top level of a movie besides `_MOVIE_BOXES`; it ends before any other."""
_CONTAINER_BOXES: Final = (b"moov", b"moof", b"trak", b"traf", b"udta", b"meta")
_LOCATION_BOXES: Final = (b"\xa9xyz", b"@xyz", b"loci", b"gps ", b"GPS ", b"gps0")
"""Box types that hold nothing but a location, those of some makers included."""
_LOCATION_KEY: Final = re.compile(rb"(?i)ISO6709|gps|latitude|longitude")
ISO_6709: Final = re.compile(rb"[+-]\d{2,6}\.\d+[+-]\d{2,7}\.\d+([+-]\d+(\.\d*)?)?")
"""A location as movies write it in text (ISO 6709); some writers leave out zeros before the second number."""
_LOCATION_IN_USER_DATA: Final = re.compile(
    ISO_6709.pattern + rb"|(?i:gps[^a-z]{0,3}(lat|lon|alt|coord|pos)|latitude|longitude)"
    rb"|\xff\xe1..Exif\0",
    re.DOTALL,
)
"""What tells a location in user data: one as text, a word for one, or a small picture with EXIF."""
_HARMLESS_HANDLERS: Final = (b"vide", b"soun", b"tmcd")
"""Handler types of tracks that hold no location; a track of any other may note it from second to second."""
_HARMLESS_MEDIA_TYPES: Final = (
    b"application/microvideo-image-meta",
    b"application/microvideo-meta-stream",
    b"application/motionphoto-image-meta",
)
"""Media types of further tracks that tell of the pictures alone."""
_MAX_DEPTH: Final = 8
_MAX_BOXES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box and its payload start, and where both end."""

    box_type: bytes
    start: int
    payload: int
    end: int


@dataclass(frozen=True, slots=True)
class Movie:
    """Where a movie ends, and which of its boxes tell the location.

    Args:
        searched: nothing else in it can tell, as far as anybody knows.
    """

    end: int
    places: tuple[Box, ...]
    searched: bool


def movie_at(data: bytes, start: int) -> Movie | None:
    """The movie that begins there, None where none does; what is damaged in it makes it one that is not searched."""
    if data[start + 4 : start + _BOX_HEADER] != b"ftyp":
        return None
    search, end = _Search(data), start
    with suppress(UnreadablePhoto):  # what goes on behind the last whole box is no part of it
        for box in search.boxes(start, len(data)):
            if box.box_type not in _MOVIE_BOXES and (
                box.box_type not in _OTHER_TOP_LEVEL_BOXES or (box.box_type == b"ftyp" and box.start > start)
            ):
                break
            search.visit(box)
            end = box.end
    return Movie(end, tuple(search.places), search.searched) if end > start else None


class _Search:
    """One walk over a movie's boxes, and what it has found."""

    def __init__(self, data: bytes) -> None:
        self.places: list[Box] = []
        self.searched = True
        self._data, self._count = data, 0

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """The boxes that lie there one after the other; zeros behind them are filling.

        Raises:
            UnreadablePhoto: one reaches beyond the end, or the movie has too many.
        """
        while end - start >= _BOX_HEADER:
            length, payload = u32(self._data, start), start + _BOX_HEADER
            box_type = self._data[start + 4 : payload]
            if length == 1 and end - start >= _BOX_HEADER + 8:
                length, payload = int.from_bytes(self._data[payload : payload + 8], "big"), payload + 8
            elif length == 0 and end == len(self._data):  # to the end of the file
                length = end - start
            self._count += 1
            if not payload - start <= length <= end - start or self._count > _MAX_BOXES:
                if not self._data[start:end].strip(b"\0"):
                    return
                raise damaged("boxes that do not lie in each other")
            yield Box(box_type, start, payload, start + length)
            start += length

    def visit(self, box: Box, *, user_data: bool = False, depth: int = 1) -> None:
        """Notes which boxes in a box tell the location; `user_data`: it lies in `udta` or `meta`."""
        if box.box_type in _LOCATION_BOXES:
            self.places.append(box)
        elif box.box_type in _CONTAINER_BOXES:
            self._visit_children(box, depth)
        elif box.box_type == b"mdia":
            self.searched &= self._is_harmless(box)
        elif (user_data or box.box_type in (b"uuid", b"emsg")) and _LOCATION_IN_USER_DATA.search(
            self._data, box.payload, box.end
        ):
            self.places.append(box)

    def _visit_children(self, box: Box, depth: int) -> None:
        try:
            if depth > _MAX_DEPTH:
                raise damaged("boxes in boxes without end")
            keys: set[bytes] = set()
            lists: list[Box] = []
            for child in self.boxes(self._children_at(box), box.end):
                if child.box_type == b"keys":
                    keys = self._location_keys(child)
                elif child.box_type == b"ilst":
                    lists.append(child)
                else:
                    self.visit(child, user_data=box.box_type in (b"udta", b"meta"), depth=depth + 1)
            for ilst in lists:
                self._visit_items(ilst, keys)
        except UnreadablePhoto:
            self.searched = False

    def _visit_items(self, ilst: Box, keys: set[bytes]) -> None:
        for item in self.boxes(ilst.payload, ilst.end):
            if item.box_type in keys:
                self.places.append(item)
            else:
                self.visit(item, user_data=True)

    def _children_at(self, box: Box) -> int:
        """Where a box's children begin: `meta` is a full box in ISO files, and none in QuickTime's."""
        own = box.box_type != b"meta" or self._data[box.payload + 4 : box.payload + _BOX_HEADER] == b"hdlr"
        return box.payload if own else min(box.payload + 4, box.end)

    def _location_keys(self, keys: Box) -> set[bytes]:
        """The box types in `ilst` whose keys are for a location: the keys' indices, from 1 on."""
        entries = self.boxes(min(keys.payload + 8, keys.end), keys.end)  # behind version, flags and count
        return {
            number.to_bytes(4, "big")
            for number, key in enumerate(entries, start=1)
            if _LOCATION_KEY.search(self._data, key.payload, key.end)
        }

    def _is_harmless(self, media: Box) -> bool:
        """Whether a track is one of pictures, sound or time, or says that it tells of the pictures alone."""
        handler = next((box for box in self.boxes(media.payload, media.end) if box.box_type == b"hdlr"), None)
        if handler is None:
            return False
        return self._data[handler.payload + 8 : handler.payload + 12] in _HARMLESS_HANDLERS or any(
            self._data.find(media_type, media.payload, media.end) >= 0 for media_type in _HARMLESS_MEDIA_TYPES
        )
