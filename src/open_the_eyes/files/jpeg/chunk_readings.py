"""Where blocks begin in chunks of entropy-coded data, and what a better start changes in that.

A chunk that was begun in the wrong place is read again from the right one, but only until the new reading meets the
old: a reading is synchronised from where it first hits a block's beginning, and most do so soon.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .lanes import NO_BLOCK, BlockStarts, LaneResults, Lanes
from .locate import BlockReader

_FIRST_HOP_BITS: Final = 768
"""Bits that are read again before the readings are first compared; four times as many each time after."""


class ChunkReadings:
    """Chunks of a scan's entropy-coded data, read side by side, a lane each.

    Its `results` say how far each of them came.
    """

    def __init__(self, reader: BlockReader, lanes: Lanes) -> None:
        self._reader = reader
        self._stop = lanes.stop
        starts: list[BlockStarts] = []
        self.results = self._old = reader.skip_blocks(lanes, starts=starts)
        self._slot = lanes.slot.copy()
        self._starts = np.append(0, np.cumsum(self.results.count))
        self._positions = np.zeros(self._starts[-1], np.int64)
        lane, number, at = (np.concatenate(parts) for parts in zip(*starts, strict=True))
        self._positions[self._starts[lane] + number] = at
        self._old_from = self._starts[:-1].copy()
        """The first of the old block starts that still holds, of each chunk."""
        self._new_counts = np.zeros_like(self.results.count)
        """How many new block starts precede those."""
        self._new_starts = self._new_counts.copy()
        self._new_positions = self._positions[:0]

    def read_again(self, chunks: Ints, at: Ints, slot: Ints) -> None:
        """Reads these chunks again, from other positions (bits) and slots, in place of what was read of them before."""
        at, slot, count = at.copy(), slot.copy(), np.zeros_like(at)
        first_invalid, old_from = np.full_like(at, NO_BLOCK), self._starts[chunks + 1].copy()
        going, hop = np.arange(len(chunks)), _FIRST_HOP_BITS
        parts: list[BlockStarts] = []
        while len(going):
            starts: list[BlockStarts] = []
            until = np.minimum(at[going] + hop, self._stop[chunks[going]])
            part = self._reader.skip_blocks(Lanes(at[going], slot[going], until), starts=starts)
            parts += [(going[lane], count[going[lane]] + number, place) for lane, number, place in starts]
            first_invalid[going] = np.minimum(
                first_invalid[going],
                np.where(part.first_invalid < NO_BLOCK, count[going] + part.first_invalid, NO_BLOCK),
            )
            at[going], slot[going], count[going] = part.at, part.slot, count[going] + part.count
            shared = self._first_shared_block(chunks[going], part.at, part.slot)
            old_from[going] = np.where(shared >= 0, shared, old_from[going])
            going, hop = going[(shared < 0) & (part.at < self._stop[chunks[going]])], 4 * hop
        self._merge(chunks, LaneResults(at, slot, count, first_invalid), old_from, parts)

    def at(self, chunk: Ints, within: Ints) -> Ints:
        """Where blocks begin, in bits: block `within` of each `chunk`, both counted from 0."""
        is_new = within < self._new_counts[chunk]
        out = np.empty_like(within)
        out[is_new] = self._new_positions[self._new_starts[chunk[is_new]] + within[is_new]]
        old = chunk[~is_new]
        out[~is_new] = self._positions[self._old_from[old] + within[~is_new] - self._new_counts[old]]
        return out

    def _first_shared_block(self, chunk: Ints, at: Ints, slot: Ints) -> Ints:
        """Which block of the old reading begins at these positions and in these slots; -1 where none does.

        Nor does one behind what the old reading could not read: it noted the first such block only.
        """
        block = np.searchsorted(self._positions, at)
        number = block - self._starts[chunk]
        matches = (number >= 0) & (block < self._starts[chunk + 1]) & (number <= self._old.first_invalid[chunk])
        matches[matches] = self._positions[block[matches]] == at[matches]
        matches &= (self._slot[chunk] + number) % self._reader.period == slot
        return np.where(matches, block, -1)

    def _merge(self, chunks: Ints, read: LaneResults, old_from: Ints, parts: list[BlockStarts]) -> None:
        """Puts new block starts before the old ones; a chunk that had new ones already loses them."""
        results, old = self.results, self._old
        kept = self._starts[chunks + 1] - old_from
        shared = kept > 0
        old_invalid = old.first_invalid[chunks] - (old_from - self._starts[chunks]) + read.count
        first_invalid = np.where(
            shared & (old.first_invalid[chunks] < NO_BLOCK),
            np.minimum(read.first_invalid, old_invalid),
            read.first_invalid,
        )
        fields = results.at, results.slot, results.count, results.first_invalid
        self.results = LaneResults(*(field.copy() for field in fields))
        self.results.at[chunks] = np.where(shared, old.at[chunks], read.at)
        self.results.slot[chunks] = np.where(shared, old.slot[chunks], read.slot)
        self.results.count[chunks], self.results.first_invalid[chunks] = read.count + kept, first_invalid
        self._old_from[chunks], self._new_counts[chunks] = old_from, read.count
        starts = len(self._new_positions) + np.append(0, np.cumsum(read.count))
        self._new_starts[chunks] = starts[:-1]
        self._new_positions = np.append(self._new_positions, np.zeros(int(read.count.sum()), np.int64))
        for lane, number, at in parts:
            self._new_positions[starts[lane] + number] = at
