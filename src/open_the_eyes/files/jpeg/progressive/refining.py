"""A scan that brings one more bit of what others brought: ITU-T T.81 G.1.2.3, read backwards.

Each of its codes passes so many coefficients that are zero; for each on the way that is not, a bit of correction
follows the code. So where a code stands depends on all before it and on all earlier scans.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Ints
from ..huffman import HuffmanTable
from ..layout import NotPatchable
from .bits import DAMAGED, Bits, Coefficients, check_end
from .scans import Band

_RUN: Final = 5
"""Bits by which a run is shifted, above those that its code takes."""
_BITS: Final = (1 << _RUN) - 1
_ENDS: Final = 1 << 29
_BROKEN: Final = 1 << 30
_SIXTEEN_ZEROS: Final = 0xF0


def refined(rows: Coefficients, band: Band, table: HuffmanTable, bits: Bits) -> Coefficients:
    """The coefficients of a band, (n, width of the band), with the next lower bit that a refinement scan brings.

    Raises:
        NotPatchable: damaged data.
    """
    nonzero = (rows != 0).ravel()
    behind = np.append(0, np.flatnonzero(~nonzero) + 1).astype(np.int32)
    at, zero, place = _codes(rows.shape, nonzero, behind, table, bits)
    known = place - zero
    corrections = np.diff(known, prepend=0)
    symbol = table.symbols[bits.windows[np.append(0, at[:-1])]] & 255
    fresh = (symbol & 15) > 0
    became = behind[zero[fresh]] - 1
    _check(rows.shape, symbol, np.append(0, place[:-1]), place)
    out, one = rows.ravel().copy(), 1 << band.low
    out[became] = np.where(bits.single(at[fresh] - corrections[fresh] - 1), one, -one)
    history = np.flatnonzero(nonzero)
    bit = bits.single(np.repeat(at - known, corrections) + np.arange(len(history)))
    out[history] += (np.sign(out[history]) * bit * one).astype(np.int16)
    return out.reshape(rows.shape)


def _codes(
    shape: tuple[int, ...], nonzero: NDArray[np.bool_], behind_zero: NDArray[np.int32], table: HuffmanTable, bits: Bits
) -> tuple[Ints, Ints, Ints]:
    """Behind each code and its corrections: the bit, the zeros passed by then, the coefficients passed.

    Args:
        shape: blocks, and coefficients in the band of each.
        behind_zero: the places behind the first, second ... coefficient that is zero, after a 0.
    """
    count, width = shape
    before_block = np.append(0, np.cumsum(width - nonzero.reshape(shape).sum(axis=1))).data
    actions, windows, behind = _actions(table)[bits.windows].data, bits.windows.data, behind_zero.data
    ats, passed, ends, places = (array("q") for _ in range(4))
    note_at, note_passed = ats.append, passed.append
    at = zero = known = place = 0
    while place < count * width:
        action = actions[at]
        if action < _ENDS:
            zero += action >> _RUN
            place = behind[zero]
            at += (action & _BITS) - known
        else:
            if action == _BROKEN:
                raise NotPatchable(DAMAGED)
            exponent = action - _ENDS >> _RUN
            at += action & _BITS
            block = place // width + (1 << exponent) + (windows[at] >> 16 - exponent)
            zero, place = before_block[block], block * width
            at += exponent - known
            ends.append(len(ats))
            places.append(place)
        known = place - zero
        at += known
        note_at(at)
        note_passed(zero)
    check_end(at, bits)
    zero_passed = np.frombuffer(passed, np.int64)
    place_after = behind_zero[zero_passed].astype(np.int64)
    place_after[np.frombuffer(ends, np.int64)] = np.frombuffer(places, np.int64)
    return np.frombuffer(ats, np.int64), zero_passed, place_after


@lru_cache(maxsize=16)
def _actions(table: HuffmanTable) -> NDArray[np.int32]:
    """By the next 16 bits: how many zeros are passed, and how many bits it takes without corrections; of the end of
    blocks, `_ENDS` more, the exponent of their number, and the bits of its code; `_BROKEN` for what is no code."""
    length, symbol = table.symbols >> 8, table.symbols & 255
    size, run = symbol & 15, symbol >> 4
    goes_on = (size == 1) | (symbol == _SIXTEEN_ZEROS)
    action = np.where(goes_on, (run + 1) << _RUN, _ENDS + (run << _RUN)) + length + (size & 1)
    return np.where((length > 0) & (size < 2), action, _BROKEN)


def _check(shape: tuple[int, ...], symbol: Ints, start: Ints, place: Ints) -> None:
    """No code but that of an end goes beyond its block."""
    width = shape[1]
    goes_on = ((symbol & 15) > 0) | (symbol == _SIXTEEN_ZEROS)
    if (start[goes_on] // width != (place[goes_on] - 1) // width).any() or place[-1] != shape[0] * width:
        raise NotPatchable(DAMAGED)
