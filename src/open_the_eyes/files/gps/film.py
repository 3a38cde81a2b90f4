"""The boxes of a film that tell where it was shot.

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

_HEAD: Final = 8
_FILM: Final = (b"moov", b"moof", b"mdat", b"meta", b"uuid", b"udta", b"emsg")
_FILLING: Final = (b"ftyp", b"free", b"skip", b"wide", b"mfra", b"sidx", b"ssix", b"styp", b"pdin")
"""Kinds of boxes that stand side by side in a film, as those of `_FILM` do; it ends before any other."""
_HOLDERS: Final = (b"moov", b"moof", b"trak", b"traf", b"udta", b"meta")
_PLACES: Final = (b"\xa9xyz", b"@xyz", b"loci", b"gps ", b"GPS ", b"gps0")
"""Kinds of boxes that hold nothing but a place, those of some makers included."""
_PLACE_KEY: Final = re.compile(rb"(?i)ISO6709|gps|latitude|longitude")
ISO_6709: Final = re.compile(rb"[+-]\d{2,6}\.\d+[+-]\d{2,7}\.\d+([+-]\d+(\.\d*)?)?")
"""A place as films write it in text; some writers leave out zeros before the second number."""
_TELLS: Final = re.compile(
    ISO_6709.pattern + rb"|(?i:gps[^a-z]{0,3}(lat|lon|alt|coord|pos)|latitude|longitude)"
    rb"|\xff\xe1..Exif\0",
    re.DOTALL,
)
"""What tells a place in a box for remarks: a place, a word for one, or a small picture with EXIF."""
_PICTURES_AND_SOUND: Final = (b"vide", b"soun", b"tmcd")
"""Kinds of tracks that hold no place; any other one may note it from second to second."""
_HARMLESS: Final = (
    b"application/microvideo-image-meta",
    b"application/microvideo-meta-stream",
    b"application/motionphoto-image-meta",
)
"""Media types of further tracks that tell of the pictures alone."""
_MAX_DEPTH: Final = 8
_MAX_BOXES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box starts and ends, and where what it holds does."""

    kind: bytes
    start: int
    inside: int
    end: int


@dataclass(frozen=True, slots=True)
class Film:
    """Where a film ends, and which of its boxes tell the place.

    Args:
        searched: nothing else in it can tell, as far as anybody knows.
    """

    end: int
    places: tuple[Box, ...]
    searched: bool


def film_at(data: bytes, start: int) -> Film | None:
    """The film that begins there, None where none does; what is damaged in it makes it one that is not searched."""
    if data[start + 4 : start + _HEAD] != b"ftyp":
        return None
    search, end = _Search(data), start
    with suppress(UnreadablePhoto):  # what goes on behind the last whole box is no part of it
        for box in search.boxes(start, len(data)):
            if box.kind not in _FILM and (box.kind not in _FILLING or (box.kind == b"ftyp" and box.start > start)):
                break
            search.visit(box)
            end = box.end
    return Film(end, tuple(search.places), search.searched) if end > start else None


class _Search:
    """One walk over a film, and what it has come by."""

    def __init__(self, data: bytes) -> None:
        self.places: list[Box] = []
        self.searched = True
        self._data, self._count = data, 0

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """The boxes that lie there one after the other; zeros behind them are filling.

        Raises:
            UnreadablePhoto: one reaches beyond the end, or the film has too many.
        """
        while end - start >= _HEAD:
            length, inside = u32(self._data, start), start + _HEAD
            kind = self._data[start + 4 : inside]
            if length == 1 and end - start >= _HEAD + 8:
                length, inside = int.from_bytes(self._data[inside : inside + 8], "big"), inside + 8
            elif length == 0 and end == len(self._data):  # to the end of the file
                length = end - start
            self._count += 1
            if not inside - start <= length <= end - start or self._count > _MAX_BOXES:
                if not self._data[start:end].strip(b"\0"):
                    return
                raise damaged("boxes that do not lie in each other")
            yield Box(kind, start, inside, start + length)
            start += length

    def visit(self, box: Box, *, remarks: bool = False, depth: int = 1) -> None:
        """Notes what of a box tells the place; `remarks`: it is one among texts and settings."""
        if box.kind in _PLACES:
            self.places.append(box)
        elif box.kind in _HOLDERS:
            self._visit_held(box, depth)
        elif box.kind == b"mdia":
            self.searched &= self._is_harmless(box)
        elif (remarks or box.kind in (b"uuid", b"emsg")) and _TELLS.search(self._data, box.inside, box.end):
            self.places.append(box)

    def _visit_held(self, box: Box, depth: int) -> None:
        try:
            if depth > _MAX_DEPTH:
                raise damaged("boxes in boxes without end")
            keys: set[bytes] = set()
            lists: list[Box] = []
            for held in self.boxes(self._inside_of(box), box.end):
                if held.kind == b"keys":
                    keys = self._keys_of_place(held)
                elif held.kind == b"ilst":
                    lists.append(held)
                else:
                    self.visit(held, remarks=box.kind in (b"udta", b"meta"), depth=depth + 1)
            for listed in lists:
                self._visit_items(listed, keys)
        except UnreadablePhoto:
            self.searched = False

    def _visit_items(self, listed: Box, keys: set[bytes]) -> None:
        for item in self.boxes(listed.inside, listed.end):
            if item.kind in keys:
                self.places.append(item)
            else:
                self.visit(item, remarks=True)

    def _inside_of(self, box: Box) -> int:
        """A `meta` of ISO's begins with version and flags, one of QuickTime's does not."""
        own = box.kind != b"meta" or self._data[box.inside + 4 : box.inside + _HEAD] == b"hdlr"
        return box.inside if own else min(box.inside + 4, box.end)

    def _keys_of_place(self, keys: Box) -> set[bytes]:
        """The kinds that items have whose keys are for a place: their numbers, from 1 on."""
        listed = self.boxes(min(keys.inside + 8, keys.end), keys.end)  # behind version, flags and count
        return {
            number.to_bytes(4, "big")
            for number, key in enumerate(listed, start=1)
            if _PLACE_KEY.search(self._data, key.inside, key.end)
        }

    def _is_harmless(self, media: Box) -> bool:
        """Whether a track is one of pictures, sound or time, or says that it tells of the pictures alone."""
        handler = next((box for box in self.boxes(media.inside, media.end) if box.kind == b"hdlr"), None)
        if handler is None:
            return False
        return self._data[handler.inside + 8 : handler.inside + 12] in _PICTURES_AND_SOUND or any(
            self._data.find(kind, media.inside, media.end) >= 0 for kind in _HARMLESS
        )
