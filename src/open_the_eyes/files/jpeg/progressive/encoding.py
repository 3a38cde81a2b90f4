"""Encoding of progressive scans: coefficients -> entropy-coded data with its own Huffman tables (ITU-T T.81 G.1.2)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ..coefficients import MAX_AC_BITS, MAX_DC_BITS, additional_bits, magnitude_category
from ..frame import Frame, NotPatchable
from ..markers import DHT
from ..segments import Segment
from .bits import Coefficients
from .entropy_coding import NO_SYMBOL, CodeSequence, entropy_coded, optimal_tables
from .scans import Band, Scan, block_order

_MAX_EOB_RUN: Final = 0x7FFF
"""Largest EOBRUN, which EOB14 codes (T.81 table G.1)."""
_ZRL: Final = 0xF0
"""Symbol for a run of 16 zero coefficients."""
_BLOCKS_AT_ONCE: Final = 1 << 16
"""Blocks that are encoded in one go: an EOB run ends there, which costs some bits and saves most of the memory."""
_KEYS_A_COEFFICIENT: Final = 128
"""Sort keys between one coefficient and the next: for its code, then for the correction bits that follow that."""

_KeyedCodes = tuple[Ints, Ints, Ints, Ints]
"""Sort key, Huffman symbol, number of the additional bits, and these bits."""


def encoded_scan(scan: Scan, frame: Frame, planes: list[Coefficients]) -> bytes:
    """A scan with its preceding segments, Huffman tables of its own, its header and its entropy-coded segments.

    Raises:
        NotPatchable: values that the standard has no code for.
    """
    order = block_order(scan, frame)
    sequences = [
        _dc_codes(scan, order.component[interval], order.block[interval], planes)
        if scan.band.is_dc
        else _ac_codes(scan.band, planes[scan.components[0]][order.block[interval]])
        for interval in order.intervals
    ]
    tables = optimal_tables(sequences, scan.table_ids)
    segments = [
        bytes(Segment(DHT, bytes([table_class << 4 | destination]) + table.counts + table.values))
        for (table_class, destination), table in tables.items()
    ]
    return b"".join((scan.preceding_segments, *segments, scan.header, entropy_coded(sequences, scan.table_ids, tables)))


def _dc_codes(scan: Scan, component_of: Ints, block: Ints, planes: list[Coefficients]) -> CodeSequence:
    """The codes of a restart interval of a DC scan (T.81 G.1.2.1)."""
    count = len(block)
    value, difference = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number, component in enumerate(scan.components):
        some = component_of == number
        value[some] = planes[component][block[some], 0] >> scan.band.bit_position
        difference[some] = np.diff(value[some], prepend=0)
    if scan.band.is_refinement:
        return CodeSequence.of(component_of, np.full(count, NO_SYMBOL), np.ones(count, np.int64), value & 1)
    size = magnitude_category(difference)
    if (size > MAX_DC_BITS).any():
        raise NotPatchable("a colour out of range")
    return CodeSequence.of(component_of, size, size, additional_bits(difference, size))


def _ac_codes(band: Band, blocks: Coefficients) -> CodeSequence:
    """The codes of a restart interval of an AC scan (T.81 G.1.2.2 and G.1.2.3)."""
    parts = []
    for at in range(0, len(blocks), _BLOCKS_AT_ONCE):
        rows = blocks[at : at + _BLOCKS_AT_ONCE, band.first : band.last + 1]
        rows = np.sign(rows) * (np.abs(rows) >> band.bit_position)
        keyed_codes = _ac_refinement_pass(rows) if band.is_refinement else _ac_first_pass(rows)
        key, symbol, size, value = (np.concatenate(part) for part in zip(*keyed_codes, strict=True))
        order = np.argsort(key, kind="stable")
        parts.append(CodeSequence.of(np.zeros_like(order), symbol[order], size[order], value[order]))
    return CodeSequence.joined(parts)


def _ac_first_pass(rows: Coefficients) -> list[_KeyedCodes]:
    """The codes of a first scan of a band (T.81 G.1.2.2)."""
    nonzero = np.flatnonzero(rows)
    run = nonzero - _run_starts(nonzero, rows.shape[1])
    value = rows.ravel()[nonzero].astype(np.int64)
    size = magnitude_category(value)
    if (size > MAX_AC_BITS).any():
        raise NotPatchable("a colour out of range")
    codes = nonzero * _KEYS_A_COEFFICIENT, (run & 15) << 4 | size, size, additional_bits(value, size)
    return [_zrl_codes(_zrl_positions(nonzero - run, run)), codes, _eob_run_codes(nonzero, rows.shape)]


def _ac_refinement_pass(rows: Coefficients) -> list[_KeyedCodes]:
    """The codes of a refinement scan (T.81 G.1.2.3): newly nonzero coefficients, and correction bits of older ones.

    A correction bit follows the first code whose coefficient stands behind its own: that of a newly nonzero
    coefficient, a ZRL, or an EOB run.
    """
    width, values = rows.shape[1], rows.ravel()
    new, old = np.flatnonzero(np.abs(values) == 1), np.flatnonzero(np.abs(values) > 1)
    zeros = np.zeros(len(values) + 1, np.int32)
    np.cumsum(values == 0, out=zeros[1:])
    start = zeros[_run_starts(new, width)].astype(np.int64)
    run = zeros[new] - start
    zrl = np.searchsorted(zeros, _zrl_positions(start, run) + 1) - 1
    sign = (values[new] > 0).astype(np.int64)
    codes = new * _KEYS_A_COEFFICIENT, (run & 15) << 4 | 1, np.ones_like(new), sign
    coded_at = np.append(np.sort(np.append(new, zrl), kind="stable"), len(values))
    following = coded_at[np.searchsorted(coded_at, old)]
    end = old // width * width + width - 1
    after_eob = end * _KEYS_A_COEFFICIENT + _KEYS_A_COEFFICIENT - 1
    key = np.where(following <= end, following * _KEYS_A_COEFFICIENT + 1, after_eob)
    corrections = key, np.full_like(old, NO_SYMBOL), np.ones_like(old), values[old].astype(np.int64) & 1
    return [_zrl_codes(zrl), codes, _eob_run_codes(new, rows.shape), corrections]


def _run_starts(nonzero: Ints, width: int) -> Ints:
    """Where the run of zeros before each coefficient begins: behind the one before it, or at its block's beginning."""
    return np.asarray(np.maximum(np.append(0, nonzero[:-1] + 1)[: len(nonzero)], nonzero // width * width), np.int64)


def _zrl_positions(start: Ints, run: Ints) -> Ints:
    """The sixteenth, 32nd ... zero of runs that begin at `start`: where each ZRL ends."""
    times = run >> 4
    of = np.repeat(np.arange(len(run)), times)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    return np.asarray(start[of] + 16 * nth + 15)


def _zrl_codes(at: Ints) -> _KeyedCodes:
    """ZRL codes for runs of sixteen zeros, of which these are the last."""
    none = np.zeros_like(at)
    return at * _KEYS_A_COEFFICIENT, none + _ZRL, none, none


def _eob_run_codes(nonzero: Ints, shape: tuple[int, ...]) -> _KeyedCodes:
    """EOBn codes with their run lengths: of blocks in a row in which nothing is coded any more (T.81 table G.1)."""
    count, width = shape
    last = np.full(count, -1)
    np.maximum.at(last, nonzero // width, nonzero % width)
    ended_blocks = np.flatnonzero(last < width - 1)
    starts_run = (last[ended_blocks] >= 0) | (np.diff(ended_blocks, prepend=-2) > 1)
    place = np.arange(len(ended_blocks))
    since = place - np.maximum.accumulate(np.where(starts_run, place, 0))
    starts = np.flatnonzero(starts_run | (since % _MAX_EOB_RUN == 0))
    length = np.diff(np.append(starts, len(ended_blocks)))
    exponent = np.frexp(length)[1].astype(np.int64) - 1
    key = ((ended_blocks[starts] + 1) * width - 1) * _KEYS_A_COEFFICIENT + _KEYS_A_COEFFICIENT - 2
    return key, exponent << 4, exponent, length - (1 << exponent)
