"""The marker segments of a JPEG file: split and joined again, byte for byte.

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
_TIFF_MARKS: Final = (b"II\x2a\0", b"MM\0\x2a")

_OTHER_PROCESSES: Final = {JPEG_LS: "a JPEG-LS", **dict.fromkeys(LOSSLESS, "a lossless JPEG")}
"""Coding processes that usual decoders do not know; their coded data may hold what would be markers elsewhere."""
_MAX_SEGMENTS: Final = 20_000
NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Any marker but restart markers, which stand in the entropy-coded data."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment (T.81 B.1.1.4); `payload` is what follows the length."""

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
    def is_frame_header(self) -> bool:
        """Whether it is a frame header (SOFn): the size and the components."""
        return 0xC0 <= self.marker <= 0xCF and self.marker not in (0xC4, 0xC8, 0xCC)

    @property
    def defines_colours(self) -> bool:
        """Whether it says what the components mean, as JFIF and Adobe segments do: a decoder needs it."""
        return (self.marker == APP0 and self.payload.startswith(JFIF)) or (
            self.marker == APP14 and self.payload.startswith(ADOBE)
        )


@dataclass(frozen=True, slots=True)
class Segments:
    """A JPEG file in parts: the marker segments before the first scan, the scans up to EOI, the bytes behind that."""

    header: tuple[Segment, ...]
    scans: bytes
    trailer: bytes = b""
    scan_count: int = 0
    """0 where they were not counted."""

    @property
    def tables_and_frame(self) -> bytes:
        """Frame header and tables: the segments a decoder needs besides those that define colours."""
        return b"".join(bytes(s) for s in self.header if not s.is_metadata)


def split(data: bytes) -> Segments:
    """The parts of a whole JPEG file.

    Raises:
        UnreadablePhoto: a segment that reaches past the end, no picture in it, or no EOI, which is how a file
            that was cut off, or whose end was never written, is told from a whole one; a lossless JPEG or a JPEG-LS.
    """
    header, at = _header(data)
    other = next((_OTHER_PROCESSES[segment.marker] for segment in header if segment.marker in _OTHER_PROCESSES), None)
    if other is not None:
        raise UnreadablePhoto(f"expected a JPEG in common use, this is {other}; convert it to PNG or TIFF first.")
    end, scan_count = _end_of_scans(data, at)
    return Segments(header, data[at - 2 : end], data[end:], scan_count)


def split_without_trailer(data: bytes) -> Segments:
    """The parts of a file known to be whole and to end with EOI, which need not be looked for.

    Raises:
        UnreadablePhoto: as `split`, but for what it says about the end.
    """
    header, at = _header(data)
    return Segments(header, data[at - 2 :])


def has_restarts(data: bytes) -> bool:
    """Whether a whole file defines restart intervals before its first scan."""
    header, _ = _header(data)
    return any(segment.marker == DRI and any(segment.payload) for segment in header)


def picture_at(data: bytes, start: int) -> tuple[tuple[Segment, ...], int]:
    """The marker segments before the first scan of the picture that begins there, and where the picture ends; without
    EOI it counts as far as to that scan.

    Raises:
        UnreadablePhoto: as `split`, but for the end.
    """
    header, at = _header(data, start + 2)
    try:
        return header, _end_of_scans(data, at)[0]
    except UnreadablePhoto:
        return header, at


def _header(data: bytes, at: int = 2) -> tuple[tuple[Segment, ...], int]:
    """The marker segments before the first scan, and where the scan header's length stands."""
    header: list[Segment] = []
    while True:
        marker, at = _next_marker(data, at)
        if marker == EOI:
            raise damaged("it ends before its picture begins")
        if marker == SOI:
            raise damaged("a second picture begins in its header")
        if marker == SOS:
            return tuple(header), at
        if marker == TEM:
            continue
        end = _end_of_segment(data, at)
        if len(header) == _MAX_SEGMENTS:
            raise damaged(f"it has more than {_MAX_SEGMENTS:,} segments")
        header.append(Segment(marker, data[at + 2 : end]))
        at = end


def joined_icc(segments: tuple[Segment, ...]) -> bytes | None:
    """The ICC profile out of its numbered chunks (ICC.1 B.4), None when there is none or a chunk is missing."""
    chunks = {s.payload[12]: s.payload for s in segments if is_icc(s) and len(s.payload) >= 14}
    if not chunks or sorted(chunks) != list(range(1, next(iter(chunks.values()))[13] + 1)):
        return None
    return b"".join(chunks[number][14:] for number in sorted(chunks))


def first_exif(segments: tuple[Segment, ...]) -> tuple[int, ...]:
    """The numbers of the segments that the first EXIF block is in: from a byte order mark to the next one.

    All of EXIF's segments where none has such a mark.
    """
    found = [number for number, segment in enumerate(segments) if is_exif(segment)]
    marked = [n for n in found if segments[n].payload.startswith(_TIFF_MARKS, len(EXIF))]
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


_ICC_CHUNK_BYTES: Final = MAX_PAYLOAD - len(ICC) - 2
MAX_ICC: Final = 255 * _ICC_CHUNK_BYTES
"""Largest profile, bytes: its chunks are counted in one byte."""


def icc_segments(icc: bytes) -> Iterator[Segment]:
    """An ICC profile in numbered chunks."""
    count = -(-len(icc) // _ICC_CHUNK_BYTES)
    for number in range(count):
        yield Segment(
            APP2, ICC + bytes([number + 1, count]) + icc[number * _ICC_CHUNK_BYTES : (number + 1) * _ICC_CHUNK_BYTES]
        )


def xmp_segment(xmp: bytes) -> Segment:
    return Segment(APP1, XMP + xmp)


def named_segment(name: str, payload: bytes) -> Segment:
    """The way back from `Segment.name`."""
    return Segment(COM if name == "COM" else APP0 + int(name.removeprefix("APP")), payload)


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """The next marker from a position on, and where it ends; stray bytes are passed over, as in libjpeg."""
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
    """Where EOI ends, and how many scans there are; `at` is where the length of the first scan header stands."""
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
