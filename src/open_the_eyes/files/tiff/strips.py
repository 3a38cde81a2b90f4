"""The strips or tiles of a TIFF: read as they are, and written into a new file with their tags.

TIFF 6.0 sections 3, 8 and 15.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final

from ..metadata.ifd import LONG, Entry, Ifd, ifd_bytes, tiff_header
from ..metadata.maker_note import fits_round_note, maker_note_of, offsets_round_note
from ..parcel import check_pixels, damaged, truncated

IMAGE_WIDTH, IMAGE_LENGTH, BITS_PER_SAMPLE, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES_PER_PIXEL, ROWS_PER_STRIP, STRIP_BYTE_COUNTS, PLANAR_CONFIGURATION, PREDICTOR = (
    273,
    277,
    278,
    279,
    284,
    317,
)
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_BYTE_COUNTS = 322, 323, 324, 325
NEW_SUBFILE_TYPE, SUB_IFDS, EXTRA_SAMPLES, SAMPLE_FORMAT, XMP, ICC_PROFILE, DNG_VERSION = (
    254,
    330,
    338,
    339,
    700,
    34675,
    50706,
)
PIXEL_TAGS: Final = frozenset(
    {
        NEW_SUBFILE_TYPE,
        255,
        *range(256, 260),
        262,
        263,
        264,
        265,
        266,
        273,
        277,
        278,
        279,
        280,
        281,
        284,
        288,
        289,
        290,
        291,
    }
    | {292, 293, 301, 317, 318, 319, 320, 321, *range(322, 331), 332, 333, 334, 336, 338, 339, 340, 341, 342, 347}
    | {*range(512, 522), *range(529, 533)}
)
"""Tags that say how the pixels are stored, which the encoder writes anew."""
UNSPECIFIED, ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA = 0, 1, 2
"""Values of ExtraSamples: no alpha but saved selections or spot colours; alpha that colours are multiplied with; other
alpha."""


@dataclass(frozen=True, slots=True)
class StoredPixels:
    """The pixels as stored: tags that describe them, and the strips or tiles in order."""

    tags: Ifd
    strips: tuple[bytes, ...]


def read_strips(data: bytes, root: Ifd, max_pixels: int) -> StoredPixels:
    """Every strip or tile that the size calls for.

    Raises:
        UnreadablePhoto: one is missing, too short or reaches past the end.
    """
    tiled = TILE_OFFSETS in root.entries
    width, height = root.number(IMAGE_WIDTH, 0), root.number(IMAGE_LENGTH, 0)
    segment_w = root.number(TILE_WIDTH, 0) if tiled else width
    segment_h = root.number(TILE_LENGTH, 0) if tiled else min(root.number(ROWS_PER_STRIP, height), height)
    if segment_w < 1 or segment_h < 1:
        raise damaged("strips or tiles of no size")
    if tiled:  # at the edges they reach over the picture, and may not make much of that
        padded_wh = -(-width // segment_w) * segment_w, -(-height // segment_h) * segment_h
        check_pixels(padded_wh, max(2 * max_pixels, 1 << 20))
    bits, samples = max(root.numbers(BITS_PER_SAMPLE, (1,))), root.number(SAMPLES_PER_PIXEL, 1)
    planes = samples if root.number(PLANAR_CONFIGURATION, 1) == 2 else 1
    expected = -(-width // segment_w) * -(-height // segment_h) * planes
    offsets = root.numbers(TILE_OFFSETS if tiled else STRIP_OFFSETS)
    counts = root.numbers(TILE_BYTE_COUNTS if tiled else STRIP_BYTE_COUNTS)
    row_bytes = (segment_w * bits * (samples // planes) + 7) // 8
    raw = root.number(COMPRESSION, 1) == 1
    if not counts and raw and expected == 1:
        counts = (row_bytes * height,)
    if len(offsets) < expected or len(counts) < expected:
        raise truncated("its list of strips")
    strips = []
    for i, (offset, count) in enumerate(zip(offsets[:expected], counts[:expected], strict=True)):
        rows = segment_h if tiled else min(segment_h, height - i % (expected // planes) * segment_h)
        if offset + count > len(data) or count < (row_bytes * rows if raw else 1):
            raise truncated("the picture")
        strips.append(data[offset : offset + count])
    if sum(map(len, strips)) > 2 * len(data):
        raise damaged("strips that claim the same bytes over and over")
    return StoredPixels(root.only(PIXEL_TAGS - {NEW_SUBFILE_TYPE, SUB_IFDS}), tuple(strips))


def tiff_file(stored: StoredPixels, tags: Ifd, note_at: int = 0) -> bytes:
    """A TIFF file: header, strips or tiles, then the IFD with their new offsets.

    The maker's note stands at `note_at`, if that is an offset and not too far behind all else.
    """
    tiled = TILE_OFFSETS in stored.tags.entries
    offsets_tag, byte_counts_tag = (TILE_OFFSETS, TILE_BYTE_COUNTS) if tiled else (STRIP_OFFSETS, STRIP_BYTE_COUNTS)
    lengths = [len(strip) for strip in stored.strips]
    whole = _with_longs(tags, {offsets_tag: lengths, byte_counts_tag: lengths})
    note = maker_note_of(tags)
    there = range(note_at, note_at + len(note.raw)) if note is not None else range(0)
    out_of_line = None if note is None else (note, note_at)
    if out_of_line is None or not fits_round_note(there, [*lengths, len(ifd_bytes(whole, 8, out_of_line))]):
        out_of_line, there = None, range(0)
    *offsets, end = offsets_round_note([*lengths, len(ifd_bytes(whole, 8, out_of_line))], there)
    pieces = [*zip(offsets, stored.strips, strict=True)]
    pieces += [(end, ifd_bytes(_with_longs(whole, {offsets_tag: offsets}), end, out_of_line))]
    pieces += [] if out_of_line is None else [(note_at, out_of_line[0].raw)]
    out = bytearray(tiff_header(tags.order, end))
    for at, piece in sorted(pieces):
        out += bytes(at - len(out)) + piece
    return bytes(out)


def _with_longs(tags: Ifd, lists: dict[int, list[int]]) -> Ifd:
    longs = {tag: Entry(tag, LONG, struct.pack(f"{tags.order}{len(v)}I", *v)) for tag, v in lists.items()}
    return replace(tags, entries={**tags.entries, **longs})
