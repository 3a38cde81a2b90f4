"""Blocks skipped in many lanes at once, by numpy: every step reads one run of codes in each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .bits import peek_16_bits
from .frame import NotPatchable
from .lanes import NO_BLOCK, OVERRUN, BlockStarts, CodeTables, LaneResults, Lanes


class SideBySide:
    """Lanes on their way; those that have ended idle until many of them have, and then leave the arrays.

    Args:
        words: the entropy-coded data, unstuffed, as `words_of` has it.
        mid_block: lanes begin anywhere within a block.
        starts: gets the blocks that begin.
    """

    def __init__(
        self,
        words: NDArray[np.uint64],
        tables: CodeTables,
        lanes: Lanes,
        *,
        mid_block: bool,
        starts: list[BlockStarts] | None,
    ) -> None:
        self._words, self._tables, self._starts, self._blocks_left = words, tables, starts, tables.max_blocks
        self._results = LaneResults(
            lanes.at.copy(), lanes.slot.copy(), np.zeros_like(lanes.at), np.full_like(lanes.at, NO_BLOCK)
        )
        self._lane: Ints = np.arange(len(lanes.at))
        """Which lane each entry of the arrays below is of."""
        self._at, self._stop = lanes.at.copy(), lanes.stop
        self._slot = lanes.slot.copy() if mid_block else lanes.slot - 1
        self._count = np.zeros_like(lanes.at) if mid_block else np.full_like(lanes.at, -1)
        self._passed, self._offset = np.ones_like(lanes.at), tables.offset[lanes.slot]
        self._idle = 0
        self._ended = self._lane[:0] if mid_block else self._lane

    def read(self) -> LaneResults:
        """Reads until every lane has ended.

        Raises:
            NotPatchable: many more blocks began than the picture has.
        """
        ended = self._ended
        while True:
            if len(ended):
                begun = self._end_lanes(ended)
                if self._idle == len(self._lane):
                    return self._results
                self._begin_blocks(begun)
                self._leave_out_idle()
            ended = self._skip_ac()

    def _end_lanes(self, ended: Ints) -> Ints:
        """Counts the next block of each, and ends the lanes in which it begins behind the stop; which go on."""
        self._slot[ended] = self._tables.next_slot.take(self._slot[ended])
        self._count[ended] += 1
        over = self._at[ended] >= self._stop[ended]
        if not over.any():
            return ended
        done = ended[over]
        lane, out = self._lane[done], self._results
        out.at[lane], out.slot[lane], out.count[lane] = self._at[done], self._slot[done], self._count[done]
        self._offset[done], self._passed[done] = self._tables.idle, 0
        self._idle += len(done)
        return ended[~over]

    def _begin_blocks(self, begun: Ints) -> None:
        """Notes where blocks begin, and skips the code of their DC difference."""
        at = self._at[begun]
        if self._starts is not None:
            self._starts.append((self._lane[begun], self._count[begun], at))
            self._blocks_left -= len(begun)
            if self._blocks_left < 0:
                raise NotPatchable("damaged coded data")
        offset = self._tables.offset.take(self._slot[begun])
        bits = self._tables.dc_bits.take(offset + peek_16_bits(self._words, at))
        if not bits.all():
            self._note_invalid(begun[bits == 0])
        self._at[begun] += bits
        self._offset[begun], self._passed[begun] = offset, 1

    def _leave_out_idle(self) -> None:
        """Shortens the arrays where more than one lane of eight idles."""
        if 8 * self._idle <= len(self._lane):
            return
        stay = np.flatnonzero(self._offset != self._tables.idle)
        self._lane, self._at, self._slot = self._lane[stay], self._at[stay], self._slot[stay]
        self._stop, self._count = self._stop[stay], self._count[stay]
        self._passed, self._offset, self._idle = self._passed[stay], self._offset[stay], 0

    def _skip_ac(self) -> Ints:
        """Moves every lane over some AC codes, never past the end of its block; the lanes whose block ended."""
        at, passed, offset = self._at, self._passed, self._offset
        step = self._tables.ac_multi_step.take(offset + peek_16_bits(self._words, at))
        passed += step >> 6
        at += step & 63
        (ended,) = (passed >= 64).nonzero()
        overrun = OVERRUN.take(passed[ended])
        if overrun.any():  # these codes belong to two blocks, so one code at a time
            back = ended[overrun]
            at[back] -= step[back] & 63
            single = self._tables.ac_step.take(offset[back] + peek_16_bits(self._words, at[back]))
            passed[back] += (single >> 6) - (step[back] >> 6)
            at[back] += single & 63
            self._note_invalid(back[OVERRUN.take(passed[back])])
            (ended,) = (passed >= 64).nonzero()
        return ended

    def _note_invalid(self, invalid: Ints) -> None:
        lane, first_invalid = self._lane[invalid], self._results.first_invalid
        first_invalid[lane] = np.minimum(first_invalid[lane], self._count[invalid])
