"""The scans of a progressive JPEG: which coefficients each brings, to which bit, and its coded data.

ITU-T T.81: scan header B.2.3, what scans may follow which G.1.1.1, the order of blocks A.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ...parcel import u16
from ..huffman import HuffmanTable, NoSuchTable
from ..layout import MISSING_TABLE, Grid, NotPatchable, grid_of
from ..markers import DHT, DRI, EOI, RST0, SOF2, SOS
from ..segments import NEXT_MARKER, Segment, Segments
from ..tables import huffman_tables, restart_of

_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_MAX_LOW: Final = 13
RESTARTS: Final = "restart markers out of order"


@dataclass(frozen=True, slots=True)
class Band:
    """What a scan brings: coefficients `first` to `last` (zigzag), without their lowest `low` bits; it is the first to
    bring them where `refines` is False, else it brings one bit more."""

    first: int
    last: int
    low: int
    refines: bool

    @property
    def is_dc(self) -> bool:
        return self.first == 0


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan.

    Args:
        planes: the numbers of its components, counted from 0.
        tables: of each of these the Huffman table's name, (0 for DC or 1 for AC, number).
        known: the Huffman tables that were defined by then.
        restart: MCUs between restart markers, 0 for none.
        between: the segments that stand before its header, except Huffman tables.
        header: its header, marker included.
        pieces: its coded data between restart markers, stuffed.
    """

    planes: tuple[int, ...]
    band: Band
    tables: tuple[tuple[int, int], ...]
    known: dict[tuple[int, int], HuffmanTable]
    restart: int
    between: bytes
    header: bytes
    pieces: tuple[bytes, ...]

    def table(self, name: tuple[int, int]) -> HuffmanTable:
        """The Huffman table of that class (0 for DC, 1 for AC) and number.

        Raises:
            NotPatchable: there is none of that name.
        """
        if name not in self.known:
            raise NotPatchable(MISSING_TABLE)
        return self.known[name]


@dataclass(frozen=True, slots=True)
class Order:
    """Which blocks a scan goes through: of each the place of its component among the scan's, and its number in that
    component's plane; `restart` is the number of blocks between restart markers, all of them where there are none."""

    slot: Ints
    block: Ints
    restart: int

    @property
    def pieces(self) -> list[slice]:
        return [slice(at, min(at + self.restart, len(self.block))) for at in range(0, len(self.block), self.restart)]


def scans_of(parts: Segments) -> tuple[Grid, tuple[Scan, ...]]:
    """Where blocks are, and all scans of a file that ends with its picture.

    Raises:
        NotPatchable: a form of JPEG that is not progressive, a header that contradicts itself, scans that do not follow
            from one another or that leave bits out.
    """
    grid = grid_of(parts, frames=(SOF2,))
    try:
        scans = tuple(_scans(parts))
    except (NoSuchTable, IndexError):
        raise NotPatchable(MISSING_TABLE) from None
    _check(scans, len(grid.components))
    return grid, scans


def order_of(scan: Scan, grid: Grid) -> Order:
    """The blocks of a scan in their order; a scan of one component leaves out those beyond the picture's edge."""
    most_across, most_down = (n // 8 for n in grid.mcu_wh)
    mcus_across, mcus_down = grid.mcus_wh
    if len(scan.planes) == 1:
        plane = grid.components[scan.planes[0]]
        wide = _ceil(_ceil(grid.size_wh[0] * plane.across, most_across), 8)
        high = _ceil(_ceil(grid.size_wh[1] * plane.down, most_down), 8)
        block = np.arange(high)[:, None] * (mcus_across * plane.across) + np.arange(wide)
        return Order(np.zeros(block.size, np.int64), block.ravel(), scan.restart or block.size)
    order = order_of_mcus(scan.planes, grid)
    return replace(order, restart=scan.restart * (order.restart // (mcus_across * mcus_down)) or order.restart)


def order_of_mcus(planes: Sequence[int], grid: Grid) -> Order:
    """All blocks of several components, MCU by MCU."""
    mcus_across, mcus_down = grid.mcus_wh
    slots, blocks = [], []
    for slot, number in enumerate(planes):
        plane = grid.components[number]
        all_blocks = np.arange(mcus_across * mcus_down * plane.across * plane.down)
        shaped = all_blocks.reshape(mcus_down, plane.down, mcus_across, plane.across)
        blocks.append(shaped.transpose(0, 2, 1, 3).reshape(mcus_down * mcus_across, -1))
        slots.append(np.full_like(blocks[-1], slot))
    block = np.concatenate(blocks, axis=1).ravel()
    return Order(np.concatenate(slots, axis=1).ravel(), block, len(block))


def _ceil(number: int, divisor: int) -> int:
    return -(-number // divisor)


def _scans(parts: Segments) -> Iterator[Scan]:
    frame = next(s for s in parts.head if s.is_frame)
    numbers = [frame.payload[6 + 3 * n] for n in range(frame.payload[5])]
    known = huffman_tables(parts.head)
    restart = restart_of(parts.head)
    for between, header, body in _taken_apart(parts.scans):
        known = known | huffman_tables(between)
        restart = restart_of(between, restart)
        if any(s.marker not in (DHT, DRI) and not s.is_metadata for s in between):
            raise NotPatchable("tables that change between its scans")
        count = header[4]
        if len(header) != 8 + 2 * count:
            raise NotPatchable("a header that contradicts itself")
        chosen = [(header[5 + 2 * n], header[6 + 2 * n]) for n in range(count)]
        if any(number not in numbers for number, _ in chosen):
            raise NotPatchable("a header that contradicts itself")
        first, last, precision = header[-3:]
        yield Scan(
            tuple(numbers.index(number) for number, _ in chosen),
            Band(first, last, precision & 15, precision > 15),
            tuple((0, tables >> 4) if first == 0 else (1, tables & 15) for _, tables in chosen),
            known,
            restart,
            b"".join(bytes(s) for s in between if s.marker != DHT),
            header,
            _pieces(body),
        )


def _pieces(body: bytes) -> tuple[bytes, ...]:
    numbers = [found[0][1] for found in _RESTART.finditer(body)]
    if numbers != [RST0 + n % 8 for n in range(len(numbers))]:
        raise NotPatchable(RESTARTS)
    return tuple(_RESTART.split(body))


def _taken_apart(data: bytes) -> Iterator[tuple[tuple[Segment, ...], bytes, bytes]]:
    """The segments before each scan's header, the header with its marker, the coded data."""
    at = 0
    between: list[Segment] = []
    while data[at + 1] != EOI:
        length = u16(data, at + 2)
        end = at + 2 + length
        if data[at + 1] == SOS:
            header, following = data[at:end], _following(data, end)
            yield tuple(between), header, data[end:following]
            at, between = following, []
        else:
            between.append(Segment(data[at + 1], data[at + 4 : end]))
            at = _following(data, end)


def _following(data: bytes, at: int) -> int:
    """Where the next marker stands; bytes of ones that fill up before it belong to nothing."""
    found = NEXT_MARKER.search(data, at)
    if found is None:
        raise NotPatchable("damaged coded data")
    return found.start()


def _check(scans: Sequence[Scan], components: int) -> None:
    """Every coefficient comes once, and then bit for bit down to its last."""
    low = np.full((components, 64), -1)
    for scan in scans:
        band, here = scan.band, low[list(scan.planes), scan.band.first : scan.band.last + 1]
        shaped = band.first <= band.last < 64 and (band.last == 0 or (band.first > 0 and len(scan.planes) == 1))
        expected = band.low + 1 if band.refines else -1
        high_told = scan.header[-1] >> 4
        if not shaped or (here != expected).any() or band.low > _MAX_LOW or high_told != max(expected, 0):
            raise NotPatchable("scans in an unusual order")
        low[list(scan.planes), band.first : band.last + 1] = band.low
    if low.any():
        raise NotPatchable("scans that leave bits out")
