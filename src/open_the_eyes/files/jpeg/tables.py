"""The tables and the restart interval that marker segments define: ITU-T T.81 B.2.4."""

from __future__ import annotations

from collections.abc import Iterable

from ..parcel import u16
from .huffman import HuffmanTable, InvalidTable
from .markers import DHT, DQT, DRI
from .segments import Segment


def quantisation_tables(segments: Iterable[Segment]) -> dict[int, tuple[int, ...]]:
    """Destination (Tq) -> 64 step sizes in zigzag order; of two with one destination the later.

    Raises:
        InvalidTable: one that breaks off, or a step of 0.
    """
    tables: dict[int, tuple[int, ...]] = {}
    for payload in (s.payload for s in segments if s.marker == DQT):
        at = 0
        while at < len(payload):
            wide, number = payload[at] >> 4, payload[at] & 15
            raw = payload[at + 1 : at + 1 + 64 * (1 + wide)]
            if wide > 1 or len(raw) != 64 * (1 + wide):
                raise InvalidTable
            tables[number] = tuple(u16(raw, 2 * i) if wide else raw[i] for i in range(64))
            if 0 in tables[number]:
                raise InvalidTable
            at += 1 + len(raw)
    return tables


def huffman_tables(segments: Iterable[Segment]) -> dict[tuple[int, int], HuffmanTable]:
    """(class Tc, 0 for DC or 1 for AC; destination Th) -> table; of two with one destination the later.

    Raises:
        InvalidTable: one that breaks off or breaks the rules.
    """
    tables: dict[tuple[int, int], HuffmanTable] = {}
    for payload in (s.payload for s in segments if s.marker == DHT):
        at = 0
        while at < len(payload):
            counts = payload[at + 1 : at + 17]
            values = payload[at + 17 : at + 17 + sum(counts)]
            if len(counts) != 16 or len(values) != sum(counts):
                raise InvalidTable
            tables[payload[at] >> 4, payload[at] & 15] = HuffmanTable.of(counts, values)
            at += 17 + len(values)
    return tables


def restart_interval_of(segments: Iterable[Segment], before: int = 0) -> int:
    """Ri of the last DRI segment, in MCUs, 0 for none; `before` where there is no such segment."""
    intervals = [u16(s.payload, 0) for s in segments if s.marker == DRI and len(s.payload) == 2]
    return intervals[-1] if intervals else before
