"""Decoding of AC refinement scans, which code one more bit of coefficients: ITU-T T.81 G.1.2.3 and G.2.

Each code passes a run of coefficients with zero history; for each with nonzero history on the way, a correction bit
follows the code. So where a code stands depends on all before it and on all earlier scans.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Ints
from ..frame import NotPatchable
from ..huffman import HuffmanTable
from .bits import DAMAGED, BitReader, Coefficients, check_end
from .scans import Band

_RUN_SHIFT: Final = 5
"""Bits by which a run length is shifted, above the number of bits that its code takes."""
_BITS_MASK: Final = (1 << _RUN_SHIFT) - 1
_EOB_RUN: Final = 1 << 29
"""Flag of the action that is an EOB run."""
_INVALID: Final = 1 << 30
"""Action for bits that are no code."""
_ZRL: Final = 0xF0


def ac_refinement_pass(rows: Coefficients, band: Band, table: HuffmanTable, bits: BitReader) -> Coefficients:
    """The coefficients of a band, (n, width of the band), with the bit at Al that a refinement scan codes.

    Raises:
        NotPatchable: damaged data.
    """
    nonzero = (rows != 0).ravel()
    after_zero = np.append(0, np.flatnonzero(~nonzero) + 1).astype(np.int32)
    at, zeros_passed, position = _code_positions(rows.shape, nonzero, after_zero, table, bits)
    nonzero_passed = position - zeros_passed
    corrections = np.diff(nonzero_passed, prepend=0)
    symbol = table.symbol_lookup[bits.lookahead[np.append(0, at[:-1])]] & 255
    is_new = (symbol & 15) > 0
    new_positions = after_zero[zeros_passed[is_new]] - 1
    _check_within_blocks(rows.shape, symbol, np.append(0, position[:-1]), position)
    out, one = rows.ravel().copy(), 1 << band.bit_position
    out[new_positions] = np.where(bits.single_bits(at[is_new] - corrections[is_new] - 1), one, -one)
    nonzero_positions = np.flatnonzero(nonzero)
    bit = bits.single_bits(np.repeat(at - nonzero_passed, corrections) + np.arange(len(nonzero_positions)))
    out[nonzero_positions] += (np.sign(out[nonzero_positions]) * bit * one).astype(np.int16)
    return out.reshape(rows.shape)


def _code_positions(
    shape: tuple[int, ...],
    nonzero: NDArray[np.bool_],
    after_zeros: NDArray[np.int32],
    table: HuffmanTable,
    bits: BitReader,
) -> tuple[Ints, Ints, Ints]:
    """Where each code with its correction bits ends, in bits; by then, the coefficients of zero history and all passed.

    Args:
        shape: blocks, and coefficients in the band of each.
        nonzero: the coefficients with nonzero history.
        after_zeros: the positions behind the first, second ... coefficient with zero history, after a 0.
    """
    count, width = shape
    zeros_before_block = np.append(0, np.cumsum(width - nonzero.reshape(shape).sum(axis=1))).data
    actions, lookahead, after_zero = _code_actions(table)[bits.lookahead].data, bits.lookahead.data, after_zeros.data
    code_ends, zeros_passed_after, eob_run_numbers, eob_run_positions = (array("q") for _ in range(4))
    note_code_end, note_zeros_passed = code_ends.append, zeros_passed_after.append
    at = zeros_passed = nonzero_passed = position = 0
    while position < count * width:
        action = actions[at]
        if action < _EOB_RUN:
            zeros_passed += action >> _RUN_SHIFT
            position = after_zero[zeros_passed]
            at += (action & _BITS_MASK) - nonzero_passed
        else:
            if action == _INVALID:
                raise NotPatchable(DAMAGED)
            exponent = action - _EOB_RUN >> _RUN_SHIFT
            at += action & _BITS_MASK
            block = position // width + (1 << exponent) + (lookahead[at] >> 16 - exponent)
            zeros_passed, position = zeros_before_block[block], block * width
            at += exponent - nonzero_passed
            eob_run_numbers.append(len(code_ends))
            eob_run_positions.append(position)
        nonzero_passed = position - zeros_passed
        at += nonzero_passed
        note_code_end(at)
        note_zeros_passed(zeros_passed)
    check_end(at, bits)
    zeros_after = np.frombuffer(zeros_passed_after, np.int64)
    positions_after = after_zeros[zeros_after].astype(np.int64)
    positions_after[np.frombuffer(eob_run_numbers, np.int64)] = np.frombuffer(eob_run_positions, np.int64)
    return np.frombuffer(code_ends, np.int64), zeros_after, positions_after


@lru_cache(maxsize=16)
def _code_actions(table: HuffmanTable) -> NDArray[np.int32]:
    """(65536,), by the next 16 bits: the coefficients of zero history that the code passes, and its bits without
    correction bits; of an EOB run `_EOB_RUN`, its exponent and the bits of its code; `_INVALID` for what is no code."""
    length, symbol = table.symbol_lookup >> 8, table.symbol_lookup & 255
    size, run = symbol & 15, symbol >> 4
    goes_on = (size == 1) | (symbol == _ZRL)
    action = np.where(goes_on, (run + 1) << _RUN_SHIFT, _EOB_RUN + (run << _RUN_SHIFT)) + length + (size & 1)
    return np.where((length > 0) & (size < 2), action, _INVALID)


def _check_within_blocks(shape: tuple[int, ...], symbol: Ints, start: Ints, position: Ints) -> None:
    """Checks that no code but an EOB run reaches beyond its block."""
    width = shape[1]
    goes_on = ((symbol & 15) > 0) | (symbol == _ZRL)
    if (start[goes_on] // width != (position[goes_on] - 1) // width).any() or position[-1] != shape[0] * width:
        raise NotPatchable(DAMAGED)
