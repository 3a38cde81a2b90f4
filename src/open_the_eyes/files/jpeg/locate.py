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

from ...imaging.arrays import Ints
from .huffman import END, WINDOW
from .layout import Layout, NotPatchable

Begun = tuple[Ints, Ints, Ints]
"""Of blocks that began: the lane, the block's number in it, and the position."""

NONE: Final = 1 << 62
_SPARE: Final = 1024
"""Zero bytes after the data: more than a block that runs past its end can read."""
_FEW: Final = 100_000
"""Blocks that there is always room for, whatever the data: guesses see some that are none."""
_FAR: Final = np.array([64 < n < END or n > END + 63 for n in range(512)])
"""Whether a block would have ended before, by the count of coefficients passed."""
_FAR_OFF: Final[list[bool]] = _FAR.tolist()
FEW_LANES: Final = 24
"""Most lanes that are read one after the other instead of side by side."""
_MASK: Final = (1 << WINDOW) - 1
_HALF: Final = np.uint64(32)
_REST: Final = np.uint64(64 - WINDOW)


@dataclass(frozen=True, slots=True)
class Interval:
    """Coded data between two restart markers, in bits of the unstuffed data, and the numbers of its blocks."""

    start: int
    end: int
    first: int
    behind: int


@dataclass(slots=True)
class Lanes:
    """Readers side by side, arrays of one length.

    Args:
        at: where each reader is, in bits.
        slot: how many blocks of the MCU it has begun.
        stop: the place, in bits, where it may stop.
    """

    at: Ints
    slot: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class Run:
    """How far `Reader.follow` came, arrays with one entry a lane.

    Args:
        at: where the first block at or behind the lane's stop begins, in bits.
        slot: how many blocks of its MCU had begun before that one.
        count: how many blocks began before it.
        broken: the first of these that could not be read, `NONE` if all could.
    """

    at: Ints
    slot: Ints
    count: Ints
    broken: Ints


class Reader:
    """The unstuffed coded data of one scan, and how its codes follow one another."""

    def __init__(self, data: bytes, layout: Layout) -> None:
        self.bits = len(data) * 8
        self.data = data + bytes(_SPARE + -len(data) % 4)
        self.words = words_of(self.data)
        used = [(layout.components[n].dc, layout.components[n].ac) for n in layout.slots]
        kinds = list(dict.fromkeys(used))
        plain = [code for dc, ac in used for code in (dc.zero_code, ac.zero_code)]
        self.plain_mcu = np.array([int(bit) for bit in "".join(plain)] if all(plain) else [], np.uint8)
        """The bits of an MCU without a change of colour."""
        self.period = len(used) if len(kinds) > 1 else 1
        self._room = _FEW + 2 * len(used) * layout.mcus_wh[0] * layout.mcus_wh[1]
        self._kind = np.array([kinds.index(k) for k in used[: self.period]], np.int64) << WINDOW
        self._next = np.roll(np.arange(self.period), -1)
        self._dc = np.concatenate([dc.dc_bits for dc, _ in kinds])
        self._step = np.concatenate([ac.ac_step for _, ac in kinds])
        self._parked = len(kinds) << WINDOW
        self._leap = np.concatenate([ac.ac_leap for _, ac in kinds] + [np.zeros(1 << WINDOW, np.int32)])

    def bits_at(self, at: Ints, count: int) -> NDArray[np.uint8]:
        """(n, count) of 0 and 1: the next `count` bits from each position on."""
        some = np.frombuffer(self.data, np.uint8)[(at >> 3)[:, None] + np.arange((count + 15) // 8)]
        return np.take_along_axis(np.unpackbits(some, axis=1), (at & 7)[:, None] + np.arange(count), axis=1)

    def is_filling(self, start: int, end: int) -> bool:
        """Whether all bits between two positions less than a byte apart are alike."""
        if start == end:
            return True
        bits = self.data[end - 1 >> 3] >> (-end & 7) & ((1 << (end - start)) - 1)
        return bits in (0, (1 << (end - start)) - 1)

    def follow(self, lanes: Lanes, *, inside: bool = False, begun: list[Begun] | None = None) -> Run:
        """Reads on from each lane's place to the first block at or behind its stop.

        Args:
            inside: a lane begins somewhere within a block, no matter where, instead of where one starts.
            begun: gets the blocks that began.

        Raises:
            NotPatchable: many more blocks began than the picture has.
        """
        if len(lanes.at) <= FEW_LANES:
            return self._one_by_one(lanes, inside, begun)
        out = Run(lanes.at.copy(), lanes.slot.copy(), np.zeros_like(lanes.at), np.full_like(lanes.at, NONE))
        alive: Ints = np.arange(len(lanes.at))
        at, slot, stop, count = lanes.at.copy(), lanes.slot.copy(), lanes.stop, np.zeros_like(lanes.at)
        passed, kind = np.ones_like(at), self._kind[slot]
        ended = alive[:0] if inside else alive
        if not inside:
            slot, count = slot - 1, count - 1
        parked, room = 0, self._room
        while True:
            if len(ended):
                slot[ended] = self._next.take(slot[ended])
                count[ended] += 1
                place = at[ended]
                over = place >= stop[ended]
                if over.any():
                    done = ended[over]
                    lane = alive[done]
                    out.at[lane], out.slot[lane], out.count[lane] = place[over], slot[done], count[done]
                    kind[done], passed[done] = self._parked, 0
                    parked += len(done)
                    if parked == len(alive):
                        return out
                    ended, place = ended[~over], place[~over]
                if begun is not None:
                    begun.append((alive[ended], count[ended], place))
                    room -= len(ended)
                    if room < 0:
                        raise NotPatchable("damaged coded data")
                table = self._kind.take(slot[ended])
                bits = self._dc.take(table + peeked(self.words, place))
                if not bits.all():
                    self._note(out, alive, count, ended[bits == 0])
                at[ended] += bits
                kind[ended], passed[ended] = table, 1
                if 8 * parked > len(alive):
                    stay = np.flatnonzero(kind != self._parked)
                    alive, at, slot, stop, count = alive[stay], at[stay], slot[stay], stop[stay], count[stay]
                    passed, kind, parked = passed[stay], kind[stay], 0
            ended = self._leapt(at, passed, kind, alive, count, out)

    def _leapt(self, at: Ints, passed: Ints, kind: Ints, alive: Ints, count: Ints, run: Run) -> Ints:
        """Moves every lane over some codes, never past the end of its block; which of them ended theirs."""
        leap = self._leap.take(kind + peeked(self.words, at))
        passed += leap >> 6
        at += leap & 63
        (ended,) = (passed >= 64).nonzero()
        far = _FAR.take(passed[ended])
        if far.any():  # the codes of a leap belong to two blocks, so one code at a time
            back = ended[far]
            at[back] -= leap[back] & 63
            step = self._step.take(kind[back] + peeked(self.words, at[back]))
            passed[back] += (step >> 6) - (leap[back] >> 6)
            at[back] += step & 63
            self._note(run, alive, count, back[_FAR.take(passed[back])])
            (ended,) = (passed >= 64).nonzero()
        return ended

    def _one_by_one(self, lanes: Lanes, inside: bool, begun: list[Begun] | None) -> Run:
        """What `follow` does, in plain Python: few lanes are read in less time than numpy's calls take."""
        runs, begun_in_all = [], 0
        starts = zip(lanes.at.tolist(), lanes.slot.tolist(), lanes.stop.tolist(), strict=True)
        for lane, (at, slot, stop) in enumerate(starts):
            places: list[int] = []
            runs.append(self._follow_one(at, slot, stop, inside, places))
            begun_in_all += len(places)
            if begun_in_all > self._room:
                raise NotPatchable("damaged coded data")
            if begun is not None:
                numbers = np.arange(len(places)) + int(inside)
                begun.append((np.full(len(places), lane), numbers, np.array(places, np.int64)))
        fields = zip(*runs, strict=True) if runs else ([], [], [], [])
        return Run(*(np.array(field, np.int64) for field in fields))

    def _follow_one(self, at: int, slot: int, stop: int, inside: bool, places: list[int]) -> tuple[int, int, int, int]:
        """One lane of `follow`, as the fields of its `Run`; `places` gets where blocks begin."""
        data, kinds, period, room = self.data, self._kind.tolist(), self.period, self._room
        dc, step, leaps = self._dc.data, self._step.data, self._leap.data
        kind, passed, count, broken, begins = kinds[slot], 1, 0, NONE, not inside
        if begins:
            slot, count = slot - 1, -1
        while True:
            if begins:
                slot, count = (slot + 1) % period, count + 1
                if at >= stop:
                    return at, slot, count, broken
                places.append(at)
                if len(places) > room:
                    raise NotPatchable("damaged coded data")
                kind, passed, byte = kinds[slot], 1, at >> 3
                ahead = data[byte] << 16 | data[byte + 1] << 8 | data[byte + 2]
                bits = dc[kind + (ahead >> 8 - (at & 7) & _MASK)]
                at += bits
                if not bits:
                    broken = min(broken, count)
            byte = at >> 3
            ahead = data[byte] << 16 | data[byte + 1] << 8 | data[byte + 2]
            entry = kind + (ahead >> 8 - (at & 7) & _MASK)
            leap = leaps[entry]
            passed, at = passed + (leap >> 6), at + (leap & 63)
            begins = passed >= 64
            if begins and _FAR_OFF[passed]:  # the codes of a leap belong to two blocks, so one code at a time
                one = step[entry]
                passed, at = passed + (one >> 6) - (leap >> 6), at + (one & 63) - (leap & 63)
                if _FAR_OFF[passed]:
                    broken = min(broken, count)
                begins = passed >= 64

    @staticmethod
    def _note(run: Run, alive: Ints, count: Ints, unreadable: Ints) -> None:
        lanes = alive[unreadable]
        run.broken[lanes] = np.minimum(run.broken[lanes], count[unreadable])


def words_of(data: bytes) -> NDArray[np.uint64]:
    """(len(data) / 4 - 1,): the 64 bits from every fourth byte on, as numbers; `data` has whole fours of bytes."""
    fours = np.frombuffer(data, ">u4").astype(np.uint64)
    words = fours[:-1] << _HALF
    words |= fours[1:]
    return words


def peeked(words: NDArray[np.uint64], at: Ints) -> Ints:
    """The 16 bits from each position on."""
    behind = words.take(at >> 5) << (at & 31).view(np.uint64)
    return (behind >> _REST).view(np.int64)
