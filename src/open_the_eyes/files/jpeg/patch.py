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
from .anchor import BlockMeans, anchor_interval, matches_picture
from .bits import BitJoiner
from .changes import CoefficientChanges, changes
from .chunks import block_positions
from .coefficients import decode_blocks, encode_blocks
from .frame import BaselineFrame, NotPatchable, baseline_frame_of, check_components
from .locate import BlockReader, RestartInterval
from .markers import RST0
from .padding import last_block_ends

_MARKER: Final = re.compile(rb"\xff[^\x00]")


@dataclass(frozen=True, slots=True)
class _ReplacedBlock:
    """A block's new codes, (n,) bits of 0 and 1, and where the old ones start and end in the unstuffed data."""

    start: int
    end: int
    bits: NDArray[np.uint8]


def patched_baseline(coded: bytes, painting: Painting, orientation: int, *, stored_rgb: bool) -> bytes:
    """A baseline JPEG file with other pixels where the painting differs from its base.

    Args:
        coded: the file that the base was decoded from; it ends with its picture.
        painting: upright.
        orientation: the EXIF orientation that made the pixels upright.
        stored_rgb: three components are red, green and blue.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, damaged, CMYK; grey that got colour; too much changed.
    """
    parts = segments.split_without_trailer(coded)
    frame, begin = baseline_frame_of(parts)
    check_components(frame)
    changed = _with_dc_predicted(changes(painting, orientation, frame, stored_rgb=stored_rgb), frame)
    if not len(changed.blocks):
        return coded
    means = BlockMeans(painting.base, orientation, frame, stored_rgb=stored_rgb)
    data = _patched_data(parts.scans[begin:-2], frame, changed, means)
    return b"".join((coded[: len(coded) - len(parts.scans) + begin], data, coded[-2:]))


def _with_dc_predicted(changed: CoefficientChanges, frame: BaselineFrame) -> CoefficientChanges:
    """The changes with DC as a difference to its prediction (T.81 F.1.1.5.1): so the blocks that follow change too."""
    slots = np.array(frame.mcu_membership)
    count = len(slots)
    mcu, slot = changed.blocks // count, changed.blocks % count
    last = np.append(slots[1:] != slots[:-1], True)
    first_of = np.searchsorted(slots, slots)
    successor = np.where(last[slot], (mcu + 1) * count + first_of[slot], changed.blocks + 1)
    has_successor = successor // count < frame.mcus_wh[0] * frame.mcus_wh[1]
    if frame.restart_interval:
        has_successor &= successor // count // frame.restart_interval == mcu // frame.restart_interval
    blocks, place = np.unique(np.append(changed.blocks, successor[has_successor]), return_inverse=True)
    coefficients = np.zeros((len(blocks), 64), np.int32)
    coefficients[place[: len(mcu)]] = changed.coefficients
    np.subtract.at(coefficients[:, 0], place[len(mcu) :], changed.coefficients[has_successor, 0])
    some = coefficients.any(axis=1)
    return CoefficientChanges(blocks[some], coefficients[some])


def _patched_data(data: bytes, frame: BaselineFrame, changed: CoefficientChanges, means: BlockMeans) -> bytes:
    """The entropy-coded data between scan header and EOI, with new codes for changed blocks."""
    entropy_segments = _entropy_segments(data, frame)
    interval_of = changed.blocks // _blocks_per_interval(frame)
    touched = np.unique(interval_of).tolist()
    reader, intervals = _reader_of(data, entropy_segments, touched, frame)
    codes = _replaced_blocks(reader, intervals, frame, changed, means)
    out, done = [], 0
    for interval, end, number in zip(intervals, last_block_ends(reader, intervals), touched, strict=True):
        here = codes[slice(*(int(np.searchsorted(interval_of, number, side)) for side in ("left", "right")))]
        out += [
            data[done : entropy_segments[number][0]],
            _spliced_interval(reader, interval, end, here).replace(b"\xff", b"\xff\x00"),
        ]
        done = entropy_segments[number][1]
    return b"".join([*out, data[done:]])


def _reader_of(
    data: bytes, entropy_segments: Sequence[tuple[int, int]], some: Sequence[int], frame: BaselineFrame
) -> tuple[BlockReader, list[RestartInterval]]:
    """A reader of some restart intervals, joined and unstuffed, and where each is in that."""
    length, blocks = _blocks_per_interval(frame), frame.mcus_wh[0] * frame.mcus_wh[1] * len(frame.mcu_membership)
    plain = [_unstuffed(data[slice(*entropy_segments[n])]) for n in some]
    ends = np.cumsum([0] + [8 * len(p) for p in plain]).tolist()
    numbers = [(n * length, min((n + 1) * length, blocks)) for n in some]
    intervals = [RestartInterval(ends[i], ends[i + 1], *number) for i, number in enumerate(numbers)]
    return BlockReader(b"".join(plain), frame), intervals


def _blocks_per_interval(frame: BaselineFrame) -> int:
    """Blocks of a restart interval; of the whole scan where there are no restart markers."""
    return (frame.restart_interval or frame.mcus_wh[0] * frame.mcus_wh[1]) * len(frame.mcu_membership)


def _unstuffed(segment: bytes) -> bytes:
    """Entropy-coded data without the zero byte stuffed behind each 0xFF (T.81 F.1.2.3); there is no marker in it."""
    data = np.frombuffer(segment, np.uint8)
    return np.delete(data, np.flatnonzero(data[:-1] == 0xFF) + 1).tobytes()


def _entropy_segments(data: bytes, frame: BaselineFrame) -> list[tuple[int, int]]:
    """Where the entropy-coded segment of each restart interval starts and ends, in bytes."""
    marks = [found.start() for found in _MARKER.finditer(data)]
    if any(data[at + 1] & 0xF8 != RST0 for at in marks):
        raise NotPatchable("markers within its coded data")
    mcus = frame.mcus_wh[0] * frame.mcus_wh[1]
    expected = -(-mcus // frame.restart_interval) - 1 if frame.restart_interval else 0
    if len(marks) != expected or any(data[at + 1] != RST0 + n % 8 for n, at in enumerate(marks)):
        raise NotPatchable("restart markers out of order")
    return list(zip([0, *(at + 2 for at in marks)], [*marks, len(data)], strict=True))


def _replaced_blocks(
    reader: BlockReader,
    intervals: Sequence[RestartInterval],
    frame: BaselineFrame,
    changed: CoefficientChanges,
    means: BlockMeans,
) -> list[_ReplacedBlock]:
    """The changed blocks with their new codes, found from a known block near them where that saves time."""
    near = anchor_interval(changed.blocks, reader, intervals[0], frame, means)
    if near is not None:
        with suppress(NotPatchable):  # all data will be read instead
            at = block_positions(changed.blocks, reader, [near])
            return _blocks_at(reader, at, frame, changed, means)
    return _blocks_at(reader, block_positions(changed.blocks, reader, intervals), frame, changed, None)


def _blocks_at(
    reader: BlockReader, at: Ints, frame: BaselineFrame, changed: CoefficientChanges, means: BlockMeans | None
) -> list[_ReplacedBlock]:
    """The changed blocks, which begin at these bits, with new codes; `means` to check that they are the right ones.

    Raises:
        NotPatchable: a code that is none, other blocks than the changed ones, values that have no code.
    """
    out: list[_ReplacedBlock | None] = [None] * len(at)
    slots = np.array(frame.mcu_membership)[changed.blocks % len(frame.mcu_membership)]
    for number, component in enumerate(frame.components):
        some = np.flatnonzero(slots == number)
        rows, ends = decode_blocks(reader.words, at[some], component.dc, component.ac)
        if number == 0 and means is not None and not matches_picture(changed.blocks[some], rows[:, 0], frame, means):
            raise NotPatchable("blocks that show something else")
        new = encode_blocks(rows + changed.coefficients[some], component.dc, component.ac)
        for n, *codes in zip(some.tolist(), at[some].tolist(), ends.tolist(), new.each_block(), strict=True):
            out[n] = _ReplacedBlock(*codes)
    return [codes for codes in out if codes is not None]


def _spliced_interval(
    reader: BlockReader, interval: RestartInterval, known_end: int | None, codes: Sequence[_ReplacedBlock]
) -> bytes:
    """The unstuffed data of one interval with new codes in their places.

    1-bits pad the last byte (T.81 F.1.2.3). Where it is uncertain what of the old data is padding, all of it is kept
    and zeros follow: that is what decoders make up when data ends early, so it is right for a damaged file, too.
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
    return joiner.padded(0 if known_end is None else 1)
