"""Coded blocks <-> their coefficients: a JPEG's entropy coding, for chosen blocks only.

ITU-T T.81 F.1.2 (coding) and F.2.2 (decoding); a block's row is its 64 numbers in zigzag order, the first of them the
difference to the DC of the block before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .huffman import END, HuffmanTable
from .layout import NotPatchable
from .locate import peeked

MAX_DC_BITS: Final = 11
MAX_AC_BITS: Final = 10
"""Most bits of an AC coefficient of an 8-bit picture (T.81, tables F.1 and F.2)."""
_EOB, _ZRL = 0x00, 0xF0
_MAX_MISSING: Final = 0.01


@dataclass(frozen=True, slots=True)
class Bits:
    """Codes of blocks in a row: one bit a byte, and where each block's begin, with the end behind them."""

    bits: NDArray[np.uint8]
    starts: Ints

    def each(self) -> Iterator[NDArray[np.uint8]]:
        """The bits of every block, in order."""
        return (self.bits[start:end] for start, end in pairwise(self.starts.tolist()))


def read_blocks(words: NDArray[np.uint64], at: Ints, dc: HuffmanTable, ac: HuffmanTable) -> tuple[Ints, Ints]:
    """(n, 64) coefficients of the blocks that begin at these bits, and where each ends.

    Raises:
        NotPatchable: a code that is none.
    """
    at = at.copy()
    rows = np.zeros((len(at), 64), np.int64)
    rows[:, 0] = _value(words, at, dc.symbols[peeked(words, at)])
    going: Ints = np.arange(len(at))
    k: Ints = np.ones(len(at), np.int64)
    while len(going):
        here = at[going]
        symbol = ac.symbols[peeked(words, here)]
        step = ac.ac_step[peeked(words, here)].astype(np.int64) >> 6
        k += step
        value = _value(words, here, symbol & ~0xF0)
        at[going] = here
        if bool(((k > 64) & (step < END) | (k > END + 63)).any()):
            raise NotPatchable("damaged coded data")
        told = (symbol & 15) > 0
        rows[going[told], k[told] - 1] = value[told]
        going, k = going[k < 64], k[k < 64]
    return rows, at


def dc_differences(words: NDArray[np.uint64], at: Ints, dc: HuffmanTable) -> Ints:
    """(n,) differences of DC, in steps, of the blocks that begin at these bits.

    Raises:
        NotPatchable: a code that is none.
    """
    return _value(words, at.copy(), dc.symbols[peeked(words, at)])


def write_blocks(rows: Ints, dc: HuffmanTable, ac: HuffmanTable) -> Bits:
    """The codes of (n, 64) coefficients.

    A coefficient for which the file's table has no code steps to the nearest that has one.

    Raises:
        NotPatchable: values that the standard has no code for, or more than a few that the table has none for.
    """
    rows = _codable(rows, ac)
    row, column = np.nonzero(rows[:, 1:])
    column += 1
    run = _runs(row, column)
    value = rows[row, column]
    size = size_of(value)
    sequences = [
        _dc_codes(rows[:, 0], dc),
        (row * 512 + column * 8 + 7, _symbols(ac, (run & 15) << 4 | size), size, magnitude_of(value, size)),
        _zero_runs(row, column, run, ac),
        _block_ends(rows, ac),
    ]
    order, code, size, magnitude = (np.concatenate(part) for part in zip(*sequences, strict=True))
    return _laid_out(len(rows), order, code, size, magnitude)


def _value(words: NDArray[np.uint64], at: Ints, symbol: NDArray[np.int32]) -> Ints:
    """The number behind each code; moves `at` behind it.

    Raises:
        NotPatchable: no code.
    """
    length, size = symbol >> 8, symbol & 15
    if not length.all():
        raise NotPatchable("damaged coded data")
    at += length
    value = peeked(words, at) >> (16 - size)
    at += size
    return extended(value, size)


def extended(value: Ints, size: Ints) -> Ints:
    """The signed numbers that `value`, read as `size` bits, stands for (T.81 F.2.2.1, EXTEND)."""
    return np.where(value < (1 << size) >> 1, value - (1 << size) + 1, value)


def size_of(value: Ints) -> Ints:
    """How many bits the code of each number's magnitude takes; 0 for 0."""
    return np.asarray(np.frexp(np.abs(value).astype(np.float64))[1], np.int64)


def magnitude_of(value: Ints, size: Ints) -> Ints:
    """The bits, as a number, that code a signed `value` behind its `size`: the way back from `extended`."""
    return np.where(value < 0, value + (1 << size) - 1, value)


def _runs(row: Ints, column: Ints) -> Ints:
    """Zeros before each coefficient in its block, DC not counted."""
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    before = np.where(first, 0, np.append(0, column[:-1])[: len(row)])
    return np.asarray(column - before - 1)


def _codable(rows: Ints, ac: HuffmanTable) -> Ints:
    """The same coefficients, but for those that the table has no code for."""
    if (size_of(rows[:, 1:]) > MAX_AC_BITS).any() or (size_of(rows[:, 0]) > MAX_DC_BITS).any():
        raise NotPatchable("a colour out of range")
    rows, changed, allowed = rows.copy(), 0, 8 + int(_MAX_MISSING * np.count_nonzero(rows[:, 1:]))
    sizes = [np.flatnonzero(ac.lengths[run << 4 : (run << 4) + 11]) for run in range(16)]
    while changed <= allowed:
        row, column = np.nonzero(rows[:, 1:])
        run, size = _runs(row, column + 1), size_of(rows[row, column + 1])
        missing = (ac.lengths[(run & 15) << 4 | size] == 0) | ((run > 15) & (ac.lengths[_ZRL] == 0))
        at = np.flatnonzero(missing)
        if not len(at):
            return rows
        for n in at[np.append(True, row[at[1:]] != row[at[:-1]])]:  # the first of each block: it shifts those behind
            there = sizes[run[n] & 15] if run[n] < 16 or ac.lengths[_ZRL] else sizes[0][:0]
            rows[row[n], column[n] + 1] = _nearest(int(rows[row[n], column[n] + 1]), there[there > 0])
            changed += 1
    raise NotPatchable("its Huffman tables have no codes for the new eyes")


def _nearest(value: int, sizes: Ints) -> int:
    """The number nearest to a value that takes one of these numbers of bits; 0 where that is as near."""
    low, high = 1 << (sizes - 1), (1 << sizes) - 1
    candidates = np.append(0, np.clip(abs(value), low, high))
    nearest = int(candidates[np.argmin(np.abs(candidates - abs(value)))])
    return nearest if value > 0 else -nearest


def _dc_codes(difference: Ints, dc: HuffmanTable) -> tuple[Ints, Ints, Ints, Ints]:
    """Place in the order, symbol with its length, bits of the value, the value."""
    size = size_of(difference)
    if not dc.lengths[size].all():
        raise NotPatchable("its Huffman tables have no codes for the new eyes")
    return np.arange(len(difference)) * 512, _symbols(dc, size), size, magnitude_of(difference, size)


def _zero_runs(row: Ints, column: Ints, run: Ints, ac: HuffmanTable) -> tuple[Ints, Ints, Ints, Ints]:
    """A code for each sixteen zeros before a coefficient."""
    times = run >> 4
    of = np.repeat(np.arange(len(row)), times)
    number = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    none = np.zeros_like(of)
    return row[of] * 512 + column[of] * 8 + number, _symbols(ac, none + _ZRL), none, none


def _block_ends(rows: Ints, ac: HuffmanTable) -> tuple[Ints, Ints, Ints, Ints]:
    """A code for the zeros at a block's end, where there are any."""
    of = np.flatnonzero(rows[:, 63] == 0)
    if len(of) and not ac.lengths[_EOB]:
        raise NotPatchable("its Huffman tables have no code for the end of a block")
    none = np.zeros_like(of)
    return of * 512 + 511, _symbols(ac, none + _EOB), none, none


def _symbols(table: HuffmanTable, symbol: Ints) -> Ints:
    """The codes of symbols, each with its length in the lowest five bits."""
    return table.codes[symbol] << 5 | table.lengths[symbol]


def _laid_out(count: int, order: Ints, symbol: Ints, size: Ints, magnitude: Ints) -> Bits:
    """Codes and values as bits, in their order."""
    at = np.argsort(order, kind="stable")
    length = (symbol & 31) + size
    word = ((symbol >> 5) << size | magnitude)[at]
    length = length[at]
    ends = np.cumsum(length)
    of = np.repeat(np.arange(len(length)), length)
    bits = (word[of] >> (ends[of] - 1 - np.arange(len(of))) & 1).astype(np.uint8)
    firsts = np.searchsorted(order[at], np.arange(count + 1) * 512)
    return Bits(bits, np.append(0, ends)[firsts])
