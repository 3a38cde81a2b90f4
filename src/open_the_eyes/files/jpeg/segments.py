"""The segments of a JPEG file: taking them apart and laying them out again, byte for byte.

ITU-T T.81 annex B; APP1 as in the Exif and XMP specifications, APP2 as in ICC.1 annex B.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...errors import UnreadablePhoto
from ..parcel import damaged, truncated, u16
from .markers import APP0, APP1, APP2, APP14, APP15, COM, DRI, EOI, JPEG_LS, LOSSLESS, SOI, SOS, TEM

EXIF: Final = b"Exif\0\0"
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
ICC: Final = b"ICC_PROFILE\0"
MPF: Final = b"MPF\0"
JFIF: Final = b"JFIF\0"
ADOBE: Final = b"Adobe"
MAX_PAYLOAD: Final = 65_533
_ORDER_MARKS: Final = (b"II\x2a\0", b"MM\0\x2a")

_OTHER_KINDS: Final = {JPEG_LS: "a JPEG-LS", **dict.fromkeys(LOSSLESS, "a lossless JPEG")}
"""Names of JPEGs that decoders of the usual one do not know; their coded data may hold what would be markers there."""
_MAX_SEGMENTS: Final = 20_000
NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Any marker but those of restarts, which stand in the coded data."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment; `payload` is what follows the length."""

    marker: int
    payload: bytes

    def __bytes__(self) -> bytes:
        return b"\xff" + bytes([self.marker]) + (len(self.payload) + 2).to_bytes(2, "big") + self.payload

    @property
    def name(self) -> str:
        return "COM" if self.marker == COM else f"APP{self.marker - APP0}"

    @property
    def is_metadata(self) -> bool:
        return APP0 <= self.marker <= APP15 or self.marker == COM

    @property
    def is_frame(self) -> bool:
        """A start of frame: the size and the components."""
        return 0xC0 <= self.marker <= 0xCF and self.marker not in (0xC4, 0xC8, 0xCC)

    @property
    def tells_colours(self) -> bool:
        """JFIF and Adobe segments say what the components mean, so a decoder needs them."""
        return (self.marker == APP0 and self.payload.startswith(JFIF)) or (
            self.marker == APP14 and self.payload.startswith(ADOBE)
        )


@dataclass(frozen=True, slots=True)
class Segments:
    """A JPEG file in parts: what comes before the first scan, the scans up to and with the end marker, what follows."""

    head: tuple[Segment, ...]
    scans: bytes
    trailer: bytes = b""
    scan_count: int = 0
    """0 where they were not counted."""

    @property
    def coding(self) -> bytes:
        """The segments a decoder needs besides those that tell colours."""
        return b"".join(bytes(s) for s in self.head if not s.is_metadata)


def split(data: bytes) -> Segments:
    """The parts of a whole JPEG file.

    Raises:
        UnreadablePhoto: a segment that reaches past the end, no picture in it, or no end marker, which is how a file
            that was cut off, or whose end was never written, is told from a whole one; a lossless JPEG or a JPEG-LS.
    """
    head, at = _head(data)
    other = next((_OTHER_KINDS[segment.marker] for segment in head if segment.marker in _OTHER_KINDS), None)
    if other is not None:
        raise UnreadablePhoto(f"expected a JPEG in common use, this is {other}; convert it to PNG or TIFF first.")
    end, scan_count = _end_of_scans(data, at)
    return Segments(head, data[at - 2 : end], data[end:], scan_count)


def split_bare(data: bytes) -> Segments:
    """The parts of a file known to be whole and to end with its picture, whose end need not be looked for.

    Raises:
        UnreadablePhoto: as `split`, but for what it says about the end.
    """
    head, at = _head(data)
    return Segments(head, data[at - 2 :])


def has_restarts(data: bytes) -> bool:
    """Whether a whole file defines restart intervals before its first scan."""
    head, _ = _head(data)
    return any(segment.marker == DRI and any(segment.payload) for segment in head)


def picture_at(data: bytes, start: int) -> tuple[tuple[Segment, ...], int]:
    """What comes before the first scan of the picture that begins there, and where it ends; without an end it counts as
    far as to that scan.

    Raises:
        UnreadablePhoto: as `split`, but for the end.
    """
    head, at = _head(data, start + 2)
    try:
        return head, _end_of_scans(data, at)[0]
    except UnreadablePhoto:
        return head, at


def _head(data: bytes, at: int = 2) -> tuple[tuple[Segment, ...], int]:
    """What comes before the first scan, and where that one's header starts."""
    head: list[Segment] = []
    while True:
        marker, at = _marker(data, at)
        if marker == EOI:
            raise damaged("it ends before its picture begins")
        if marker == SOI:
            raise damaged("a second picture begins in its header")
        if marker == SOS:
            return tuple(head), at
        if marker == TEM:
            continue
        end = _end_of_segment(data, at)
        if len(head) == _MAX_SEGMENTS:
            raise damaged(f"it has more than {_MAX_SEGMENTS:,} segments")
        head.append(Segment(marker, data[at + 2 : end]))
        at = end


def joined_icc(segments: tuple[Segment, ...]) -> bytes | None:
    """The colour profile out of its numbered pieces, None when there is none or a piece is missing."""
    pieces = {s.payload[12]: s.payload for s in segments if is_icc(s) and len(s.payload) >= 14}
    if not pieces or sorted(pieces) != list(range(1, next(iter(pieces.values()))[13] + 1)):
        return None
    return b"".join(pieces[number][14:] for number in sorted(pieces))


def first_exif(segments: tuple[Segment, ...]) -> tuple[int, ...]:
    """The numbers of the segments that the first EXIF block is in: from a byte order mark to the next one.

    All of EXIF's segments where none has such a mark.
    """
    found = [number for number, segment in enumerate(segments) if is_exif(segment)]
    marked = [n for n in found if segments[n].payload.startswith(_ORDER_MARKS, len(EXIF))]
    begin, end = (*(marked or [0]), len(segments))[:2]
    return tuple(n for n in found if begin <= n < end)


def is_exif(segment: Segment) -> bool:
    return segment.marker == APP1 and segment.payload.startswith(EXIF)


def is_xmp(segment: Segment) -> bool:
    return segment.marker == APP1 and segment.payload.startswith(XMP)


def is_icc(segment: Segment) -> bool:
    return segment.marker == APP2 and segment.payload.startswith(ICC)


def is_mpf(segment: Segment) -> bool:
    return segment.marker == APP2 and segment.payload.startswith(MPF)


def exif_segments(exif: bytes) -> Iterator[Segment]:
    """EXIF in as many segments as it takes; readers join them."""
    room = MAX_PAYLOAD - len(EXIF)
    for start in range(0, len(exif), room):
        yield Segment(APP1, EXIF + exif[start : start + room])


_ICC_ROOM: Final = MAX_PAYLOAD - len(ICC) - 2
MAX_ICC: Final = 255 * _ICC_ROOM
"""Largest profile, bytes: its pieces are counted in one byte each."""


def icc_segments(icc: bytes) -> Iterator[Segment]:
    """A profile in numbered pieces."""
    count = -(-len(icc) // _ICC_ROOM)
    for number in range(count):
        yield Segment(APP2, ICC + bytes([number + 1, count]) + icc[number * _ICC_ROOM : (number + 1) * _ICC_ROOM])


def xmp_segment(xmp: bytes) -> Segment:
    return Segment(APP1, XMP + xmp)


def named_segment(name: str, payload: bytes) -> Segment:
    """The way back from `Segment.name`."""
    return Segment(COM if name == "COM" else APP0 + int(name.removeprefix("APP")), payload)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The next marker from a position on, and where its segment starts; stray bytes are passed over, as in libjpeg."""
    found = NEXT_MARKER.search(data, at)
    if found is None:
        raise truncated("its header")
    return found[0][1], found.end()


def _end_of_segment(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise truncated("a segment's length")
    length = u16(data, at)
    if length < 2:
        raise damaged(f"a segment of impossible length {length}")
    if at + length > len(data):
        raise truncated("a segment")
    return at + length


def _end_of_scans(data: bytes, at: int) -> tuple[int, int]:
    """Behind the end marker, and how many scans there are; `at` is where the first one's header starts."""
    at, scan_count = _end_of_segment(data, at), 1
    for _ in range(_MAX_SEGMENTS):
        found = NEXT_MARKER.search(data, at)
        if found is None:
            raise truncated("the picture")
        marker = found[0][1]
        if marker == EOI:
            return found.end(), scan_count
        if marker == SOI:
            raise truncated("the picture, and another begins")
        scan_count += marker == SOS
        at = found.end() if marker == TEM else _end_of_segment(data, found.end())
    raise damaged(f"it has more than {_MAX_SEGMENTS:,} scans")
