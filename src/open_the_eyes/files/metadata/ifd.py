"""TIFF directories, which EXIF blocks, TIFF files and JPEG's picture index are made of: read, and laid out again.

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

ITEM_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
"""Bytes of one value, by kind; 129 is UTF-8 (Exif 3.0, 4.6.2)."""
BYTE, SHORT, LONG, RATIONAL, UNDEFINED = 1, 3, 4, 5, 7
EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 34665, 34853, 40965
MAKER_NOTE: Final = 37500
POINTERS: Final = (EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY)
"""Tags that lead to further directories."""
_WORD_BYTES: Final = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
_ORDERS: Final = {b"II\x2a\x00": "<", b"MM\x00\x2a": ">"}
_MAX_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: its kind (SHORT, LONG, ...), its value as bytes, and where these were in the block they came from."""

    tag: int
    kind: int
    raw: bytes
    at: int = 0

    @property
    def count(self) -> int:
        return len(self.raw) // ITEM_BYTES[self.kind]

    def numbers(self, order: str) -> tuple[int, ...]:
        """The value as whole numbers; empty for kinds that are none."""
        code = {1: "B", 3: "H", 4: "I", 13: "I"}.get(self.kind)
        return struct.unpack(f"{order}{self.count}{code}", self.raw) if code else ()

    def in_order(self, source: str, target: str) -> Entry:
        """The same value in another byte order."""
        size = _WORD_BYTES.get(self.kind, 1)
        if source == target or size == 1:
            return self
        swapped = bytearray(len(self.raw))
        for i in range(size):
            swapped[i::size] = self.raw[size - 1 - i :: size]
        return replace(self, raw=bytes(swapped))


@dataclass(frozen=True, slots=True)
class Directory:
    """Tags by number, directories that hang from them, and where the next directory is (0: nowhere)."""

    order: str
    entries: Mapping[int, Entry]
    children: Mapping[int, Directory] = field(default_factory=dict)
    next: int = 0

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """A tag's whole numbers; the default where it is missing, empty or no whole number."""
        return (self.entries[tag].numbers(self.order) if tag in self.entries else ()) or default

    def number(self, tag: int, default: int) -> int:
        return (*self.numbers(tag), default)[0]

    def only(self, tags: Iterable[int]) -> Directory:
        """The directory with only these tags."""
        kept = set(tags)
        return replace(
            self,
            entries={t: e for t, e in self.entries.items() if t in kept},
            children={t: d for t, d in self.children.items() if t in kept},
        )

    def in_order(self, order: str) -> Directory:
        """The same values in another byte order."""
        return Directory(
            order,
            {t: e.in_order(self.order, order) for t, e in self.entries.items()},
            {t: d.in_order(order) for t, d in self.children.items()},
        )


def order_of(block: bytes) -> str:
    """What a block's byte order mark says, in `struct`'s words.

    Raises:
        UnreadablePhoto: no such mark.
    """
    order = _ORDERS.get(block[:4])
    if order is None or len(block) < 8:
        raise damaged("no byte order mark where a directory of tags should begin")
    return order


def read_root(block: bytes, depth: int = _MAX_DEPTH) -> Directory:
    """The first directory of a block that begins with a byte order mark.

    Raises:
        UnreadablePhoto: no such mark, or a directory that is not inside the block.
    """
    order = order_of(block)
    return read_directory(block, u32(block, 4, order), order, depth)


def read_directory(block: bytes, at: int, order: str, depth: int = _MAX_DEPTH) -> Directory:
    """A directory and, to a depth, its EXIF, GPS and interoperability children.

    Tags of a kind unknown or with a value outside the block, and children that are broken, are left out. All values
    together may not exceed the block, so that many tags cannot each claim the same large piece of it.

    Raises:
        UnreadablePhoto: the directory is not inside the block, or claims too much.
    """
    if at < 8 or at + 2 > len(block):
        raise damaged("a directory of tags that is not in the file")
    count = u16(block, at, order)
    if at + 2 + 12 * count > len(block):
        raise damaged("a directory of tags that reaches past the end")
    entries: dict[int, Entry] = {}
    room = len(block)
    for start in range(at + 2, at + 2 + 12 * count, 12):
        entry = _entry(block, start, order)
        if entry is not None and entry.tag not in entries:
            entries[entry.tag] = entry
            room -= len(entry.raw)
            if room < 0:
                raise damaged("tags that claim the same bytes over and over")
    children = {}
    for tag in POINTERS:
        if tag in entries and depth > 1:
            pointer = entries.pop(tag).numbers(order)
            with suppress(UnreadablePhoto):
                children[tag] = read_directory(block, pointer[0] if pointer else 0, order, depth - 1)
    end = at + 2 + 12 * count
    return Directory(order, entries, children, u32(block, end, order) if end + 4 <= len(block) else 0)


def laid_out(directory: Directory, at: int, apart: tuple[Entry, int] | None = None) -> bytes:
    """The bytes of a directory that will stand at an even position: table, long values, children; tags ascending.

    Args:
        apart: an entry whose value, of more than 4 bytes, the caller puts somewhere else, and where.
    """
    tags = sorted({*directory.entries, *directory.children})
    table, values = b"", bytearray()
    values_at = at + 2 + 12 * len(tags) + 4
    for tag in tags:
        if tag in directory.children:
            raw = struct.pack(directory.order + "I", values_at + len(values))
            values += laid_out(directory.children[tag], values_at + len(values), apart)
            kind, count = LONG, 1
        else:
            entry = directory.entries[tag]
            raw, kind, count = entry.raw, entry.kind, entry.count
            if apart is not None and entry is apart[0]:
                raw = struct.pack(directory.order + "I", apart[1])
            elif len(raw) > 4:
                raw = struct.pack(directory.order + "I", values_at + len(values))
                values += entry.raw + b"\0" * (len(entry.raw) % 2)
        table += struct.pack(directory.order + "HHI", tag, kind, count) + raw.ljust(4, b"\0")
    return struct.pack(directory.order + "H", len(tags)) + table + b"\0\0\0\0" + bytes(values)


def header(order: str, first_at: int) -> bytes:
    """The eight bytes a block begins with."""
    return (b"II\x2a\x00" if order == "<" else b"MM\x00\x2a") + struct.pack(order + "I", first_at)


def as_block(directory: Directory) -> bytes:
    """A directory as a block of its own, such as EXIF."""
    return header(directory.order, 8) + laid_out(directory, 8)


def _entry(block: bytes, start: int, order: str) -> Entry | None:
    tag, kind, count = struct.unpack_from(order + "HHI", block, start)
    if kind not in ITEM_BYTES:
        return None
    length = ITEM_BYTES[kind] * count
    at = start + 8 if length <= 4 else u32(block, start + 8, order)
    return Entry(tag, kind, block[at : at + length], at) if at + length <= len(block) else None
