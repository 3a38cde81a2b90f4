"""Where a JPEG's coded data ends within the last byte of each restart interval: what comes behind is filling, and goes
when the bits before it move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .locate import Begun, Interval, Lanes, Reader

_REACHES: Final = (2048, 8192, 32_768)
"""Bits before the end of an interval that are read to find it, tried in turn; shorter intervals are read from where
they begin."""
_GUESSES: Final = 16
_AGREEING: Final = 8


def ends_of(reader: Reader, intervals: Sequence[Interval]) -> list[int | None]:
    """Where the last block of each interval ends, less than a byte of filling behind; None where that is uncertain."""
    ends: dict[Interval, int | None] = {}
    unknown = list(intervals)
    for reach in _REACHES:
        short = [one for one in unknown if one.end - one.start <= reach]
        long = [one for one in unknown if one.end - one.start > reach]
        if short:
            ends |= zip(short, _read(reader, short), strict=True)
        if long:
            ends |= zip(long, _guessed(reader, long, reach), strict=True)
        unknown = [one for one in long if ends[one] is None]
    return [ends[one] for one in intervals]


def _read(reader: Reader, intervals: Sequence[Interval]) -> list[int | None]:
    """From the interval's beginning, block by block."""
    start, stop = _limits(intervals)
    lane, number, place = _begun(reader, Lanes(start, np.zeros_like(start), stop), inside=False)
    behind = np.array([one.behind - one.first for one in intervals], np.int64)
    known = number == behind[lane]
    places: dict[int, int] = dict(zip(lane[known].tolist(), place[known].tolist(), strict=True))
    return [_if_filled(reader, one, [places[n]] if n in places else []) for n, one in enumerate(intervals)]


def _guessed(reader: Reader, intervals: Sequence[Interval], reach: int) -> list[int | None]:
    """Only the end is read, from many guesses that become true by themselves; half of them have to agree, and no two
    halves on different ends."""
    start, stop = (np.repeat(limit, _GUESSES) for limit in _limits(intervals))
    back = np.tile(np.linspace(reach, reach / 2, _GUESSES).astype(np.int64), len(intervals))
    lane, number, place = _begun(reader, Lanes(np.maximum(stop - back, start), np.zeros_like(stop), stop), inside=True)
    fits = (place > stop[lane] - 8) & (place <= stop[lane]) & (number % reader.period == 0)
    ends = []
    for row, interval in enumerate(intervals):
        found, times = np.unique(place[fits & (lane // _GUESSES == row)], return_counts=True)
        ends.append(_if_filled(reader, interval, found[times >= _AGREEING].tolist()))
    return ends


def _limits(intervals: Sequence[Interval]) -> tuple[Ints, Ints]:
    start, end = np.array([(one.start, one.end) for one in intervals], np.int64).reshape(-1, 2).T
    return start, end


def _begun(reader: Reader, lanes: Lanes, *, inside: bool) -> Begun:
    """Where blocks begin, one behind the last included: where that ends."""
    begun: list[Begun] = []
    run = reader.follow(lanes, inside=inside, begun=begun)
    begun.append((np.arange(len(run.at)), run.count, run.at))
    lane, number, place = (np.concatenate(parts) for parts in zip(*begun, strict=True))
    return lane, number, place


def _if_filled(reader: Reader, interval: Interval, ends: Sequence[int]) -> int | None:
    """The end, if there is only one, and nothing but filling between it and that of the interval."""
    if len(ends) != 1 or not interval.end - 8 < ends[0] <= interval.end:
        return None
    return ends[0] if reader.is_filling(ends[0], interval.end) else None
