"""What stands behind the picture of a JPEG file: further pictures, films, Samsung's blocks, and bytes that nobody
here knows.

Nothing of it may change its length: the file's index of pictures, and XMP, tell where the parts are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...errors import UnreadablePhoto
from ..credentials.manifest import is_manifest
from ..gps.blocks import block_without, extended_packets, tells
from ..gps.film import ISO_6709, film_at
from ..metadata.photoshop import EXIF_AND_XMP, segments_without
from .samsung import samsung_trailer
from .segments import XMP, Segment, picture_at

_BEGINS: Final = re.compile(rb"\xff\xd8\xff|\0...ftyp", re.DOTALL)
"""Beginning of a picture or a film."""
_MAX_PIECES: Final = 64
"""Most pieces that are looked at: phones write three, and a hostile file may have begun ever so many that lead
nowhere."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Bytes in which places (GPS) were blanked out.

    Args:
        kept: the bytes, as many as before.
        wholly: whether all of them could be searched.
    """

    kept: bytes
    wholly: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A picture or a film: where it starts and ends, whether all of it could be searched, and (place, bytes) of what is
    to stand there instead."""

    start: int
    end: int
    searched: bool
    changes: list[tuple[int, bytes]]


def without_place(trailer: bytes) -> Searched:
    """The bytes behind a JPEG's picture with every place in them blanked out, their length unchanged.

    Pictures lose it in EXIF and XMP, films the boxes that tell it, Samsung's blocks the country. Where not all could be
    searched, places that stand there as text go as well.
    """
    out, wholly, at = bytearray(trailer), True, 0
    samsung = samsung_trailer(trailer)
    between = bytearray(trailer)
    for place, length in samsung.understood:
        between[place : place + length] = bytes(length)
    for piece in _pieces(trailer):
        wholly = wholly and piece.searched and not between[at : piece.start].strip(b"\0")
        at = piece.end
        for place, new in piece.changes:
            out[place : place + len(new)] = new
    for place, length in samsung.country:
        out[place : place + length] = b"0" * length
    if wholly and not between[at:].strip(b"\0"):
        return Searched(bytes(out), wholly=True)
    return Searched(ISO_6709.sub(lambda found: b"0" * len(found[0]), bytes(out)), wholly=False)


def pictures_in(trailer: bytes) -> list[bytes]:
    """The JPEG pictures among the bytes behind a file's first picture; films are left out."""
    pieces = (trailer[piece.start : piece.end] for piece in _pieces(trailer))
    return [piece for piece in pieces if piece.startswith(b"\xff\xd8")]


def _pieces(data: bytes) -> Iterator[_Piece]:
    at = 0
    for _ in range(_MAX_PIECES):
        found = _BEGINS.search(data, at)
        if found is None:
            return
        piece = _picture(data, found.start()) or _film(data, found.start())
        if piece is not None:
            yield piece
        at = found.start() + 1 if piece is None else piece.end


def _film(data: bytes, start: int) -> _Piece | None:
    film = film_at(data, start)
    if film is None:
        return None
    emptied = [(box.start + 4, b"free" + data[box.start + 8 : box.inside]) for box in film.places]
    zeros = [(box.inside, bytes(box.end - box.inside)) for box in film.places]
    return _Piece(start, film.end, film.searched, emptied + zeros)


def _picture(data: bytes, start: int) -> _Piece | None:
    """A picture, or the header of one that is cut off."""
    try:
        head, end = picture_at(data, start)
    except UnreadablePhoto:
        return None
    blocks = tuple((segment.name, segment.payload) for segment in head if segment.is_metadata)
    extended = any(map(tells, extended_packets(blocks)))
    changes, at = [], start
    for segment in head:
        at = data.index(bytes(segment), at)
        kept = _payload_without(segment, extended=extended) if segment.is_metadata else segment.payload
        if kept != segment.payload:
            filling = b" " if kept.startswith(XMP) else b"\0"
            changes.append((at + 4, kept.ljust(len(segment.payload), filling)))
        at += len(segment.payload) + 4
    return _Piece(start, end, True, changes)


def _payload_without(segment: Segment, *, extended: bool) -> bytes:
    """What a segment holds besides the place; nothing, where that cannot be told apart."""
    block = (segment.name, segment.payload)
    kept = None if is_manifest(block) else block_without(block, extended=extended)
    left = segments_without((kept,), EXIF_AND_XMP) if kept is not None else ()
    return left[0][1] if left else b""
