"""The coefficients of a progressive JPEG, out of its scans: ITU-T T.81 G.1.2 and G.2, read backwards.

Which bits are whose is told by going through the codes one after the other, in plain Python. The loops note places
only; the numbers at those places are read by numpy.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ..huffman import END, HuffmanTable
from ..layout import Grid, NotPatchable
from .bits import DAMAGED, Bits, Coefficients, check_end, run_of_ends
from .refining import refined
from .scans import RESTARTS, Band, Order, Scan, order_of

_OTHER: Final = 255
"""What `HuffmanTable.ac_step` says of a symbol that no baseline scan has: the end of several blocks, or no code."""


def coefficients(grid: Grid, scans: tuple[Scan, ...]) -> list[Coefficients]:
    """The coefficients of every component, (blocks, 64) in zigzag order each.

    Raises:
        NotPatchable: damaged data.
    """
    mcus = grid.mcus_wh[0] * grid.mcus_wh[1]
    planes: list[Coefficients] = [np.zeros((mcus * c.across * c.down, 64), np.int16) for c in grid.components]
    for scan in scans:
        order = order_of(scan, grid)
        pieces = order.pieces
        if len(pieces) != len(scan.pieces):
            raise NotPatchable(RESTARTS)
        for stuffed, blocks in zip(scan.pieces, pieces, strict=True):
            data = stuffed.replace(b"\xff\x00", b"\xff")
            bits = Bits(data)
            try:
                _read(planes, scan, order, blocks, bits)
            except IndexError:
                raise NotPatchable(DAMAGED) from None
    return planes


def _read(planes: list[Coefficients], scan: Scan, order: Order, blocks: slice, bits: Bits) -> None:
    band, slot, block = scan.band, order.slot[blocks], order.block[blocks]
    if band.is_dc:
        _read_dc(planes, scan, slot, block, bits)
        return
    plane = planes[scan.planes[0]]
    table = scan.table(scan.tables[0])
    rows = plane[block, band.first : band.last + 1]
    read = refined if band.refines else _brought
    plane[block, band.first : band.last + 1] = read(rows, band, table, bits)


def _read_dc(planes: list[Coefficients], scan: Scan, slot: Ints, block: Ints, bits: Bits) -> None:
    low = scan.band.low
    if scan.band.refines:
        brought = bits.single(np.arange(len(block))) << low
        for number, plane in enumerate(scan.planes):
            planes[plane][block[slot == number], 0] |= brought[slot == number].astype(np.int16)
        return
    tables = [scan.table(name) for name in scan.tables]
    at = _dc_places(slot, tables, bits)
    for number, plane in enumerate(scan.planes):
        here = at[slot == number]
        symbol = tables[number].symbols[bits.windows[here]]
        difference = bits.numbers(here + (symbol >> 8), (symbol & 15).astype(np.int64))
        planes[plane][block[slot == number], 0] = np.cumsum(difference) << low


def _dc_places(slot: Ints, tables: list[HuffmanTable], bits: Bits) -> Ints:
    """Where the code of each block's DC begins."""
    takes = [table.dc_bits.data for table in tables]
    windows = bits.windows.data
    out, at = [], 0
    for number in slot.tolist():
        out.append(at)
        step = takes[number][windows[at]]
        if not step:
            raise NotPatchable(DAMAGED)
        at += step
    check_end(at, bits)
    return np.array(out, np.int64)


def _brought(rows: Coefficients, band: Band, table: HuffmanTable, bits: Bits) -> Coefficients:
    """Coefficients that come for the first time."""
    numbers, at = _coded_blocks(len(rows), band, table, bits)
    out = np.zeros((len(rows), 65), np.int64)
    going, k = numbers, np.zeros(len(numbers), np.int64)
    width = band.last - band.first + 1
    while len(going):
        symbol = table.symbols[bits.windows[at]]
        size = (symbol & 15).astype(np.int64)
        run = (symbol >> 4 & 15).astype(np.int64)
        told = size > 0
        k += run
        at += symbol >> 8
        out[going[told], k[told]] = bits.numbers(at[told], size[told]) << band.low
        at += size
        k += 1
        stay = (told | (run == 15)) & (k < width)
        going, k, at = going[stay], k[stay], at[stay]
    return out[:, :width].astype(np.int16)


def _coded_blocks(count: int, band: Band, table: HuffmanTable, bits: Bits) -> tuple[Ints, Ints]:
    """The blocks that have codes of their own, and where these begin; the others are zero."""
    leap, step, symbols = (t.data for t in (table.ac_leap, table.ac_step, table.symbols))
    windows = bits.windows.data
    blocks, places = [], []
    width = band.last - band.first + 1
    block = at = 0
    while block < count:
        blocks.append(block)
        places.append(at)
        k = 0
        while k < width:
            word = windows[at]
            code = leap[word]
            passed = code >> 6
            if k + passed % END + passed // END > width:  # the codes of a leap belong to two blocks
                code = step[word]
                passed = code >> 6
            if passed == _OTHER:
                length, run = run_of_ends(symbols[word], windows, at)
                at += length
                block += run - 1
                break
            at += code & 63
            k += passed
        if width < k < END or k > END + width:
            raise NotPatchable(DAMAGED)
        block += 1
    check_end(at, bits)
    if block != count:
        raise NotPatchable(DAMAGED)
    return np.array(blocks, np.int64), np.array(places, np.int64)
