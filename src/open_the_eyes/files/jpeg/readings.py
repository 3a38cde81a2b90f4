"""Stretches of coded data as they were read: where blocks begin in them, and what a better start changes in that.

A stretch that was begun in the wrong place is read again from the right one, but only until the new reading meets the
old: a reading is right from where it first hits a block's beginning, and most do so soon.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .locate import NONE, Begun, Lanes, Reader, Run

_HOP: Final = 768
"""Bits that are read again before the readings are first compared; four times as many each time after."""


class Readings:
    """All stretches of a scan's coded data, read side by side from where `lanes` say.

    Its `run` says how far each of them came.
    """

    def __init__(self, reader: Reader, lanes: Lanes) -> None:
        self._reader = reader
        self._stop = lanes.stop
        begun: list[Begun] = []
        self.run = self._old = reader.follow(lanes, begun=begun)
        self._slot = lanes.slot.copy()
        self._starts = np.append(0, np.cumsum(self.run.count))
        self._places = np.zeros(self._starts[-1], np.int64)
        lane, number, at = (np.concatenate(parts) for parts in zip(*begun, strict=True))
        self._places[self._starts[lane] + number] = at
        self._kept_from = self._starts[:-1].copy()
        """From which of the old blocks on each stretch still is what it was."""
        self._fresh = np.zeros_like(self.run.count)
        """How many new ones stand before those."""
        self._fresh_starts = self._fresh.copy()
        self._fresh_places = self._places[:0]

    def again(self, asked: Ints, at: Ints, slot: Ints) -> None:
        """Reads the stretches numbered `asked` again, from other places (bits) and slots; what was read of them before
        is replaced."""
        at, slot, count = at.copy(), slot.copy(), np.zeros_like(at)
        broken, kept_from = np.full_like(at, NONE), self._starts[asked + 1].copy()
        going, hop = np.arange(len(asked)), _HOP
        pieces: list[Begun] = []
        while len(going):
            begun: list[Begun] = []
            until = np.minimum(at[going] + hop, self._stop[asked[going]])
            part = self._reader.follow(Lanes(at[going], slot[going], until), begun=begun)
            pieces += [(going[lane], count[going[lane]] + number, place) for lane, number, place in begun]
            broken[going] = np.minimum(broken[going], np.where(part.broken < NONE, count[going] + part.broken, NONE))
            at[going], slot[going], count[going] = part.at, part.slot, count[going] + part.count
            met = self._met(asked[going], part.at, part.slot)
            kept_from[going] = np.where(met >= 0, met, kept_from[going])
            going, hop = going[(met < 0) & (part.at < self._stop[asked[going]])], 4 * hop
        self._lay(asked, Run(at, slot, count, broken), kept_from, pieces)

    def at(self, stretch: Ints, within: Ints) -> Ints:
        """The places, in bits, where blocks begin: block `within` of each `stretch`, both numbers from 0."""
        fresh = within < self._fresh[stretch]
        out = np.empty_like(within)
        out[fresh] = self._fresh_places[self._fresh_starts[stretch[fresh]] + within[fresh]]
        old = stretch[~fresh]
        out[~fresh] = self._places[self._kept_from[old] + within[~fresh] - self._fresh[old]]
        return out

    def _met(self, stretch: Ints, at: Ints, slot: Ints) -> Ints:
        """Which block of the old reading begins at these places and in these slots; -1 where none does.

        Nor does one behind what the old reading could not read: it noted the first such block only.
        """
        block = np.searchsorted(self._places, at)
        number = block - self._starts[stretch]
        there = (number >= 0) & (block < self._starts[stretch + 1]) & (number <= self._old.broken[stretch])
        there[there] = self._places[block[there]] == at[there]
        there &= (self._slot[stretch] + number) % self._reader.period == slot
        return np.where(there, block, -1)

    def _lay(self, asked: Ints, read: Run, kept_from: Ints, pieces: list[Begun]) -> None:
        """New beginnings over the old stretches; a stretch that had one already loses it."""
        run, old = self.run, self._old
        kept = self._starts[asked + 1] - kept_from
        met = kept > 0
        behind = old.broken[asked] - (kept_from - self._starts[asked]) + read.count
        broken = np.where(met & (old.broken[asked] < NONE), np.minimum(read.broken, behind), read.broken)
        self.run = Run(run.at.copy(), run.slot.copy(), run.count.copy(), run.broken.copy())
        self.run.at[asked] = np.where(met, old.at[asked], read.at)
        self.run.slot[asked] = np.where(met, old.slot[asked], read.slot)
        self.run.count[asked], self.run.broken[asked] = read.count + kept, broken
        self._kept_from[asked], self._fresh[asked] = kept_from, read.count
        starts = len(self._fresh_places) + np.append(0, np.cumsum(read.count))
        self._fresh_starts[asked] = starts[:-1]
        self._fresh_places = np.append(self._fresh_places, np.zeros(int(read.count.sum()), np.int64))
        for lane, number, at in pieces:
            self._fresh_places[starts[lane] + number] = at
