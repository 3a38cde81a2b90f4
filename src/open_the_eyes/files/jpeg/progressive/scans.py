"""The scans of a progressive JPEG: spectral selection, successive approximation and entropy-coded segments of each.

ITU-T T.81: scan header B.2.3, the progression of scans G.1.1.1, the order of blocks A.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ....imaging.arrays import Ints
from ...parcel import u16
from ..frame import MISSING_TABLE, Frame, NotPatchable, frame_of
from ..huffman import HuffmanTable, InvalidTable
from ..markers import DHT, DRI, EOI, RST0, SOF2, SOS
from ..segments import NEXT_MARKER, Segment, Segments
from ..tables import huffman_tables, restart_interval_of

_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_MAX_BIT_POSITION: Final = 13
"""Largest successive approximation bit position (T.81 table B.3)."""
RESTARTS_OUT_OF_ORDER: Final = "restart markers out of order"


@dataclass(frozen=True, slots=True)
class Band:
    """The spectral selection and successive approximation of a scan (T.81 B.2.3, G.1.1.1).

    Args:
        first, last: Ss and Se, the first and last coefficient of the band, in zigzag order.
        bit_position: Al, the successive approximation bit position low: the lowest bit that the scan codes.
        is_refinement: it codes that one bit of coefficients that earlier scans began; else it is their first scan.
    """

    first: int
    last: int
    bit_position: int
    is_refinement: bool

    @property
    def is_dc(self) -> bool:
        """Whether it is the band of the DC coefficient alone."""
        return self.first == 0


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan.

    Args:
        components: which of the frame's components it codes, counted from 0.
        table_ids: the Huffman table of each of these: (class Tc, 0 for DC or 1 for AC; destination Th).
        huffman_tables: by these, the Huffman tables that were defined by then.
        restart_interval: MCUs between restart markers (Ri of DRI), 0 for none.
        preceding_segments: the marker segments before its header, except Huffman tables.
        header: the scan header, with its marker.
        entropy_segments: the entropy-coded segments between restart markers, byte-stuffed.
    """

    components: tuple[int, ...]
    band: Band
    table_ids: tuple[tuple[int, int], ...]
    huffman_tables: dict[tuple[int, int], HuffmanTable]
    restart_interval: int
    preceding_segments: bytes
    header: bytes
    entropy_segments: tuple[bytes, ...]

    def huffman_table(self, table_id: tuple[int, int]) -> HuffmanTable:
        """The Huffman table of that class (0 for DC, 1 for AC) and destination.

        Raises:
            NotPatchable: none was defined.
        """
        if table_id not in self.huffman_tables:
            raise NotPatchable(MISSING_TABLE)
        return self.huffman_tables[table_id]


@dataclass(frozen=True, slots=True)
class BlockOrder:
    """The blocks of a scan in the order in which it codes them (T.81 A.2).

    Args:
        component: which of the scan's components each is of, counted from 0.
        block: its number in that component, row by row.
        interval_blocks: how many blocks a restart interval has; all of them where there are no restart markers.
    """

    component: Ints
    block: Ints
    interval_blocks: int

    @property
    def intervals(self) -> list[slice]:
        """The blocks of each restart interval."""
        count, step = len(self.block), self.interval_blocks
        return [slice(at, min(at + step, count)) for at in range(0, count, step)]


def scans_of(parts: Segments) -> tuple[Frame, tuple[Scan, ...]]:
    """The frame and all scans of a progressive file without a trailer.

    Raises:
        NotPatchable: a form of JPEG that is not progressive, a header that contradicts itself, scans that do not follow
            from one another or that leave bits out.
    """
    frame = frame_of(parts, markers=(SOF2,))
    try:
        scans = tuple(_scans(parts))
    except (InvalidTable, IndexError):
        raise NotPatchable(MISSING_TABLE) from None
    _check_progression(scans, len(frame.components))
    return frame, scans


def block_order(scan: Scan, frame: Frame) -> BlockOrder:
    """The order of a scan's blocks; a non-interleaved scan leaves out those beyond the picture's edge (T.81 A.2.2)."""
    max_horizontal, max_vertical = (n // 8 for n in frame.mcu_wh)
    mcus_across, mcus_down = frame.mcus_wh
    if len(scan.components) == 1:
        component = frame.components[scan.components[0]]
        wide = _ceil(_ceil(frame.size_wh[0] * component.horizontal, max_horizontal), 8)
        high = _ceil(_ceil(frame.size_wh[1] * component.vertical, max_vertical), 8)
        block = np.arange(high)[:, None] * (mcus_across * component.horizontal) + np.arange(wide)
        return BlockOrder(np.zeros(block.size, np.int64), block.ravel(), scan.restart_interval or block.size)
    order = interleaved_order(scan.components, frame)
    mcu_blocks = order.interval_blocks // (mcus_across * mcus_down)
    return replace(order, interval_blocks=scan.restart_interval * mcu_blocks or order.interval_blocks)


def interleaved_order(components: Sequence[int], frame: Frame) -> BlockOrder:
    """All blocks of several components, interleaved MCU by MCU (T.81 A.2.3)."""
    mcus_across, mcus_down = frame.mcus_wh
    of_component, blocks = [], []
    for number, component in enumerate(frame.components[n] for n in components):
        all_blocks = np.arange(mcus_across * mcus_down * component.horizontal * component.vertical)
        grid = all_blocks.reshape(mcus_down, component.vertical, mcus_across, component.horizontal)
        blocks.append(grid.transpose(0, 2, 1, 3).reshape(mcus_down * mcus_across, -1))
        of_component.append(np.full_like(blocks[-1], number))
    block = np.concatenate(blocks, axis=1).ravel()
    return BlockOrder(np.concatenate(of_component, axis=1).ravel(), block, len(block))


def _ceil(number: int, divisor: int) -> int:
    return -(-number // divisor)


def _scans(parts: Segments) -> Iterator[Scan]:
    frame_header = next(s for s in parts.header if s.is_frame_header).payload
    identifiers = [frame_header[6 + 3 * n] for n in range(frame_header[5])]
    huffman = huffman_tables(parts.header)
    restart_interval = restart_interval_of(parts.header)
    for preceding, header, data in _split_scans(parts.scans):
        huffman = huffman | huffman_tables(preceding)
        restart_interval = restart_interval_of(preceding, restart_interval)
        if any(s.marker not in (DHT, DRI) and not s.is_metadata for s in preceding):
            raise NotPatchable("tables that change between its scans")
        count = header[4]
        if len(header) != 8 + 2 * count:
            raise NotPatchable("a header that contradicts itself")
        selectors = [(header[5 + 2 * n], header[6 + 2 * n]) for n in range(count)]
        if any(identifier not in identifiers for identifier, _ in selectors):
            raise NotPatchable("a header that contradicts itself")
        first, last, approximation = header[-3:]
        yield Scan(
            tuple(identifiers.index(identifier) for identifier, _ in selectors),
            Band(first, last, approximation & 15, approximation > 15),
            tuple((0, tables >> 4) if first == 0 else (1, tables & 15) for _, tables in selectors),
            huffman,
            restart_interval,
            b"".join(bytes(s) for s in preceding if s.marker != DHT),
            header,
            _entropy_segments(data),
        )


def _entropy_segments(data: bytes) -> tuple[bytes, ...]:
    """A scan's entropy-coded data, cut at its restart markers."""
    markers = [found[0][1] for found in _RESTART.finditer(data)]
    if markers != [RST0 + n % 8 for n in range(len(markers))]:
        raise NotPatchable(RESTARTS_OUT_OF_ORDER)
    return tuple(_RESTART.split(data))


def _split_scans(data: bytes) -> Iterator[tuple[tuple[Segment, ...], bytes, bytes]]:
    """The marker segments before each scan header, the header with its marker, the entropy-coded data."""
    at = 0
    preceding: list[Segment] = []
    while data[at + 1] != EOI:
        length = u16(data, at + 2)
        end = at + 2 + length
        if data[at + 1] == SOS:
            header, following = data[at:end], _next_marker_at(data, end)
            yield tuple(preceding), header, data[end:following]
            at, preceding = following, []
        else:
            preceding.append(Segment(data[at + 1], data[at + 4 : end]))
            at = _next_marker_at(data, end)


def _next_marker_at(data: bytes, at: int) -> int:
    """Where the next marker stands; fill bytes before it (T.81 B.1.1.2) belong to nothing."""
    found = NEXT_MARKER.search(data, at)
    if found is None:
        raise NotPatchable("damaged coded data")
    return found.start()


def _check_progression(scans: Sequence[Scan], components: int) -> None:
    """Checks that every coefficient has one first scan and is then refined bit by bit down to bit 0 (T.81 G.1.1.1)."""
    bit_position = np.full((components, 64), -1)
    for scan in scans:
        band, so_far = scan.band, bit_position[list(scan.components), scan.band.first : scan.band.last + 1]
        is_valid = band.first <= band.last < 64 and (band.last == 0 or (band.first > 0 and len(scan.components) == 1))
        expected = band.bit_position + 1 if band.is_refinement else -1
        high = scan.header[-1] >> 4
        if (
            not is_valid
            or (so_far != expected).any()
            or high != max(expected, 0)
            or band.bit_position > _MAX_BIT_POSITION
        ):
            raise NotPatchable("scans in an unusual order")
        bit_position[list(scan.components), band.first : band.last + 1] = band.bit_position
    if bit_position.any():
        raise NotPatchable("scans that leave bits out")
