"""Huffman codes of chosen baseline blocks <-> their coefficients.

ITU-T T.81 F.1.2 (encoding) and F.2.2 (decoding); a block's row is its 64 quantised coefficients in zigzag order, the
first of them as the difference to the DC prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .bits import peek_16_bits
from .frame import NotPatchable
from .huffman import END_OF_BLOCK, HuffmanTable

MAX_DC_BITS: Final = 11
"""Largest magnitude category (SSSS) of a DC difference of an 8-bit picture (T.81 table F.1)."""
MAX_AC_BITS: Final = 10
"""Largest magnitude category (SSSS) of an AC coefficient of an 8-bit picture (T.81 table F.2)."""
_EOB, _ZRL = 0x00, 0xF0
_MAX_MISSING: Final = 0.01


@dataclass(frozen=True, slots=True)
class BlockCodes:
    """The codes of blocks in a row.

    Args:
        bits: (n,) 0 or 1.
        starts: (blocks + 1,): where each block's codes begin, and the end.
    """

    bits: NDArray[np.uint8]
    starts: Ints

    def each_block(self) -> Iterator[NDArray[np.uint8]]:
        """The bits of every block, in order."""
        return (self.bits[start:end] for start, end in pairwise(self.starts.tolist()))


def decode_blocks(words: NDArray[np.uint64], at: Ints, dc: HuffmanTable, ac: HuffmanTable) -> tuple[Ints, Ints]:
    """(n, 64) coefficients of the blocks that begin at these bits, and where each ends.

    Raises:
        NotPatchable: a code that is none.
    """
    at = at.copy()
    rows = np.zeros((len(at), 64), np.int64)
    rows[:, 0] = _receive_and_extend(words, at, dc.symbol_lookup[peek_16_bits(words, at)])
    active: Ints = np.arange(len(at))
    k: Ints = np.ones(len(at), np.int64)
    while len(active):
        code_at = at[active]
        symbol = ac.symbol_lookup[peek_16_bits(words, code_at)]
        step = ac.ac_step[peek_16_bits(words, code_at)].astype(np.int64) >> 6
        k += step
        value = _receive_and_extend(words, code_at, symbol & ~0xF0)
        at[active] = code_at
        if bool(((k > 64) & (step < END_OF_BLOCK) | (k > END_OF_BLOCK + 63)).any()):
            raise NotPatchable("damaged coded data")
        nonzero = (symbol & 15) > 0
        rows[active[nonzero], k[nonzero] - 1] = value[nonzero]
        active, k = active[k < 64], k[k < 64]
    return rows, at


def dc_differences(words: NDArray[np.uint64], at: Ints, dc: HuffmanTable) -> Ints:
    """(n,) quantised DC differences of the blocks that begin at these bits.

    Raises:
        NotPatchable: a code that is none.
    """
    return _receive_and_extend(words, at.copy(), dc.symbol_lookup[peek_16_bits(words, at)])


def encode_blocks(rows: Ints, dc: HuffmanTable, ac: HuffmanTable) -> BlockCodes:
    """The codes of (n, 64) coefficients.

    A coefficient for which the file's table has no code gives way to the nearest that has one.

    Raises:
        NotPatchable: values that the standard has no code for, or more than a few that the table has none for.
    """
    rows = _with_codes(rows, ac)
    row, column = np.nonzero(rows[:, 1:])
    column += 1
    run = _zero_runs(row, column)
    value = rows[row, column]
    size = magnitude_category(value)
    sequences = [
        _dc_codes(rows[:, 0], dc),
        (
            row * 512 + column * 8 + 7,
            _codes_with_lengths(ac, (run & 15) << 4 | size),
            size,
            additional_bits(value, size),
        ),
        _zrl_codes(row, column, run, ac),
        _eob_codes(rows, ac),
    ]
    order, code, size, additional = (np.concatenate(part) for part in zip(*sequences, strict=True))
    return _packed_bits(len(rows), order, code, size, additional)


def _receive_and_extend(words: NDArray[np.uint64], at: Ints, symbol: NDArray[np.int32]) -> Ints:
    """The values of the additional bits behind each code (T.81 F.2.2.1); moves `at` behind them.

    Raises:
        NotPatchable: no code.
    """
    length, size = symbol >> 8, symbol & 15
    if not length.all():
        raise NotPatchable("damaged coded data")
    at += length
    value = peek_16_bits(words, at) >> (16 - size)
    at += size
    return extend(value, size)


def extend(value: Ints, size: Ints) -> Ints:
    """EXTEND: the signed values that `size` additional bits stand for (T.81 F.2.2.1)."""
    return np.where(value < (1 << size) >> 1, value - (1 << size) + 1, value)


def magnitude_category(value: Ints) -> Ints:
    """SSSS: how many additional bits each value takes; 0 for 0 (T.81 F.1.2.1)."""
    return np.asarray(np.frexp(np.abs(value).astype(np.float64))[1], np.int64)


def additional_bits(value: Ints, size: Ints) -> Ints:
    """The bits, as a number, of a signed `value` in category `size`: the way back from `extend`."""
    return np.where(value < 0, value + (1 << size) - 1, value)


def _zero_runs(row: Ints, column: Ints) -> Ints:
    """RRRR before it is split into ZRLs: zero coefficients before each one in its block, DC not counted."""
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    before = np.where(first, 0, np.append(0, column[:-1])[: len(row)])
    return np.asarray(column - before - 1)


def _with_codes(rows: Ints, ac: HuffmanTable) -> Ints:
    """The coefficients, those that the table has no code for replaced by the nearest that it has one for."""
    if (magnitude_category(rows[:, 1:]) > MAX_AC_BITS).any() or (magnitude_category(rows[:, 0]) > MAX_DC_BITS).any():
        raise NotPatchable("a colour out of range")
    rows, changed, allowed = rows.copy(), 0, 8 + int(_MAX_MISSING * np.count_nonzero(rows[:, 1:]))
    sizes = [np.flatnonzero(ac.lengths[run << 4 : (run << 4) + 11]) for run in range(16)]
    while changed <= allowed:
        row, column = np.nonzero(rows[:, 1:])
        run, size = _zero_runs(row, column + 1), magnitude_category(rows[row, column + 1])
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
    """Of each DC difference: sort key, code with its length, number of additional bits, and these bits."""
    size = magnitude_category(difference)
    if not dc.lengths[size].all():
        raise NotPatchable("its Huffman tables have no codes for the new eyes")
    return np.arange(len(difference)) * 512, _codes_with_lengths(dc, size), size, additional_bits(difference, size)


def _zrl_codes(row: Ints, column: Ints, run: Ints, ac: HuffmanTable) -> tuple[Ints, Ints, Ints, Ints]:
    """ZRL codes: one for each 16 zeros before a coefficient."""
    times = run >> 4
    of = np.repeat(np.arange(len(row)), times)
    number = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    none = np.zeros_like(of)
    return row[of] * 512 + column[of] * 8 + number, _codes_with_lengths(ac, none + _ZRL), none, none


def _eob_codes(rows: Ints, ac: HuffmanTable) -> tuple[Ints, Ints, Ints, Ints]:
    """EOB codes of the blocks that end in zeros."""
    of = np.flatnonzero(rows[:, 63] == 0)
    if len(of) and not ac.lengths[_EOB]:
        raise NotPatchable("its Huffman tables have no code for the end of a block")
    none = np.zeros_like(of)
    return of * 512 + 511, _codes_with_lengths(ac, none + _EOB), none, none


def _codes_with_lengths(table: HuffmanTable, symbol: Ints) -> Ints:
    """The codes of symbols, each with its length in the lowest five bits."""
    return table.codes[symbol] << 5 | table.lengths[symbol]


def _packed_bits(count: int, order: Ints, symbol: Ints, size: Ints, additional: Ints) -> BlockCodes:
    """Codes and additional bits of all blocks, in the order of their sort keys."""
    at = np.argsort(order, kind="stable")
    length = (symbol & 31) + size
    word = ((symbol >> 5) << size | additional)[at]
    length = length[at]
    ends = np.cumsum(length)
    of = np.repeat(np.arange(len(length)), length)
    bits = (word[of] >> (ends[of] - 1 - np.arange(len(of))) & 1).astype(np.uint8)
    firsts = np.searchsorted(order[at], np.arange(count + 1) * 512)
    return BlockCodes(bits, np.append(0, ends)[firsts])
