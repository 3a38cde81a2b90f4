"""What the frame and scan headers of a JPEG say about its blocks, or why they cannot be replaced one by one.

ITU-T T.81: frame header B.2.2, scan header B.2.3, the order of blocks A.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..parcel import u16
from .huffman import HuffmanTable, InvalidTable
from .markers import SOF0, SOF1, SOF2
from .segments import Segments
from .tables import huffman_tables, quantisation_tables, restart_interval_of

MISSING_TABLE: Final = "a table is missing or broken"
_MAX_BLOCKS_IN_MCU: Final = 10
_OTHER_PROCESSES: Final = {SOF2: "progressive", 0xC9: "arithmetic", 0xCA: "arithmetic"}


class NotPatchable(Exception):
    """This file's blocks cannot be replaced one by one; the text says why, to follow "reencoded: "."""


@dataclass(frozen=True, slots=True)
class FrameComponent:
    """A component as the frame header specifies it (T.81 B.2.2).

    Args:
        identifier: Ci.
        horizontal, vertical: sampling factors Hi and Vi: how many blocks of it one MCU has across and down.
        quantisation: the 64 step sizes of its quantisation table, in zigzag order.
    """

    identifier: int
    horizontal: int
    vertical: int
    quantisation: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanComponent(FrameComponent):
    """A component of a baseline scan, with the Huffman tables that the scan header selects (T.81 B.2.3)."""

    dc: HuffmanTable
    ac: HuffmanTable


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a frame in pixels, and its components: together they say where each block is in the picture."""

    size_wh: tuple[int, int]
    components: tuple[FrameComponent, ...]

    @property
    def mcu_wh(self) -> tuple[int, int]:
        """Pixels of one MCU."""
        return 8 * max(c.horizontal for c in self.components), 8 * max(c.vertical for c in self.components)

    @property
    def mcus_wh(self) -> tuple[int, int]:
        """MCUs of the frame across and down, those that its edge cuts included."""
        return -(-self.size_wh[0] // self.mcu_wh[0]), -(-self.size_wh[1] // self.mcu_wh[1])

    @property
    def mcu_membership(self) -> tuple[int, ...]:
        """Which component each block of an interleaved MCU belongs to, counted from 0 (T.81 A.2.3)."""
        return tuple(n for n, c in enumerate(self.components) for _ in range(c.horizontal * c.vertical))


@dataclass(frozen=True, slots=True)
class BaselineFrame(Frame):
    """A frame that one baseline scan codes.

    Args:
        restart_interval: MCUs between restart markers (Ri of DRI), 0 for none.
    """

    components: tuple[ScanComponent, ...]
    restart_interval: int


def baseline_frame_of(parts: Segments) -> tuple[BaselineFrame, int]:
    """The frame of a file of one baseline scan, and where in `parts.scans` the entropy-coded data begins.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, or a header that contradicts itself.
    """
    frame = frame_of(parts, markers=(SOF0, SOF1))
    length = u16(parts.scans, 2)
    scan = parts.scans[4 : 2 + length]
    identifiers = bytes(component.identifier for component in frame.components)
    if length < 6 or len(scan) != 4 + 2 * scan[0] or bytes(scan[1 : 1 + 2 * scan[0] : 2]) != identifiers:
        raise NotPatchable("several scans")
    selectors = scan[2 : 2 + 2 * len(identifiers) : 2]
    try:
        tables = huffman_tables(parts.header)
        components = tuple(
            ScanComponent(
                c.identifier, c.horizontal, c.vertical, c.quantisation, tables[0, td_ta >> 4], tables[1, td_ta & 15]
            )
            for c, td_ta in zip(frame.components, selectors, strict=True)
        )
    except (InvalidTable, KeyError):
        raise NotPatchable(MISSING_TABLE) from None
    if len(frame.mcu_membership) > _MAX_BLOCKS_IN_MCU:
        raise NotPatchable("too many blocks in one MCU")
    return BaselineFrame(frame.size_wh, components, restart_interval_of(parts.header)), 2 + length


def frame_of(parts: Segments, *, markers: tuple[int, ...]) -> Frame:
    """The frame of a file whose frame header has one of these markers (SOFn).

    Raises:
        NotPatchable: another marker, or a header that contradicts itself.
    """
    header = next((s for s in parts.header if s.is_frame_header), None)
    if header is None or header.marker not in markers:
        raise NotPatchable(_OTHER_PROCESSES.get(header.marker if header else 0, "an unusual form of JPEG"))
    specs = [header.payload[at : at + 3] for at in range(6, 6 + 3 * header.payload[5], 3)]
    factors = [(spec[1] >> 4, spec[1] & 15) for spec in specs]
    if len(specs) == 1:
        factors = [(1, 1)]  # a scan of one component has MCUs of one block
    if any(not (1 <= h <= 4 and 1 <= v <= 4) for h, v in factors):
        raise NotPatchable("impossible sampling factors")
    max_h, max_v = max(h for h, _ in factors), max(v for _, v in factors)
    if any(max_h % h or max_v % v for h, v in factors):
        raise NotPatchable("a fractional subsampling")
    try:
        tables = quantisation_tables(parts.header)
        components = tuple(
            FrameComponent(spec[0], *factor, tables[spec[2]]) for spec, factor in zip(specs, factors, strict=True)
        )
    except (InvalidTable, KeyError):
        raise NotPatchable(MISSING_TABLE) from None
    return Frame((u16(header.payload, 3), u16(header.payload, 1)), components)


def check_components(frame: Frame) -> None:
    """Refuses a picture that is neither grey nor of three colours.

    Raises:
        NotPatchable: another number of components than 1 or 3.
    """
    if len(frame.components) not in (1, 3):
        raise NotPatchable(f"{len(frame.components)} colours stored, which are not RGB")
