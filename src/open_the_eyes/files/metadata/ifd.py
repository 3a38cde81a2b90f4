"""Image file directories (IFDs), which EXIF, TIFF files and the MP Index of JPEGs are made of: read and written.

TIFF 6.0 section 2. Values stay bytes in the block's own order, so that a tag nobody here knows survives unchanged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from ...errors import UnreadablePhoto
from ..parcel import damaged, u16, u32

TYPE_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
"""Bytes of one value, by field type; 129 is UTF-8 (Exif 3.0, 4.6.2)."""
BYTE, SHORT, LONG, RATIONAL, UNDEFINED = 1, 3, 4, 5, 7
EXIF_IFD, GPS_IFD, INTEROP_IFD = 34665, 34853, 40965
MAKER_NOTE: Final = 37500
POINTERS: Final = (EXIF_IFD, GPS_IFD, INTEROP_IFD)
"""Tags that point to further IFDs."""
_SWAPPED_BYTES: Final = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
_BYTE_ORDERS: Final = {b"II\x2a\x00": "<", b"MM\x00\x2a": ">"}
_MAX_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """An IFD entry.

    Args:
        field_type: BYTE, SHORT, LONG, ...
        raw: its values as bytes, in the block's byte order.
        at: where these were in the block they came from.
    """

    tag: int
    field_type: int
    raw: bytes
    at: int = 0

    @property
    def count(self) -> int:
        return len(self.raw) // TYPE_BYTES[self.field_type]

    def numbers(self, order: str) -> tuple[int, ...]:
        """The values as whole numbers; empty for field types that are none."""
        code = {1: "B", 3: "H", 4: "I", 13: "I"}.get(self.field_type)
        return struct.unpack(f"{order}{self.count}{code}", self.raw) if code else ()

    def in_order(self, source: str, target: str) -> Entry:
        """The same value in another byte order."""
        size = _SWAPPED_BYTES.get(self.field_type, 1)
        if source == target or size == 1:
            return self
        swapped = bytearray(len(self.raw))
        for i in range(size):
            swapped[i::size] = self.raw[size - 1 - i :: size]
        return replace(self, raw=bytes(swapped))


@dataclass(frozen=True, slots=True)
class Ifd:
    """An image file directory (TIFF 6.0 section 2).

    Args:
        order: byte order, "<" or ">" as in `struct`.
        entries, sub_ifds: by tag.
        next_ifd: the offset of the next IFD, 0 for none.
    """

    order: str
    entries: Mapping[int, Entry]
    sub_ifds: Mapping[int, Ifd] = field(default_factory=dict)
    next_ifd: int = 0

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """A tag's whole numbers; the default where it is missing, empty or no whole number."""
        return (self.entries[tag].numbers(self.order) if tag in self.entries else ()) or default

    def number(self, tag: int, default: int) -> int:
        return (*self.numbers(tag), default)[0]

    def only(self, tags: Iterable[int]) -> Ifd:
        """The IFD with only these tags."""
        kept = set(tags)
        return replace(
            self,
            entries={t: e for t, e in self.entries.items() if t in kept},
            sub_ifds={t: d for t, d in self.sub_ifds.items() if t in kept},
        )

    def in_order(self, order: str) -> Ifd:
        """The same values in another byte order."""
        return Ifd(
            order,
            {t: e.in_order(self.order, order) for t, e in self.entries.items()},
            {t: d.in_order(order) for t, d in self.sub_ifds.items()},
        )


def byte_order_of(block: bytes) -> str:
    """What a block's byte order mark says, in `struct`'s words.

    Raises:
        UnreadablePhoto: no such mark.
    """
    order = _BYTE_ORDERS.get(block[:4])
    if order is None or len(block) < 8:
        raise damaged("no byte order mark where a directory of tags should begin")
    return order


def read_first_ifd(block: bytes, depth: int = _MAX_DEPTH) -> Ifd:
    """The first IFD of a block that begins with a TIFF header.

    Raises:
        UnreadablePhoto: no such header, or an IFD that is not inside the block.
    """
    order = byte_order_of(block)
    return read_ifd(block, u32(block, 4, order), order, depth)


def read_ifd(block: bytes, at: int, order: str, depth: int = _MAX_DEPTH) -> Ifd:
    """An IFD and, to a depth, its EXIF, GPS and interoperability IFDs.

    Entries of an unknown field type or with a value outside the block, and broken sub-IFDs, are left out. All values
    together may not exceed the block, so that many tags cannot each claim the same large piece of it.

    Raises:
        UnreadablePhoto: the IFD is not inside the block, or claims too much.
    """
    if at < 8 or at + 2 > len(block):
        raise damaged("a directory of tags that is not in the file")
    count = u16(block, at, order)
    if at + 2 + 12 * count > len(block):
        raise damaged("a directory of tags that reaches past the end")
    entries: dict[int, Entry] = {}
    bytes_left = len(block)
    for start in range(at + 2, at + 2 + 12 * count, 12):
        entry = _entry(block, start, order)
        if entry is not None and entry.tag not in entries:
            entries[entry.tag] = entry
            bytes_left -= len(entry.raw)
            if bytes_left < 0:
                raise damaged("tags that claim the same bytes over and over")
    sub_ifds = {}
    for tag in POINTERS:
        if tag in entries and depth > 1:
            pointer = entries.pop(tag).numbers(order)
            with suppress(UnreadablePhoto):
                sub_ifds[tag] = read_ifd(block, pointer[0] if pointer else 0, order, depth - 1)
    end = at + 2 + 12 * count
    return Ifd(order, entries, sub_ifds, u32(block, end, order) if end + 4 <= len(block) else 0)


def ifd_bytes(ifd: Ifd, at: int, out_of_line: tuple[Entry, int] | None = None) -> bytes:
    """The bytes of an IFD that will stand at the even offset `at`: entries by tag, longer values, sub-IFDs.

    Args:
        out_of_line: an entry whose value, of more than 4 bytes, the caller puts somewhere else, and the offset there.
    """
    tags = sorted({*ifd.entries, *ifd.sub_ifds})
    table, values = b"", bytearray()
    values_at = at + 2 + 12 * len(tags) + 4
    for tag in tags:
        if tag in ifd.sub_ifds:
            raw = struct.pack(ifd.order + "I", values_at + len(values))
            values += ifd_bytes(ifd.sub_ifds[tag], values_at + len(values), out_of_line)
            field_type, count = LONG, 1
        else:
            entry = ifd.entries[tag]
            raw, field_type, count = entry.raw, entry.field_type, entry.count
            if out_of_line is not None and entry is out_of_line[0]:
                raw = struct.pack(ifd.order + "I", out_of_line[1])
            elif len(raw) > 4:
                raw = struct.pack(ifd.order + "I", values_at + len(values))
                values += entry.raw + b"\0" * (len(entry.raw) % 2)
        table += struct.pack(ifd.order + "HHI", tag, field_type, count) + raw.ljust(4, b"\0")
    return struct.pack(ifd.order + "H", len(tags)) + table + b"\0\0\0\0" + bytes(values)


def tiff_header(order: str, first_at: int) -> bytes:
    """The eight bytes of a TIFF header: byte order mark, 42, offset of the first IFD."""
    return (b"II\x2a\x00" if order == "<" else b"MM\x00\x2a") + struct.pack(order + "I", first_at)


def tiff_block(ifd: Ifd) -> bytes:
    """An IFD as a block of its own with a TIFF header, such as EXIF."""
    return tiff_header(ifd.order, 8) + ifd_bytes(ifd, 8)


def _entry(block: bytes, start: int, order: str) -> Entry | None:
    tag, field_type, count = struct.unpack_from(order + "HHI", block, start)
    if field_type not in TYPE_BYTES:
        return None
    length = TYPE_BYTES[field_type] * count
    at = start + 8 if length <= 4 else u32(block, start + 8, order)
    return Entry(tag, field_type, block[at : at + length], at) if at + length <= len(block) else None
