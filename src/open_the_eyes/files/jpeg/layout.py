"""What the header of a JPEG says about its blocks: enough to find one in the coded data, or why that cannot be done.

ITU-T T.81: frame header B.2.2, scan header B.2.3, the order of blocks A.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..parcel import u16
from .huffman import HuffmanTable, NoSuchTable
from .markers import SOF0, SOF1, SOF2
from .segments import Segments
from .tables import huffman_tables, quantisation_tables, restart_of

MISSING_TABLE: Final = "a table is missing or broken"
_MAX_BLOCKS_IN_MCU: Final = 10
_OTHER_FRAMES: Final = {SOF2: "progressive", 0xC9: "arithmetic", 0xCA: "arithmetic"}


class NotPatchable(Exception):
    """This file's blocks cannot be replaced one by one; the text says why, to follow "reencoded: "."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One colour plane.

    Args:
        across, down: blocks of it in one MCU.
        steps: the quantisation table, 64 steps in zigzag order.
    """

    number: int
    across: int
    down: int
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Component(Plane):
    """A colour plane of a baseline scan, with its Huffman tables."""

    dc: HuffmanTable
    ac: HuffmanTable


@dataclass(frozen=True, slots=True)
class Grid:
    """Where blocks are in the picture."""

    size_wh: tuple[int, int]
    components: tuple[Plane, ...]

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


@dataclass(frozen=True, slots=True)
class Layout(Grid):
    """Where blocks are in the picture and in the one scan of a baseline file.

    Args:
        restart: the number of MCUs between restart markers, 0 for none.
    """

    components: tuple[Component, ...]
    restart: int


def layout_of(parts: Segments) -> tuple[Layout, int]:
    """The layout of a file of one baseline scan, and where in `parts.scans` the coded data begins.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, or a header that contradicts itself.
    """
    grid = grid_of(parts, frames=(SOF0, SOF1))
    length = u16(parts.scans, 2)
    scan = parts.scans[4 : 2 + length]
    numbers = bytes(plane.number for plane in grid.components)
    if length < 6 or len(scan) != 4 + 2 * scan[0] or bytes(scan[1 : 1 + 2 * scan[0] : 2]) != numbers:
        raise NotPatchable("several scans")
    try:
        huffman = huffman_tables(parts.head)
        components = tuple(
            Component(p.number, p.across, p.down, p.steps, huffman[0, chosen >> 4], huffman[1, chosen & 15])
            for p, chosen in zip(grid.components, scan[2 : 2 + 2 * len(numbers) : 2], strict=True)
        )
    except (NoSuchTable, KeyError):
        raise NotPatchable(MISSING_TABLE) from None
    if len(grid.slots) > _MAX_BLOCKS_IN_MCU:
        raise NotPatchable("too many blocks in one MCU")
    return Layout(grid.size_wh, components, restart_of(parts.head)), 2 + length


def grid_of(parts: Segments, *, frames: tuple[int, ...]) -> Grid:
    """Where the blocks of a file are that has one of these kinds of frame.

    Raises:
        NotPatchable: another kind, or a header that contradicts itself.
    """
    frame = next((s for s in parts.head if s.is_frame), None)
    if frame is None or frame.marker not in frames:
        raise NotPatchable(_OTHER_FRAMES.get(frame.marker if frame else 0, "an unusual form of JPEG"))
    rows = [frame.payload[at : at + 3] for at in range(6, 6 + 3 * frame.payload[5], 3)]
    factors = [(row[1] >> 4, row[1] & 15) for row in rows]
    if len(rows) == 1:
        factors = [(1, 1)]  # a scan of one component has MCUs of one block
    if any(not (1 <= across <= 4 and 1 <= down <= 4) for across, down in factors):
        raise NotPatchable("impossible sampling factors")
    most_across, most_down = max(a for a, _ in factors), max(d for _, d in factors)
    if any(most_across % across or most_down % down for across, down in factors):
        raise NotPatchable("a fractional subsampling")
    try:
        steps = quantisation_tables(parts.head)
        planes = tuple(Plane(row[0], *factor, steps[row[2]]) for row, factor in zip(rows, factors, strict=True))
    except (NoSuchTable, KeyError):
        raise NotPatchable(MISSING_TABLE) from None
    return Grid((u16(frame.payload, 3), u16(frame.payload, 1)), planes)


def check_colours(grid: Grid) -> None:
    """Refuses a picture that is neither grey nor of three colours.

    Raises:
        NotPatchable: the components are neither grey nor three colours.
    """
    if len(grid.components) not in (1, 3):
        raise NotPatchable(f"{len(grid.components)} colours stored, which are not RGB")
