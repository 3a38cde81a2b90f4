"""Where the blocks of a JPEG begin in its coded data, found without decoding the picture.

The codes have no marks between them, so a block is found by reading all that come before it. Here many stretches are
read side by side, each from a guess that becomes true by itself after some codes (Klein and Wiseman, "Parallel Huffman
decoding with applications to JPEG files", 2003); a stretch whose guess did not meet the end of the one before is read
again from there, so what comes out is what reading from the start gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .jpeg_huffman import END, WINDOW
from .jpeg_layout import Layout

Ints = NDArray[np.int64]

NONE: Final = 1 << 62
_SPARE: Final = 1024
"""Zero bytes behind the data, more than a block that runs past its end can read."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Coded data between two restart markers, in bits of the unstuffed data, and the numbers of its blocks."""

    start: int
    end: int
    first: int
    behind: int


@dataclass(slots=True)
class Lanes:
    """Readers side by side: where each is, how many blocks of the MCU it has begun, where it may stop."""

    at: Ints
    slot: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: the first block at or behind each stop, how many began before it, and of these the first that
    could not be read, `NONE` if all could."""

    at: Ints
    slot: Ints
    count: Ints
    broken: Ints


class Reader:
    """The unstuffed coded data of one scan, and how its codes follow one another."""

    def __init__(self, data: bytes, layout: Layout) -> None:
        self.bits = len(data) * 8
        self.data = data + bytes(_SPARE)
        used = [(layout.components[n].dc, layout.components[n].ac) for n in layout.slots]
        kinds = list(dict.fromkeys(used))
        plain = [code for dc, ac in used for code in (dc.bits_of(0), ac.bits_of(0))]
        self.plain_mcu = np.array([int(bit) for bit in "".join(plain)] if all(plain) else [], np.uint8)
        """The bits of an MCU without a change of colour."""
        self.period = len(used) if len(kinds) > 1 else 1
        self._kind = np.array([kinds.index(k) for k in used[: self.period]], np.int64) << WINDOW
        self._dc = np.concatenate([dc.dc_bits for dc, _ in kinds])
        self._step = np.concatenate([ac.ac_step for _, ac in kinds])
        self._parked = len(kinds) << WINDOW
        self._leap = np.concatenate([ac.ac_leap for _, ac in kinds] + [np.zeros(1 << WINDOW, np.int32)])

    def bits_at(self, at: Ints, count: int) -> NDArray[np.uint8]:
        """(n, count): so many bits from each position on."""
        some = np.frombuffer(self.data, np.uint8)[(at >> 3)[:, None] + np.arange((count + 15) // 8)]
        return np.take_along_axis(np.unpackbits(some, axis=1), (at & 7)[:, None] + np.arange(count), axis=1)

    def is_filling(self, start: int, end: int) -> bool:
        """Whether all bits between two positions less than a byte apart are alike."""
        if start == end:
            return True
        bits = self.data[end - 1 >> 3] >> (-end & 7) & ((1 << (end - start)) - 1)
        return bits in (0, (1 << (end - start)) - 1)

    def words(self, start: int, end: int) -> NDArray[np.uint32]:
        """The 32 bits from each byte between two positions on."""
        count = end - start + _SPARE - 4
        return np.ndarray((count,), ">u4", self.data, start, (1,)).astype(np.uint32)

    def follow(self, lanes: Lanes, *, inside: bool = False, begun: list[tuple[Ints, Ints, Ints]] | None = None) -> Run:
        """Reads on from each lane's place to the first block at or behind its stop.

        Args:
            inside: a lane begins somewhere within a block, no matter where, instead of where one starts.
            begun: gets (lane, number of the block in the lane, position) of the blocks that began.
        """
        base = int(lanes.at.min()) >> 3
        words = self.words(base, min(int(lanes.stop.max()) + 7 >> 3, self.bits >> 3))
        run = Run(lanes.at.copy(), lanes.slot.copy(), np.zeros_like(lanes.at), np.full_like(lanes.at, NONE))
        alive = np.arange(len(lanes.at))
        at, slot, stop = lanes.at - 8 * base, lanes.slot.copy(), lanes.stop - 8 * base
        passed, kind = np.ones_like(at), self._kind[slot]
        ended = np.zeros(0, np.int64) if inside else alive
        if not inside:
            slot -= 1
            run.count[...] = -1
        parked = 0
        while True:
            if len(ended):
                slot[ended] = (slot[ended] + 1) % self.period
                run.count[alive[ended]] += 1
                over = at[ended] >= stop[ended]
                done, going = ended[over], ended[~over]
                if len(done):
                    run.at[alive[done]], run.slot[alive[done]] = at[done] + 8 * base, slot[done]
                    kind[done], passed[done] = self._parked, 0
                    parked += len(done)
                if begun is not None:
                    begun.append((alive[going], run.count[alive[going]], at[going] + 8 * base))
                table = self._kind[slot[going]]
                bits = self._dc[table + peeked(words, at[going])]
                self._note(run, alive[going[bits == 0]])
                at[going] += bits
                kind[going], passed[going] = table, 1
                if parked == len(alive):
                    return run
                if 8 * parked > len(alive):
                    stay = np.flatnonzero(kind != self._parked)
                    alive, at, slot, stop = alive[stay], at[stay], slot[stay], stop[stay]
                    passed, kind, parked = passed[stay], kind[stay], 0
            ended = self._leapt(words, at, passed, kind, alive, run)

    def _leapt(self, words: NDArray[np.uint32], at: Ints, passed: Ints, kind: Ints, alive: Ints, run: Run) -> Ints:
        """Moves every lane over some codes, never past the end of its block; which of them ended theirs."""
        leap = self._leap[kind + peeked(words, at)]
        before = passed.copy()
        passed += leap >> 6
        at += leap & 63
        ended = np.flatnonzero(passed >= 64)
        beyond = passed[ended]
        far = ended[((beyond > 64) & (beyond < END)) | (beyond > END + 63)]
        if len(far):  # the codes of a leap belong to two blocks, so one code at a time
            at[far] -= leap[far] & 63
            step = self._step[kind[far] + peeked(words, at[far])]
            passed[far] = before[far] + (step >> 6)
            at[far] += step & 63
            beyond = passed[far]
            self._note(run, alive[far[((beyond > 64) & (beyond < END)) | (beyond > END + 63)]])
            ended = np.flatnonzero(passed >= 64)
        return ended

    @staticmethod
    def _note(run: Run, lanes: Ints) -> None:
        run.broken[lanes] = np.minimum(run.broken[lanes], run.count[lanes])


def peeked(words: NDArray[np.uint32], at: Ints) -> Ints:
    """The 16 bits from each position on."""
    return np.asarray(words[at >> 3] >> (16 - (at & 7)).astype(np.uint32) & 0xFFFF, np.int64)
