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
from ..gps.blocks import block_without, extended_packets, tells_place
from ..gps.movie import ISO_6709, movie_at
from ..metadata.photoshop import EXIF_AND_XMP, segments_without
from .samsung import samsung_trailer
from .segments import XMP, Segment, picture_at

_FILE_SIGNATURE: Final = re.compile(rb"\xff\xd8\xff|\0...ftyp", re.DOTALL)
"""First bytes of a JPEG (SOI) or of an ISO base media file (`ftyp`)."""
_MAX_FILES: Final = 64
"""Most embedded files that are looked at: phones write three, and a hostile file may have begun ever so many that lead
nowhere."""


@dataclass(frozen=True, slots=True)
class SearchedTrailer:
    """A trailer in which locations (GPS) were blanked out.

    Args:
        data: the bytes, as many as before.
        completely: whether all of them could be searched.
    """

    data: bytes
    completely: bool


@dataclass(frozen=True, slots=True)
class _EmbeddedFile:
    """A picture or a film in a trailer.

    Args:
        start, end: in the trailer, bytes.
        searched: all of it could be searched for locations.
        replacements: (position, bytes) of what is to stand there instead.
    """

    start: int
    end: int
    searched: bool
    replacements: list[tuple[int, bytes]]


def without_place(trailer: bytes) -> SearchedTrailer:
    """The bytes behind a JPEG's picture with every place in them blanked out, their length unchanged.

    Pictures lose it in EXIF and XMP, films the boxes that tell it, Samsung's blocks the country. Where not all could be
    searched, places that stand there as text go as well.
    """
    out, completely, at = bytearray(trailer), True, 0
    samsung = samsung_trailer(trailer)
    between = bytearray(trailer)
    for start, length in samsung.understood:
        between[start : start + length] = bytes(length)
    for file in _embedded_files(trailer):
        completely = completely and file.searched and not between[at : file.start].strip(b"\0")
        at = file.end
        for start, new in file.replacements:
            out[start : start + len(new)] = new
    for start, length in samsung.country:
        out[start : start + length] = b"0" * length
    if completely and not between[at:].strip(b"\0"):
        return SearchedTrailer(bytes(out), completely=True)
    return SearchedTrailer(ISO_6709.sub(lambda found: b"0" * len(found[0]), bytes(out)), completely=False)


def pictures_in(trailer: bytes) -> list[bytes]:
    """The JPEG pictures among the bytes behind a file's first picture; films are left out."""
    embedded = (trailer[file.start : file.end] for file in _embedded_files(trailer))
    return [file for file in embedded if file.startswith(b"\xff\xd8")]


def _embedded_files(data: bytes) -> Iterator[_EmbeddedFile]:
    at = 0
    for _ in range(_MAX_FILES):
        found = _FILE_SIGNATURE.search(data, at)
        if found is None:
            return
        file = _jpeg_at(data, found.start()) or _movie_at(data, found.start())
        if file is not None:
            yield file
        at = found.start() + 1 if file is None else file.end


def _movie_at(data: bytes, start: int) -> _EmbeddedFile | None:
    movie = movie_at(data, start)
    if movie is None:
        return None
    emptied = [(box.start + 4, b"free" + data[box.start + 8 : box.payload]) for box in movie.places]
    zeros = [(box.payload, bytes(box.end - box.payload)) for box in movie.places]
    return _EmbeddedFile(start, movie.end, movie.searched, emptied + zeros)


def _jpeg_at(data: bytes, start: int) -> _EmbeddedFile | None:
    """A picture, or the header of one that is cut off."""
    try:
        header, end = picture_at(data, start)
    except UnreadablePhoto:
        return None
    blocks = tuple((segment.name, segment.payload) for segment in header if segment.is_metadata)
    extended = any(map(tells_place, extended_packets(blocks)))
    replacements, at = [], start
    for segment in header:
        at = data.index(bytes(segment), at)
        kept = _payload_without_place(segment, extended=extended) if segment.is_metadata else segment.payload
        if kept != segment.payload:
            filling = b" " if kept.startswith(XMP) else b"\0"
            replacements.append((at + 4, kept.ljust(len(segment.payload), filling)))
        at += len(segment.payload) + 4
    return _EmbeddedFile(start, end, True, replacements)


def _payload_without_place(segment: Segment, *, extended: bool) -> bytes:
    """What a segment holds besides the place; nothing, where that cannot be told apart."""
    block = (segment.name, segment.payload)
    kept = None if is_manifest(block) else block_without(block, extended=extended)
    left = segments_without((kept,), EXIF_AND_XMP) if kept is not None else ()
    return left[0][1] if left else b""
