"""Chosen blocks of a JPEG's coded data: the data cut into stretches, the stretches read side by side and joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .jpeg_layout import NotPatchable
from .jpeg_locate import NONE, Interval, Ints, Lanes, Reader, Run

_STRETCH: Final = (1024, 4096)
"""Fewest and most bits of a stretch; all but the first of an interval begin `_RUN_UP` bits early."""
_RUN_UP: Final = 2048
_AT_ONCE: Final = 4096
"""Stretches that are read side by side where there are enough."""
_ROUNDS: Final = 64
_REACHES: Final = (4096, 32_768)
"""Bits before the end of an interval that are read to find it."""


_Place = tuple[int, int]
"""A position in bits, and the slot of the MCU that the block there belongs to."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Stretches in their order: from where to where, and the number of the first block if an interval begins here."""

    start: Ints
    stop: Ints
    first: Ints
    """-1 where an interval goes on."""
    behind: Ints
    """The number of the first block that is not in the interval any more."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Stretches that have been read: where the first block of each begins, how many do, and what begins behind them."""

    lanes: Lanes
    run: Run


def positions_of(wanted: Ints, reader: Reader, intervals: Sequence[Interval]) -> Ints:
    """Where blocks begin, in bits; their numbers are ascending and lie in the intervals.

    Raises:
        NotPatchable: the data before them cannot be read, or ends before the last of them.
    """
    found: list[Ints] = []
    entry, number, left = (intervals[0].start, 0), 0, wanted
    for cut in _cuts(wanted, intervals):
        read = _read(reader, cut, entry)
        numbers = _numbered(cut.first, read.run.count, number)
        entry, number = (int(read.run.at[-1]), int(read.run.slot[-1])), int(numbers[-1] + read.run.count[-1])
        broken = numbers + np.minimum(read.run.broken, NONE >> 1)
        if ((broken < cut.behind) & (broken <= wanted[-1])).any():
            raise NotPatchable("damaged coded data")
        found.append(_picked(left[left < number], reader, read, numbers))
        left = left[left >= number]
        if not len(left):
            return np.concatenate(found)
    raise NotPatchable("its coded data ends early")


def end_of(reader: Reader, interval: Interval) -> int | None:
    """Where the last block of an interval ends, with less than a byte of filling behind; None if that is uncertain.

    Only the end is read, from two guesses that become true by themselves; they have to agree.
    """
    for reach in _REACHES:
        start = max(interval.start, interval.end - reach)
        at = np.array([start, min(start + reach // 8, interval.end)])
        begun: list[tuple[Ints, Ints, Ints]] = []
        lanes = Lanes(at, np.zeros_like(at), np.full_like(at, interval.end))
        run = reader.follow(lanes, inside=True, begun=begun)
        begun.append((np.arange(2), run.count, run.at))
        lane, count, places = (np.concatenate(parts) for parts in zip(*begun, strict=True))
        fits = (places > interval.end - 8) & (places <= interval.end) & (count % reader.period == 0)
        one, other = (set(places[fits & (lane == n)].tolist()) for n in (0, 1))
        if one == other and len(one) == 1 and reader.is_filling(min(one), interval.end):
            return int(min(one))
    return None


def _cuts(wanted: Ints, intervals: Sequence[Interval]) -> Iterator[_Cut]:
    """All stretches of all intervals, in waves; the first wave should reach the last wanted block."""
    bits = sum(i.end - i.start for i in intervals)
    likely = 4096 + 1.1 * bits * (wanted[-1] - intervals[0].first) / (intervals[-1].behind - intervals[0].first)
    stretch = int(np.clip(likely / _AT_ONCE, *_STRETCH)) & ~7
    starts = [np.arange(i.start, max(i.end, i.start + 1), stretch) for i in intervals]
    start = np.concatenate(starts)
    stop = np.concatenate([np.append(s[1:], i.end) for s, i in zip(starts, intervals, strict=True)])
    first = np.full(len(start), -1)
    first[np.cumsum([0] + [len(s) for s in starts[:-1]])] = [i.first for i in intervals]
    behind = np.repeat([i.behind for i in intervals], [len(s) for s in starts])
    at_once = min(2 * _AT_ONCE, 1 + int(likely) // stretch)
    for at in range(0, len(start), at_once):
        part = slice(at, at + at_once)
        yield _Cut(start[part], stop[part], first[part], behind[part])


def _read(reader: Reader, cut: _Cut, entry: _Place) -> _Read:
    """Reads each stretch from where the one before it ended; `entry` is where the wave before did.

    Raises:
        NotPatchable: stretches that would not join.
    """
    known: list[dict[_Place, tuple[int, int, int, int]]] = [{} for _ in cut.start]
    firsts = np.flatnonzero(cut.first >= 0).tolist()
    fixed = {0: entry, **{n: (int(cut.start[n]), 0) for n in firsts}}
    asked, begin = list(range(len(known))), _guessed(reader, cut.start)
    for _ in range(_ROUNDS):
        _learn(reader, cut.stop, known, asked, begin)
        entries, missing = _chained(known, fixed)
        if not missing:
            told = np.array([known[n][place] for n, place in enumerate(entries)]).T
            at, slot = np.array(entries).T
            return _Read(Lanes(at, slot, cut.stop), Run(*told))
        asked, begin = missing, [entries[n] for n in missing]
    raise NotPatchable("coded data in which blocks cannot be told apart quickly")


def _guessed(reader: Reader, start: Ints) -> list[_Place]:
    """Where the first block of each stretch may begin, read from anywhere some way before it.

    Where all MCUs are plain and alike, in a blown-out sky for example, a reader that has the bits right but the blocks
    of the MCU wrong may never notice; so there it begins at the codes of a plain MCU.
    """
    lanes = Lanes(np.maximum(start - _RUN_UP, 0), np.zeros_like(start), start)
    guess = reader.follow(lanes, inside=True)
    plain, at = _plain_before(reader, start)
    if len(plain):
        better = reader.follow(Lanes(at, np.zeros_like(at), start[plain]))
        guess.at[plain], guess.slot[plain] = better.at, better.slot
    return list(zip(guess.at.tolist(), guess.slot.tolist(), strict=True))


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


def _learn(
    reader: Reader,
    stop: Ints,
    known: list[dict[_Place, tuple[int, int, int, int]]],
    asked: list[int],
    begin: list[_Place],
) -> None:
    """Reads stretches from some places, and notes what came of it."""
    at, slot = np.array(begin).T
    run = reader.follow(Lanes(at, slot, stop[asked]))
    told = zip(run.at.tolist(), run.slot.tolist(), run.count.tolist(), run.broken.tolist(), strict=True)
    for n, place, outcome in zip(asked, begin, told, strict=True):
        known[n][place] = outcome


def _chained(
    known: list[dict[_Place, tuple[int, int, int, int]]], fixed: dict[int, _Place]
) -> tuple[list[_Place], list[int]]:
    """Where each stretch begins if the one before ends as is known, and those not yet read from there."""
    entries: list[_Place] = []
    missing: list[int] = []
    end = (0, 0)
    for n, outcomes in enumerate(known):
        entries.append(fixed.get(n, end))
        outcome = outcomes.get(entries[-1])
        if outcome is None:
            missing.append(n)
            outcome = next(iter(outcomes.values()))  # most often it would have joined by its end
        end = outcome[:2]
    return entries, missing


def _numbered(first: Ints, counts: Ints, number: int) -> Ints:
    """The number of the first block of each stretch; `number` is that of the first stretch if its interval goes on."""
    before = np.cumsum(counts) - counts
    known = np.flatnonzero(first >= 0)
    offsets = np.append(number, first[known] - before[known])
    return np.asarray(before + offsets[np.cumsum(first >= 0)])


def _picked(wanted: Ints, reader: Reader, read: _Read, numbers: Ints) -> Ints:
    """Reads the stretches that hold the wanted blocks once more, and notes where these begin."""
    holding = np.unique(np.searchsorted(numbers, wanted, side="right") - 1)
    if not len(holding):
        return wanted
    begun: list[tuple[Ints, Ints, Ints]] = []
    lanes = read.lanes
    reader.follow(Lanes(lanes.at[holding], lanes.slot[holding], lanes.stop[holding]), begun=begun)
    lane, count, at = (np.concatenate(parts) for parts in zip(*begun, strict=True))
    number = numbers[holding[lane]] + count
    order = np.lexsort((at, number))  # filling before a restart marker can look like a block: the later is meant
    place = np.searchsorted(number[order], wanted, side="right") - 1
    if place.min() < 0 or not np.array_equal(number[order][place], wanted):
        raise NotPatchable("its coded data ends early")
    return np.asarray(at[order][place])
