"""Where the last block of each restart interval ends, within its last byte: the padding behind it goes when the bits
before it move (ITU-T T.81 F.1.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .lanes import BlockStarts, Lanes
from .locate import BlockReader, RestartInterval

_LOOKBACK_BITS: Final = (2048, 8192, 32_768)
"""Bits before the end of an interval that are read to find it, tried in turn; shorter intervals are read from where
they begin."""
_GUESSES: Final = 16
_MIN_AGREEING: Final = 8


def last_block_ends(reader: BlockReader, intervals: Sequence[RestartInterval]) -> list[int | None]:
    """Where the last block of each interval ends, in bits, before less than a byte of padding; None if uncertain."""
    ends: dict[RestartInterval, int | None] = {}
    uncertain = list(intervals)
    for lookback in _LOOKBACK_BITS:
        short = [one for one in uncertain if one.end - one.start <= lookback]
        long = [one for one in uncertain if one.end - one.start > lookback]
        if short:
            ends |= zip(short, _ends_read_whole(reader, short), strict=True)
        if long:
            ends |= zip(long, _ends_read_from_guesses(reader, long, lookback), strict=True)
        uncertain = [one for one in long if ends[one] is None]
    return [ends[one] for one in intervals]


def _ends_read_whole(reader: BlockReader, intervals: Sequence[RestartInterval]) -> list[int | None]:
    """The ends found from the intervals' beginnings, block by block."""
    start, stop = _limits(intervals)
    lane, number, place = _block_starts(reader, Lanes(start, np.zeros_like(start), stop), mid_block=False)
    end_block = np.array([one.end_block - one.first_block for one in intervals], np.int64)
    known = number == end_block[lane]
    places: dict[int, int] = dict(zip(lane[known].tolist(), place[known].tolist(), strict=True))
    return [_end_if_padded(reader, one, [places[n]] if n in places else []) for n, one in enumerate(intervals)]


def _ends_read_from_guesses(
    reader: BlockReader, intervals: Sequence[RestartInterval], lookback: int
) -> list[int | None]:
    """The ends found from many guesses shortly before, which synchronise by themselves; half of them have to agree, and
    no two halves on different ends."""
    start, stop = (np.repeat(limit, _GUESSES) for limit in _limits(intervals))
    back = np.tile(np.linspace(lookback, lookback / 2, _GUESSES).astype(np.int64), len(intervals))
    lane, number, place = _block_starts(
        reader, Lanes(np.maximum(stop - back, start), np.zeros_like(stop), stop), mid_block=True
    )
    fits = (place > stop[lane] - 8) & (place <= stop[lane]) & (number % reader.period == 0)
    ends = []
    for row, interval in enumerate(intervals):
        found, times = np.unique(place[fits & (lane // _GUESSES == row)], return_counts=True)
        ends.append(_end_if_padded(reader, interval, found[times >= _MIN_AGREEING].tolist()))
    return ends


def _limits(intervals: Sequence[RestartInterval]) -> tuple[Ints, Ints]:
    """Where intervals start and end, in bits."""
    start, end = np.array([(one.start, one.end) for one in intervals], np.int64).reshape(-1, 2).T
    return start, end


def _block_starts(reader: BlockReader, lanes: Lanes, *, mid_block: bool) -> BlockStarts:
    """Where blocks begin, and where the last one ends."""
    starts: list[BlockStarts] = []
    results = reader.skip_blocks(lanes, mid_block=mid_block, starts=starts)
    starts.append((np.arange(len(results.at)), results.count, results.at))
    lane, number, place = (np.concatenate(parts) for parts in zip(*starts, strict=True))
    return lane, number, place


def _end_if_padded(reader: BlockReader, interval: RestartInterval, ends: Sequence[int]) -> int | None:
    """The end, if there is only one, and nothing but padding between it and that of the interval."""
    if len(ends) != 1 or not interval.end - 8 < ends[0] <= interval.end:
        return None
    return ends[0] if reader.is_padding(ends[0], interval.end) else None
