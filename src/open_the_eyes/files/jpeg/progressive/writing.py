"""The scans of a progressive JPEG, out of its coefficients: ITU-T T.81 G.1.2."""

from __future__ import annotations

from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ..coefficients import MAX_AC_BITS, MAX_DC_BITS, magnitude_of, size_of
from ..layout import Grid, NotPatchable
from ..markers import DHT
from ..segments import Segment
from .bits import Coefficients
from .coding import PLAIN, Items, coded, tables_for
from .scans import Band, Scan, order_of

_MOST_ENDS: Final = 0x7FFF
_SIXTEEN_ZEROS: Final = 0xF0
_BLOCKS_AT_ONCE: Final = 1 << 16
"""Blocks after which a run of ended ones breaks, which costs some bits and saves most of the memory."""
_ROOM: Final = 128
"""Sort keys between one coefficient and the next: for its code, then for the corrections that go with it."""

_Keyed = tuple[Ints, Ints, Ints, Ints]
"""Sort key, symbol, number of the bits that follow, and these bits."""


def written(scan: Scan, grid: Grid, planes: list[Coefficients]) -> bytes:
    """A scan with all that stands before it, and Huffman tables of its own.

    Raises:
        NotPatchable: values that the standard has no code for.
    """
    order = order_of(scan, grid)
    pieces = [
        _dc_items(scan, order.slot[piece], order.block[piece], planes)
        if scan.band.is_dc
        else _ac_items(scan.band, planes[scan.planes[0]][order.block[piece]])
        for piece in order.pieces
    ]
    tables = tables_for(pieces, scan.tables)
    segments = [
        bytes(Segment(DHT, bytes([kind << 4 | number]) + table.counts + table.values))
        for (kind, number), table in tables.items()
    ]
    return b"".join((scan.between, *segments, scan.header, coded(pieces, scan.tables, tables)))


def _dc_items(scan: Scan, slot: Ints, block: Ints, planes: list[Coefficients]) -> Items:
    """Codes of the DC of blocks between two restart markers."""
    count = len(block)
    value, difference = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number, plane in enumerate(scan.planes):
        some = slot == number
        value[some] = planes[plane][block[some], 0] >> scan.band.low
        difference[some] = np.diff(value[some], prepend=0)
    if scan.band.refines:
        return Items.of(slot, np.full(count, PLAIN), np.ones(count, np.int64), value & 1)
    size = size_of(difference)
    if (size > MAX_DC_BITS).any():
        raise NotPatchable("a colour out of range")
    return Items.of(slot, size, size, magnitude_of(difference, size))


def _ac_items(band: Band, blocks: Coefficients) -> Items:
    """Codes of a band of blocks between two restart markers."""
    parts = []
    for at in range(0, len(blocks), _BLOCKS_AT_ONCE):
        rows = blocks[at : at + _BLOCKS_AT_ONCE, band.first : band.last + 1]
        rows = np.sign(rows) * (np.abs(rows) >> band.low)
        keyed = _refining(rows) if band.refines else _bringing(rows)
        key, symbol, size, value = (np.concatenate(part) for part in zip(*keyed, strict=True))
        order = np.argsort(key, kind="stable")
        parts.append(Items.of(np.zeros_like(order), symbol[order], size[order], value[order]))
    return Items.joined(parts)


def _bringing(rows: Coefficients) -> list[_Keyed]:
    """Codes of coefficients that come for the first time."""
    here = np.flatnonzero(rows)
    run = here - _since(here, rows.shape[1])
    value = rows.ravel()[here].astype(np.int64)
    size = size_of(value)
    if (size > MAX_AC_BITS).any():
        raise NotPatchable("a colour out of range")
    codes = here * _ROOM, (run & 15) << 4 | size, size, magnitude_of(value, size)
    return [_sixteens(_sixteenths(here - run, run)), codes, _ends(here, rows.shape)]


def _refining(rows: Coefficients) -> list[_Keyed]:
    """Codes of coefficients that become 1 or -1, and corrections of those that were not zero before.

    A correction comes behind the first code whose coefficient stands behind its own: the code of one that becomes 1 or
    -1, of sixteen zeros, or of the end of blocks.
    """
    width, values = rows.shape[1], rows.ravel()
    here, old = np.flatnonzero(np.abs(values) == 1), np.flatnonzero(np.abs(values) > 1)
    zeros = np.zeros(len(values) + 1, np.int32)
    np.cumsum(values == 0, out=zeros[1:])
    start = zeros[_since(here, width)].astype(np.int64)
    run = zeros[here] - start
    sixteenth = np.searchsorted(zeros, _sixteenths(start, run) + 1) - 1
    codes = here * _ROOM, (run & 15) << 4 | 1, np.ones_like(here), (values[here] > 0).astype(np.int64)
    anchors = np.append(np.sort(np.append(here, sixteenth), kind="stable"), len(values))
    anchor = anchors[np.searchsorted(anchors, old)]
    end = old // width * width + width - 1
    key = np.where(anchor <= end, anchor * _ROOM + 1, end * _ROOM + _ROOM - 1)
    corrections = key, np.full_like(old, PLAIN), np.ones_like(old), values[old].astype(np.int64) & 1
    return [_sixteens(sixteenth), codes, _ends(here, rows.shape), corrections]


def _since(here: Ints, width: int) -> Ints:
    """Behind the one before each in its block, or where the block begins."""
    return np.asarray(np.maximum(np.append(0, here[:-1] + 1)[: len(here)], here // width * width), np.int64)


def _sixteenths(start: Ints, run: Ints) -> Ints:
    """Each sixteenth of runs that begin with these."""
    times = run >> 4
    of = np.repeat(np.arange(len(run)), times)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    return np.asarray(start[of] + 16 * nth + 15)


def _sixteens(at: Ints) -> _Keyed:
    """A code for sixteen zeros, of which these are the last."""
    none = np.zeros_like(at)
    return at * _ROOM, none + _SIXTEEN_ZEROS, none, none


def _ends(here: Ints, shape: tuple[int, ...]) -> _Keyed:
    """A code for each run of blocks whose rest, or whole, has no more codes."""
    count, width = shape
    last = np.full(count, -1)
    np.maximum.at(last, here // width, here % width)
    ended = np.flatnonzero(last < width - 1)
    begins = (last[ended] >= 0) | (np.diff(ended, prepend=-2) > 1)
    place = np.arange(len(ended))
    since = place - np.maximum.accumulate(np.where(begins, place, 0))
    starts = np.flatnonzero(begins | (since % _MOST_ENDS == 0))
    length = np.diff(np.append(starts, len(ended)))
    exponent = np.frexp(length)[1].astype(np.int64) - 1
    key = ((ended[starts] + 1) * width - 1) * _ROOM + _ROOM - 2
    return key, exponent << 4, exponent, length - (1 << exponent)
