"""Decoding of progressive scans: entropy-coded segments -> coefficients (ITU-T T.81 G.2).

Where each code begins is found by going through them one after the other, in plain Python. The loops note positions
only; the values at those positions are read by numpy.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ..frame import Frame, NotPatchable
from ..huffman import END_OF_BLOCK, HuffmanTable
from .bits import DAMAGED, BitReader, Coefficients, check_end, eob_run
from .refinement import ac_refinement_pass
from .scans import RESTARTS_OUT_OF_ORDER, Band, BlockOrder, Scan, block_order

_EOBN: Final = 255
"""Coefficients that `HuffmanTable.ac_step` says a symbol passes which no baseline scan has: EOBn, or no code."""


def decoded_coefficients(frame: Frame, scans: tuple[Scan, ...]) -> list[Coefficients]:
    """The coefficients of every component, (blocks, 64) in zigzag order each.

    Raises:
        NotPatchable: damaged data.
    """
    mcus = frame.mcus_wh[0] * frame.mcus_wh[1]
    blocks = [mcus * c.horizontal * c.vertical for c in frame.components]
    planes: list[Coefficients] = [np.zeros((count, 64), np.int16) for count in blocks]
    for scan in scans:
        order = block_order(scan, frame)
        intervals = order.intervals
        if len(intervals) != len(scan.entropy_segments):
            raise NotPatchable(RESTARTS_OUT_OF_ORDER)
        for stuffed, interval in zip(scan.entropy_segments, intervals, strict=True):
            bits = BitReader(stuffed.replace(b"\xff\x00", b"\xff"))
            try:
                _decode_interval(planes, scan, order, interval, bits)
            except IndexError:
                raise NotPatchable(DAMAGED) from None
    return planes


def _decode_interval(
    planes: list[Coefficients], scan: Scan, order: BlockOrder, interval: slice, bits: BitReader
) -> None:
    """Adds what one restart interval of a scan codes to the coefficients."""
    band, component_of, block = scan.band, order.component[interval], order.block[interval]
    if band.is_dc:
        _decode_dc(planes, scan, component_of, block, bits)
        return
    plane = planes[scan.components[0]]
    table = scan.huffman_table(scan.table_ids[0])
    rows = plane[block, band.first : band.last + 1]
    read = ac_refinement_pass if band.is_refinement else _ac_first_pass
    plane[block, band.first : band.last + 1] = read(rows, band, table, bits)


def _decode_dc(planes: list[Coefficients], scan: Scan, component_of: Ints, block: Ints, bits: BitReader) -> None:
    """Of a DC scan: differences in a first scan, bits as they are in a refinement scan (T.81 G.1.2.1)."""
    bit_position = scan.band.bit_position
    if scan.band.is_refinement:
        next_bit = bits.single_bits(np.arange(len(block))) << bit_position
        for number, component in enumerate(scan.components):
            planes[component][block[component_of == number], 0] |= next_bit[component_of == number].astype(np.int16)
        return
    tables = [scan.huffman_table(table_id) for table_id in scan.table_ids]
    at = _dc_code_positions(component_of, tables, bits)
    for number, component in enumerate(scan.components):
        code_at = at[component_of == number]
        symbol = tables[number].symbol_lookup[bits.lookahead[code_at]]
        difference = bits.receive_and_extend(code_at + (symbol >> 8), (symbol & 15).astype(np.int64))
        planes[component][block[component_of == number], 0] = np.cumsum(difference) << bit_position


def _dc_code_positions(component_of: Ints, tables: list[HuffmanTable], bits: BitReader) -> Ints:
    """Where the code of each block's DC difference begins, in bits."""
    dc_bits = [table.dc_bits.data for table in tables]
    lookahead = bits.lookahead.data
    out, at = [], 0
    for number in component_of.tolist():
        out.append(at)
        step = dc_bits[number][lookahead[at]]
        if not step:
            raise NotPatchable(DAMAGED)
        at += step
    check_end(at, bits)
    return np.array(out, np.int64)


def _ac_first_pass(rows: Coefficients, band: Band, table: HuffmanTable, bits: BitReader) -> Coefficients:
    """The coefficients of a band that its first scan codes (T.81 G.1.2.2)."""
    active, at = _blocks_with_codes(len(rows), band, table, bits)
    out = np.zeros((len(rows), 65), np.int64)
    k = np.zeros(len(active), np.int64)
    width = band.last - band.first + 1
    while len(active):
        symbol = table.symbol_lookup[bits.lookahead[at]]
        size = (symbol & 15).astype(np.int64)
        run = (symbol >> 4 & 15).astype(np.int64)
        nonzero = size > 0
        k += run
        at += symbol >> 8
        out[active[nonzero], k[nonzero]] = bits.receive_and_extend(at[nonzero], size[nonzero]) << band.bit_position
        at += size
        k += 1
        stay = (nonzero | (run == 15)) & (k < width)
        active, k, at = active[stay], k[stay], at[stay]
    return out[:, :width].astype(np.int16)


def _blocks_with_codes(count: int, band: Band, table: HuffmanTable, bits: BitReader) -> tuple[Ints, Ints]:
    """The blocks that have codes of their own, and where these begin, in bits; EOB runs pass over the others."""
    multi_step, step, symbols = (t.data for t in (table.ac_multi_step, table.ac_step, table.symbol_lookup))
    lookahead = bits.lookahead.data
    blocks, positions = [], []
    width = band.last - band.first + 1
    block = at = 0
    while block < count:
        blocks.append(block)
        positions.append(at)
        k = 0
        while k < width:
            word = lookahead[at]
            code = multi_step[word]
            passed = code >> 6
            if k + passed % END_OF_BLOCK + passed // END_OF_BLOCK > width:  # codes of two blocks
                code = step[word]
                passed = code >> 6
            if passed == _EOBN:
                length, run = eob_run(symbols[word], lookahead, at)
                at += length
                block += run - 1
                break
            at += code & 63
            k += passed
        if width < k < END_OF_BLOCK or k > END_OF_BLOCK + width:
            raise NotPatchable(DAMAGED)
        block += 1
    check_end(at, bits)
    if block != count:
        raise NotPatchable(DAMAGED)
    return np.array(blocks, np.int64), np.array(positions, np.int64)
