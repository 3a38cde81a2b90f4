"""A JPEG with some of its blocks replaced; every other coefficient, and every table, stays bit for bit.

The coded data of the other blocks is copied, moved by as many bits as the new blocks are longer or shorter; it is never
decoded and coded again, so restart markers, Huffman tables and all that an encoder may have chosen stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from ...imaging.painting import Painting
from . import segments
from .anchor import BlockMeans, anchored, shows
from .bits import BitJoiner
from .changes import Changes, changes
from .coefficients import read_blocks, write_blocks
from .layout import Layout, NotPatchable, check_colours, layout_of
from .locate import Interval, Reader
from .markers import RST0
from .padding import ends_of
from .stretches import positions_of

_MARKER: Final = re.compile(rb"\xff[^\x00]")


@dataclass(frozen=True, slots=True)
class _Codes:
    """One replaced block: its place in the unstuffed data, and its new bits."""

    start: int
    end: int
    bits: NDArray[np.uint8]


def patched(coded: bytes, painting: Painting, orientation: int, *, stored_rgb: bool) -> bytes:
    """A JPEG file with other pixels where the painting differs from its base.

    Args:
        coded: the file that the base was decoded from; it ends with its picture.
        painting: upright.
        orientation: the EXIF orientation that made the pixels upright.
        stored_rgb: three components are red, green and blue.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, damaged, CMYK; grey that got colour; too much changed.
    """
    parts = segments.split_bare(coded)
    layout, begin = layout_of(parts)
    check_colours(layout)
    wanted = _with_followers(changes(painting, orientation, layout, stored_rgb=stored_rgb), layout)
    if not len(wanted.blocks):
        return coded
    means = BlockMeans(painting.base, orientation, layout, stored_rgb=stored_rgb)
    body = _patched_body(parts.scans[begin:-2], layout, wanted, means)
    return b"".join((coded[: len(coded) - len(parts.scans) + begin], body, coded[-2:]))


def _with_followers(changed: Changes, layout: Layout) -> Changes:
    """With DC told as the difference to the block before; so the blocks behind changed ones change too."""
    slots = np.array(layout.slots)
    count = len(slots)
    mcu, slot = changed.blocks // count, changed.blocks % count
    last = np.append(slots[1:] != slots[:-1], True)
    first_of = np.searchsorted(slots, slots)
    behind = np.where(last[slot], (mcu + 1) * count + first_of[slot], changed.blocks + 1)
    there = behind // count < layout.mcus_wh[0] * layout.mcus_wh[1]
    if layout.restart:
        there &= behind // count // layout.restart == mcu // layout.restart
    blocks, place = np.unique(np.append(changed.blocks, behind[there]), return_inverse=True)
    steps = np.zeros((len(blocks), 64), np.int32)
    steps[place[: len(mcu)]] = changed.steps
    np.subtract.at(steps[:, 0], place[len(mcu) :], changed.steps[there, 0])
    some = steps.any(axis=1)
    return Changes(blocks[some], steps[some])


def _patched_body(body: bytes, layout: Layout, wanted: Changes, means: BlockMeans) -> bytes:
    """The coded data between the scan's header and the end marker."""
    pieces = _between_markers(body, layout)
    of_block = wanted.blocks // _blocks_in_piece(layout)
    touched = np.unique(of_block).tolist()
    reader, intervals = _read_in(body, pieces, touched, layout)
    codes = _recoded(reader, intervals, layout, wanted, means)
    out, done = [], 0
    for interval, end, piece in zip(intervals, ends_of(reader, intervals), touched, strict=True):
        here = codes[slice(*(int(np.searchsorted(of_block, piece, side)) for side in ("left", "right")))]
        out += [body[done : pieces[piece][0]], _spliced(reader, interval, end, here).replace(b"\xff", b"\xff\x00")]
        done = pieces[piece][1]
    return b"".join([*out, body[done:]])


def _read_in(
    body: bytes, pieces: Sequence[tuple[int, int]], some: Sequence[int], layout: Layout
) -> tuple[Reader, list[Interval]]:
    """Some of the pieces between restart markers, one behind the other."""
    length, blocks = _blocks_in_piece(layout), layout.mcus_wh[0] * layout.mcus_wh[1] * len(layout.slots)
    plain = [_unstuffed(body[slice(*pieces[n])]) for n in some]
    ends = np.cumsum([0] + [8 * len(p) for p in plain]).tolist()
    numbers = [(n * length, min((n + 1) * length, blocks)) for n in some]
    intervals = [Interval(ends[i], ends[i + 1], *number) for i, number in enumerate(numbers)]
    return Reader(b"".join(plain), layout), intervals


def _blocks_in_piece(layout: Layout) -> int:
    return (layout.restart or layout.mcus_wh[0] * layout.mcus_wh[1]) * len(layout.slots)


def _unstuffed(piece: bytes) -> bytes:
    """Without the zero behind each byte of ones (T.81 F.1.2.3); there is no marker in it."""
    data = np.frombuffer(piece, np.uint8)
    return np.delete(data, np.flatnonzero(data[:-1] == 0xFF) + 1).tobytes()


def _between_markers(body: bytes, layout: Layout) -> list[tuple[int, int]]:
    """From where to where each restart interval's data goes."""
    marks = [found.start() for found in _MARKER.finditer(body)]
    if any(body[at + 1] & 0xF8 != RST0 for at in marks):
        raise NotPatchable("markers within its coded data")
    mcus = layout.mcus_wh[0] * layout.mcus_wh[1]
    expected = -(-mcus // layout.restart) - 1 if layout.restart else 0
    if len(marks) != expected or any(body[at + 1] != RST0 + n % 8 for n, at in enumerate(marks)):
        raise NotPatchable("restart markers out of order")
    return list(zip([0, *(at + 2 for at in marks)], [*marks, len(body)], strict=True))


def _recoded(
    reader: Reader, intervals: Sequence[Interval], layout: Layout, wanted: Changes, means: BlockMeans
) -> list[_Codes]:
    near = anchored(wanted.blocks, reader, intervals[0], layout, means)
    if near is not None:
        with suppress(NotPatchable):  # all data will be read instead
            at = positions_of(wanted.blocks, reader, [near])
            return _codes(reader, at, layout, wanted, means)
    return _codes(reader, positions_of(wanted.blocks, reader, intervals), layout, wanted, None)


def _codes(reader: Reader, at: Ints, layout: Layout, wanted: Changes, means: BlockMeans | None) -> list[_Codes]:
    """The new codes of wanted blocks, which begin at these bits; `means` to check that they are the wanted ones.

    Raises:
        NotPatchable: a code that is none, other blocks than the wanted ones, values that have no code.
    """
    out: list[_Codes | None] = [None] * len(at)
    slots = np.array(layout.slots)[wanted.blocks % len(layout.slots)]
    for number, component in enumerate(layout.components):
        some = np.flatnonzero(slots == number)
        rows, ends = read_blocks(reader.words, at[some], component.dc, component.ac)
        if number == 0 and means is not None and not shows(wanted.blocks[some], rows[:, 0], layout, means):
            raise NotPatchable("blocks that show something else")
        new = write_blocks(rows + wanted.steps[some], component.dc, component.ac)
        for n, *codes in zip(some.tolist(), at[some].tolist(), ends.tolist(), new.each(), strict=True):
            out[n] = _Codes(*codes)
    return [codes for codes in out if codes is not None]


def _spliced(reader: Reader, interval: Interval, known_end: int | None, codes: Sequence[_Codes]) -> bytes:
    """The unstuffed data of one interval with new codes in their places.

    Ones fill the last byte (T.81 F.1.2.3). Where it is uncertain what of the old data is filling, all of it is kept and
    zeros follow: that is what decoders make up when data ends early, so it is right for a damaged file, too.
    """
    joiner = BitJoiner(reader.data)
    at = interval.start
    end = interval.end if known_end is None else known_end
    for one in codes:
        joiner.copy(at, one.start)
        joiner.add(one.bits)
        at = one.end
    if at > end:
        raise NotPatchable("its coded data ends early")
    joiner.copy(at, end)
    return joiner.filled_up(0 if known_end is None else 1)
