"""Chosen blocks of a JPEG's coded data: the data cut into stretches, the stretches read side by side and joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .layout import NotPatchable
from .locate import NONE, Interval, Lanes, Reader
from .readings import Readings

_STRETCH: Final = (1024, 16_384)
"""Fewest and most bits of a stretch."""
_RUN_UP: Final = 1024
"""Bits read before a stretch, in which three guesses of four become true; stretches of the others are read again."""
_AT_ONCE: Final = 4096
"""Stretches that are read side by side where there are enough."""
_ALONE: Final = 150_000
"""Most bits that are read in one go from their start, for which no guess is needed."""
_ROUNDS: Final = 64


@dataclass(frozen=True, slots=True)
class _Cut:
    """Stretches in their order: from where to where, and the number of the first block if an interval begins here."""

    start: Ints
    stop: Ints
    first: Ints
    """-1 where an interval goes on."""
    behind: Ints
    """The number of the first block that is not in the interval any more."""


def positions_of(wanted: Ints, reader: Reader, intervals: Sequence[Interval]) -> Ints:
    """Where blocks begin, in bits; their numbers are ascending and lie in the intervals.

    Raises:
        NotPatchable: the data before them cannot be read, or ends before the last of them.
    """
    found: list[Ints] = []
    entry, number, left = (intervals[0].start, 0), 0, wanted
    for cut in _cuts(wanted, intervals):
        read = _read(reader, cut, entry)
        run, numbers = read.run, _numbered(cut.first, read.run.count, number)
        broken = numbers + np.minimum(run.broken, NONE >> 1)
        if ((broken < cut.behind) & (broken <= wanted[-1])).any():
            raise NotPatchable("damaged coded data")
        entry = int(run.at[-1]), int(run.slot[-1])
        number = min(int(numbers[-1] + run.count[-1]), int(cut.behind[-1]))  # filling may have looked like a block
        found.append(_places(left[left < number], numbers, read))
        left = left[left >= number]
        if not len(left):
            return np.concatenate(found)
    raise NotPatchable("its coded data ends early")


def _cuts(wanted: Ints, intervals: Sequence[Interval]) -> Iterator[_Cut]:
    """All stretches of all intervals, in waves; the first wave should reach the last wanted block."""
    bits = sum(i.end - i.start for i in intervals)
    likely = 4096 + 1.1 * bits * (wanted[-1] - intervals[0].first) / (intervals[-1].behind - intervals[0].first)
    alone = likely <= _ALONE
    stretch = int(likely if alone else np.clip(likely / _AT_ONCE, *_STRETCH)) & ~7
    starts = [np.arange(i.start, max(i.end, i.start + 1), stretch) for i in intervals]
    start = np.concatenate(starts)
    stop = np.concatenate([np.append(s[1:], i.end) for s, i in zip(starts, intervals, strict=True)])
    first = np.full(len(start), -1)
    first[np.cumsum([0] + [len(s) for s in starts[:-1]])] = [i.first for i in intervals]
    behind = np.repeat([i.behind for i in intervals], [len(s) for s in starts])
    at_once = 1 if alone else min(2 * _AT_ONCE, 1 + int(likely) // stretch)
    for at in range(0, len(start), at_once):
        part = slice(at, at + at_once)
        yield _Cut(start[part], stop[part], first[part], behind[part])


def _read(reader: Reader, cut: _Cut, entry: tuple[int, int]) -> Readings:
    """Reads each stretch from where the one before it ended; `entry` is where the wave before did, and its slot.

    Raises:
        NotPatchable: stretches that would not join.
    """
    fixed = cut.first >= 0
    lanes = Lanes(cut.start.copy(), np.zeros_like(cut.start), cut.stop)
    if not fixed[0]:
        lanes.at[0], lanes.slot[0] = entry
        fixed[0] = True
    goes_on = np.flatnonzero(~fixed)
    lanes.at[goes_on], lanes.slot[goes_on] = _guessed(reader, cut.start[goes_on])
    read = Readings(reader, lanes)
    for _ in range(_ROUNDS):
        run = read.run
        apart = (run.at[goes_on - 1] != lanes.at[goes_on]) | (run.slot[goes_on - 1] != lanes.slot[goes_on])
        asked = goes_on[apart]
        if not len(asked):
            return read
        lanes.at[asked], lanes.slot[asked] = run.at[asked - 1], run.slot[asked - 1]
        read.again(asked, lanes.at[asked], lanes.slot[asked])
    raise NotPatchable("coded data in which blocks cannot be told apart quickly")


def _guessed(reader: Reader, start: Ints) -> tuple[Ints, Ints]:
    """Where the first block of each stretch may begin, and its slot, read from anywhere some way before it.

    Where all MCUs are plain and alike, in a blown-out sky for example, a reader that has the bits right but the blocks
    of the MCU wrong may never notice; so there it begins at the codes of a plain MCU.
    """
    if not len(start):
        return start, start
    guess = reader.follow(Lanes(np.maximum(start - _RUN_UP, 0), np.zeros_like(start), start), inside=True)
    plain, at = _plain_before(reader, start)
    if len(plain):
        better = reader.follow(Lanes(at, np.zeros_like(at), start[plain]))
        guess.at[plain], guess.slot[plain] = better.at, better.slot
    return guess.at, guess.slot


def _plain_before(reader: Reader, start: Ints) -> tuple[Ints, Ints]:
    """The stretches that begin among plain MCUs, and where one of these begins shortly before."""
    size = len(reader.plain_mcu)
    stretch = np.flatnonzero(start >= 3 * size)
    if not size or not len(stretch):
        return stretch[:0], stretch[:0]
    bits = reader.bits_at(start[stretch] - 3 * size, 3 * size)
    alike = (bits[:, :size] == bits[:, size : 2 * size]).all(axis=1)
    stretch, bits = stretch[alike], bits[alike]
    windows = np.lib.stride_tricks.sliding_window_view(bits, size, axis=1)[:, :size]
    there = (windows == reader.plain_mcu).all(axis=2)
    found = there.any(axis=1)
    return stretch[found], (start[stretch] - 3 * size + there.argmax(axis=1))[found]


def _numbered(first: Ints, counts: Ints, number: int) -> Ints:
    """The number of the first block of each stretch; `number` is that of the first stretch if its interval goes on."""
    before = np.cumsum(counts) - counts
    known = np.flatnonzero(first >= 0)
    offsets = np.append(number, first[known] - before[known])
    return np.asarray(before + offsets[np.cumsum(first >= 0)])


def _places(wanted: Ints, numbers: Ints, read: Readings) -> Ints:
    """Where blocks of these stretches begin; `numbers` are those of the stretches' first blocks.

    Filling before a restart marker can look like a block, so a number may be there twice: the later is meant.
    """
    counts = read.run.count
    stretch = np.searchsorted(numbers, wanted, side="right") - 1
    within = wanted - numbers[stretch]
    if (within >= counts[stretch]).any() or (stretch < 0).any():
        raise NotPatchable("its coded data ends early")
    return read.at(stretch, within)
