"""The strips or tiles of a TIFF: cut out, and laid into a new file with their tags.

TIFF 6.0 sections 3, 8 and 15.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final

from ..metadata.ifd import LONG, Directory, Entry, header, laid_out
from ..metadata.maker_note import can_stand, note_of, places
from ..parcel import check_pixels, damaged, truncated

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANAR, PREDICTOR = 273, 277, 278, 279, 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
SUBFILE, SUB_DIRECTORIES, EXTRA_SAMPLES, SAMPLE_FORMAT, XMP, ICC, DNG = 254, 330, 338, 339, 700, 34675, 50706
OF_PIXELS: Final = frozenset(
    {SUBFILE, 255, *range(256, 260), 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 284, 288, 289, 290, 291}
    | {292, 293, 301, 317, 318, 319, 320, 321, *range(322, 331), 332, 333, 334, 336, 338, 339, 340, 341, 342, 347}
    | {*range(512, 522), *range(529, 533)}
)
"""Tags that say how the pixels are stored."""
UNSPECIFIED, PREMULTIPLIED, STRAIGHT = 0, 1, 2
"""Kinds of extra samples: no alpha but saved selections or spot colours; alpha that colours are multiplied with; other
alpha."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The pixels as stored: tags that describe them, and the strips or tiles in order."""

    tags: Directory
    strips: tuple[bytes, ...]


def cut_out(data: bytes, root: Directory, max_pixels: int) -> Stored:
    """Every strip or tile that the size calls for.

    Raises:
        UnreadablePhoto: one is missing, too short or reaches past the end.
    """
    tiled = TILE_OFFSETS in root.entries
    width, height = root.number(WIDTH, 0), root.number(HEIGHT, 0)
    piece_w = root.number(TILE_WIDTH, 0) if tiled else width
    piece_h = root.number(TILE_HEIGHT, 0) if tiled else min(root.number(ROWS_PER_STRIP, height), height)
    if piece_w < 1 or piece_h < 1:
        raise damaged("strips or tiles of no size")
    if tiled:  # at the edges they reach over the picture, and may not make much of that
        padded_wh = -(-width // piece_w) * piece_w, -(-height // piece_h) * piece_h
        check_pixels(padded_wh, max(2 * max_pixels, 1 << 20))
    bits, samples = max(root.numbers(BITS, (1,))), root.number(SAMPLES, 1)
    planes = samples if root.number(PLANAR, 1) == 2 else 1
    expected = -(-width // piece_w) * -(-height // piece_h) * planes
    offsets = root.numbers(TILE_OFFSETS if tiled else STRIP_OFFSETS)
    counts = root.numbers(TILE_BYTES if tiled else STRIP_BYTES)
    row_bytes = (piece_w * bits * (samples // planes) + 7) // 8
    raw = root.number(COMPRESSION, 1) == 1
    if not counts and raw and expected == 1:
        counts = (row_bytes * height,)
    if len(offsets) < expected or len(counts) < expected:
        raise truncated("its list of strips")
    strips = []
    for i, (offset, count) in enumerate(zip(offsets[:expected], counts[:expected], strict=True)):
        rows = piece_h if tiled else min(piece_h, height - i % (expected // planes) * piece_h)
        if offset + count > len(data) or count < (row_bytes * rows if raw else 1):
            raise truncated("the picture")
        strips.append(data[offset : offset + count])
    if sum(map(len, strips)) > 2 * len(data):
        raise damaged("strips that claim the same bytes over and over")
    return Stored(root.only(OF_PIXELS - {SUBFILE, SUB_DIRECTORIES}), tuple(strips))


def laid_round(stored: Stored, tags: Directory, note_at: int = 0) -> bytes:
    """Header, strips, then the directory of all tags with the strips' new places; the maker's note stands at `note_at`,
    if that is a place and not too far behind all else."""
    tiled = TILE_OFFSETS in stored.tags.entries
    where, sizes = (TILE_OFFSETS, TILE_BYTES) if tiled else (STRIP_OFFSETS, STRIP_BYTES)
    lengths = [len(strip) for strip in stored.strips]
    whole = _with_lists(tags, {where: lengths, sizes: lengths})
    note = note_of(tags)
    there = range(note_at, note_at + len(note.raw)) if note is not None else range(0)
    apart = None if note is None else (note, note_at)
    if apart is None or not can_stand(there, [*lengths, len(laid_out(whole, 8, apart))]):
        apart, there = None, range(0)
    *offsets, end = places([*lengths, len(laid_out(whole, 8, apart))], there)
    pieces = [*zip(offsets, stored.strips, strict=True)]
    pieces += [(end, laid_out(_with_lists(whole, {where: offsets}), end, apart))]
    pieces += [] if apart is None else [(note_at, apart[0].raw)]
    out = bytearray(header(tags.order, end))
    for at, piece in sorted(pieces):
        out += bytes(at - len(out)) + piece
    return bytes(out)


def _with_lists(tags: Directory, lists: dict[int, list[int]]) -> Directory:
    longs = {tag: Entry(tag, LONG, struct.pack(f"{tags.order}{len(v)}I", *v)) for tag, v in lists.items()}
    return replace(tags, entries={**tags.entries, **longs})
