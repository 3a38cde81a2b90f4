"""What the header of a JPEG says about its blocks: enough to find one in the coded data, or why that cannot be done.

ITU-T T.81: frame header B.2.2, scan header B.2.3, tables B.2.4, the order of blocks A.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .jpeg_huffman import HuffmanTable, NoSuchTable
from .jpeg_segments import Segment, Segments
from .parcel import u16

_DHT, _DQT, _DRI = 0xC4, 0xDB, 0xDD
_MAX_BLOCKS_IN_MCU: Final = 10
_OTHER_FRAMES: Final = {0xC2: "progressive", 0xC3: "lossless", 0xC9: "arithmetic", 0xCA: "arithmetic", 0xCB: "lossless"}


class NotPatchable(Exception):
    """This file's blocks cannot be replaced one by one; the text says why, to follow "reencoded: "."""


@dataclass(frozen=True, slots=True)
class Component:
    """One colour plane.

    Args:
        across, down: blocks of it in one MCU.
        steps: the quantisation table, 64 steps in zigzag order.
    """

    number: int
    across: int
    down: int
    steps: tuple[int, ...]
    dc: HuffmanTable
    ac: HuffmanTable


@dataclass(frozen=True, slots=True)
class Layout:
    """Where blocks are: `restart` is the number of MCUs between restart markers, 0 for none."""

    size_wh: tuple[int, int]
    components: tuple[Component, ...]
    restart: int

    @property
    def mcu_wh(self) -> tuple[int, int]:
        """Pixels of one MCU."""
        return 8 * max(c.across for c in self.components), 8 * max(c.down for c in self.components)

    @property
    def mcus_wh(self) -> tuple[int, int]:
        return -(-self.size_wh[0] // self.mcu_wh[0]), -(-self.size_wh[1] // self.mcu_wh[1])

    @property
    def slots(self) -> tuple[int, ...]:
        """The number of the component that each block of an MCU belongs to."""
        return tuple(n for n, c in enumerate(self.components) for _ in range(c.across * c.down))


def layout_of(parts: Segments) -> tuple[Layout, int]:
    """The layout of a file of one baseline scan, and where in `parts.scans` the coded data begins.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, or a header that contradicts itself.
    """
    frame = next((s for s in parts.head if s.is_frame), None)
    if frame is None or frame.marker not in (0xC0, 0xC1):
        raise NotPatchable(_OTHER_FRAMES.get(frame.marker if frame else 0, "an unusual form of JPEG"))
    length = u16(parts.scans, 2)
    scan = parts.scans[4 : 2 + length]
    numbers, factors = _frame_components(frame)
    if length < 6 or len(scan) != 4 + 2 * scan[0] or bytes(scan[1 : 1 + 2 * scan[0] : 2]) != numbers:
        raise NotPatchable("several scans")
    try:
        components = _components(parts.head, numbers, factors, scan)
    except (NoSuchTable, KeyError):
        raise NotPatchable("a table is missing or broken") from None
    if sum(c.across * c.down for c in components) > _MAX_BLOCKS_IN_MCU:
        raise NotPatchable("too many blocks in one MCU")
    size_wh = u16(frame.payload, 3), u16(frame.payload, 1)
    return Layout(size_wh, components, _restart(parts.head)), 2 + length


def _frame_components(frame: Segment) -> tuple[bytes, list[tuple[int, int, int]]]:
    """The components' numbers; how many blocks across and down each has, and its quantisation table."""
    rows = [frame.payload[at : at + 3] for at in range(6, 6 + 3 * frame.payload[5], 3)]
    factors = [(row[1] >> 4, row[1] & 15, row[2]) for row in rows]
    if len(rows) == 1:
        factors = [(1, 1, factors[0][2])]  # a scan of one component has MCUs of one block
    if any(not (1 <= across <= 4 and 1 <= down <= 4) for across, down, _ in factors):
        raise NotPatchable("impossible sampling factors")
    most_across, most_down = max(a for a, _, _ in factors), max(d for _, d, _ in factors)
    if any(most_across % across or most_down % down for across, down, _ in factors):
        raise NotPatchable("a fractional subsampling")
    return bytes(row[0] for row in rows), factors


def _components(
    head: tuple[Segment, ...], numbers: bytes, factors: list[tuple[int, int, int]], scan: bytes
) -> tuple[Component, ...]:
    quantisation, huffman = _quantisation_tables(head), _huffman_tables(head)
    out = []
    for n, (number, (across, down, table)) in enumerate(zip(numbers, factors, strict=True)):
        chosen = scan[2 + 2 * n]
        dc, ac = huffman[0, chosen >> 4], huffman[1, chosen & 15]
        out.append(Component(number, across, down, quantisation[table], dc, ac))
    return tuple(out)


def _quantisation_tables(head: tuple[Segment, ...]) -> dict[int, tuple[int, ...]]:
    tables: dict[int, tuple[int, ...]] = {}
    for payload in (s.payload for s in head if s.marker == _DQT):
        at = 0
        while at < len(payload):
            wide, number = payload[at] >> 4, payload[at] & 15
            raw = payload[at + 1 : at + 1 + 64 * (1 + wide)]
            if wide > 1 or len(raw) != 64 * (1 + wide):
                raise NoSuchTable
            tables[number] = tuple(u16(raw, 2 * i) if wide else raw[i] for i in range(64))
            if 0 in tables[number]:
                raise NoSuchTable
            at += 1 + len(raw)
    return tables


def _huffman_tables(head: tuple[Segment, ...]) -> dict[tuple[int, int], HuffmanTable]:
    """(0 for DC or 1 for AC, number) -> table; of two under one name the later."""
    tables: dict[tuple[int, int], HuffmanTable] = {}
    for payload in (s.payload for s in head if s.marker == _DHT):
        at = 0
        while at < len(payload):
            counts = payload[at + 1 : at + 17]
            values = payload[at + 17 : at + 17 + sum(counts)]
            if len(counts) != 16 or len(values) != sum(counts):
                raise NoSuchTable
            tables[payload[at] >> 4, payload[at] & 15] = HuffmanTable.of(counts, values)
            at += 17 + len(values)
    return tables


def _restart(head: tuple[Segment, ...]) -> int:
    intervals = [u16(s.payload, 0) for s in head if s.marker == _DRI and len(s.payload) == 2]
    return intervals[-1] if intervals else 0
