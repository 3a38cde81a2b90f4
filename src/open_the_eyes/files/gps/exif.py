"""Where a photo was taken, taken out of an EXIF block; nothing else of the block moves.

GPS directories are blanked and their entries closed up in place, so that positions in maker notes stay true.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from ...errors import PhotoError, UnreadablePhoto
from ..metadata.ifd import EXIF_IFD, GPS_IFD, INTEROP_IFD, TYPE_BYTES, byte_order_of
from ..parcel import damaged, u16, u32
from .tags import has_standard_length, looks_like_gps_entry

_SUB_IFDS: Final = 330
_JPEG_INTERCHANGE_FORMAT, _JPEG_INTERCHANGE_FORMAT_LENGTH = 513, 514
_POINTERS: Final = (EXIF_IFD, INTEROP_IFD, _SUB_IFDS)
_INTEGER_TYPES: Final = {3: ("H", 2), 8: ("h", 2), 4: ("I", 4), 9: ("i", 4), 13: ("I", 4)}
"""Field types that are whole numbers: their code in `struct`, and their bytes."""
_MAX_PASSES: Final = 3
"""Most passes over the IFDs; more than one is needed only where IFDs lie in each other."""
_MAX_IFDS: Final = 500
"""Most IFDs that are read; cameras write about ten."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An IFD entry: where it stands, its tag and field type, and where its value starts and ends.

    Args:
        is_readable: the value is inside the block, and its field type is known.
    """

    at: int
    tag: int
    field_type: int
    start: int
    end: int
    is_readable: bool

    @property
    def is_out_of_line(self) -> bool:
        """Whether the value stands outside the IFD, at an offset."""
        return self.end - self.start > 4


_Ifds = dict[int, list[_Entry]]
"""The entries of IFDs, by the offsets of the IFDs."""
_Ranges = list[tuple[int, int]]
"""Starts and ends of parts of the block."""


def without_place(exif: bytes) -> bytes | None:
    """The block without GPS directories, wherever they hang; None where it, or one of them, cannot be read whole."""
    for _ in range(_MAX_PASSES):
        try:
            order = byte_order_of(exif)
            ifds = _ifds(exif, u32(exif, 4, order), order)
            gps_entries = [entry for entries in ifds.values() for entry in entries if entry.tag == GPS_IFD]
            if not gps_entries:
                return exif
            ranges = _gps_ranges(exif, gps_entries, order)
            if _overlap(ranges, _other_ranges(exif, ifds, order)):
                raise damaged("a GPS directory that claims the bytes of other tags")
            exif = _with_zeros(exif, ifds, ranges, order)
        except PhotoError:
            return None
    return None


def _with_zeros(exif: bytes, ifds: _Ifds, ranges: _Ranges, order: str) -> bytes:
    """The block with zeros over these ranges, and its IFDs without GPS entries."""
    out = bytearray(exif)
    for start, end in ranges:
        out[start:end] = bytes(end - start)
    for at, entries in ifds.items():
        if any(entry.tag == GPS_IFD for entry in entries):
            _close_gaps(out, exif, at, entries, order)
    return bytes(out)


def _ifds(exif: bytes, first: int, order: str) -> _Ifds:
    """All IFDs but GPS.

    Raises:
        UnreadablePhoto: the first one is not inside the block, they are too many, or they claim the same bytes over and
            over.
    """
    found: _Ifds = {}
    pending, bytes_left = [first], len(exif)
    while pending:
        at = pending.pop()
        entries = None if at in found else _entries(exif, at, order)
        if entries is None:
            continue
        if len(found) == _MAX_IFDS:
            raise _too_many()
        found[at] = entries
        pointers = [entry for entry in entries if entry.tag in _POINTERS]
        bytes_left = _bytes_left(bytes_left, entries, pointers)
        behind = at + 2 + 12 * len(entries)
        pending += [u32(exif, behind, order)] if behind + 4 <= len(exif) else []
        pending += _pointed_to(exif, pointers, order)
    if first not in found:
        raise damaged("a directory of tags that is not in the block")
    return found


def _bytes_left(bytes_left: int, entries: list[_Entry], values: list[_Entry]) -> int:
    """How many bytes of a block are left after an IFD and some values.

    Raises:
        UnreadablePhoto: nothing is left.
    """
    bytes_left -= 2 + 12 * len(entries) + sum(entry.end - entry.start for entry in values)
    if bytes_left < 0:
        raise damaged("tags that claim the same bytes over and over")
    return bytes_left


def _entries(exif: bytes, at: int, order: str) -> list[_Entry] | None:
    """The entries of an IFD, None where it is not inside the block; a value outside the block counts as empty."""
    if at < 8 or at + 2 > len(exif) or at + 2 + 12 * u16(exif, at, order) > len(exif):
        return None
    end = at + 2 + 12 * u16(exif, at, order)
    entries = []
    for number, (tag, field_type, count, offset) in enumerate(struct.iter_unpack(order + "HHII", exif[at + 2 : end])):
        entry, length = at + 2 + 12 * number, TYPE_BYTES.get(field_type, 0) * count
        start = entry + 8 if length <= 4 else offset
        inside = start + length <= len(exif)
        end_of_value = start + length if inside else start
        entries.append(
            _Entry(entry, tag, field_type, start, end_of_value, inside and (field_type in TYPE_BYTES or not count))
        )
    return entries


def _pointed_to(exif: bytes, pointers: list[_Entry], order: str) -> list[int]:
    """The offsets that entries point to, ascending.

    Raises:
        UnreadablePhoto: they are too many.
    """
    found = {offset for entry in pointers for offset in _offsets(exif, entry, order)}
    if len(found) > _MAX_IFDS:
        raise _too_many()
    return sorted(found)


def _too_many() -> UnreadablePhoto:
    return damaged(f"it has more than {_MAX_IFDS} directories of tags")


def _offsets(exif: bytes, entry: _Entry, order: str) -> tuple[int, ...]:
    """The offsets that an entry points to; of a field type that is no whole number the one that its bytes would be."""
    code, size = _INTEGER_TYPES.get(entry.field_type, ("I", 4))
    count = (entry.end - entry.start) // size if entry.field_type in _INTEGER_TYPES else 0
    return (
        struct.unpack_from(f"{order}{count}{code}", exif, entry.start) if count else (u32(exif, entry.at + 8, order),)
    )


def _gps_ranges(exif: bytes, gps_entries: list[_Entry], order: str) -> _Ranges:
    """Where GPS IFDs and their values start and end; an offset of 0 points to none.

    Raises:
        UnreadablePhoto: they are too many, claim the same bytes over and over, or are damaged, so that what they told
            may be anywhere.
    """
    bytes_left = _bytes_left(len(exif), [], gps_entries)
    found = [(gps_entry.start, gps_entry.end) for gps_entry in gps_entries if gps_entry.is_out_of_line]
    for at in _pointed_to(exif, [gps_entry for gps_entry in gps_entries if u32(exif, gps_entry.at + 8, order)], order):
        entries = _entries(exif, at, order)
        if entries is None or not all(_is_complete(exif, entry, order) for entry in entries):
            raise damaged("a GPS directory that is not in the block as a whole")
        end = at + 2 + 12 * len(entries)
        if _has_more_entries(exif, end, order) or (not entries and any(exif[end : end + 4])):
            raise damaged("a GPS directory of more tags than it says")
        bytes_left = _bytes_left(bytes_left, entries, [])
        found += [(at, end), *((entry.start, entry.end) for entry in entries if entry.is_out_of_line)]
    return found


def _has_more_entries(exif: bytes, end: int, order: str) -> bool:
    """Whether an entry stands behind what a GPS IFD says is its last one."""
    return end + 12 <= len(exif) and looks_like_gps_entry(*struct.unpack_from(order + "HHI", exif, end))


def _is_complete(exif: bytes, entry: _Entry, order: str) -> bool:
    """Whether an entry of a GPS IFD has all of its value, or is empty."""
    _, _, count, offset = struct.unpack_from(order + "HHII", exif, entry.at)
    return entry.is_readable and (
        has_standard_length(entry.tag, entry.field_type, count) or not (entry.is_out_of_line or offset)
    )


def _other_ranges(exif: bytes, ifds: _Ifds, order: str) -> _Ranges:
    """Where all IFDs but GPS, their values and thumbnails start and end."""
    found = []
    for at, entries in ifds.items():
        found += [(at, at + 2 + 12 * len(entries))]
        found += [(entry.start, entry.end) for entry in entries if entry.is_out_of_line and entry.tag != GPS_IFD]
        values_by_tag = {entry.tag: u32(exif, entry.at + 8, order) for entry in entries}
        start, length = (
            values_by_tag.get(_JPEG_INTERCHANGE_FORMAT, 0),
            values_by_tag.get(_JPEG_INTERCHANGE_FORMAT_LENGTH, 0),
        )
        found += [(start, start + length)] if length and start + length <= len(exif) else []
    return found


def _overlap(ranges: _Ranges, others: _Ranges) -> bool:
    """Whether one of the first ranges overlaps another one, or one of the others."""
    end_of_ranges = end_of_any = 0
    for start, end, is_other in sorted([(*one, False) for one in ranges] + [(*one, True) for one in others]):
        if start < (end_of_ranges if is_other else end_of_any):
            return True
        end_of_any = max(end, end_of_any)
        end_of_ranges = end_of_ranges if is_other else end
    return False


def _close_gaps(out: bytearray, exif: bytes, at: int, entries: list[_Entry], order: str) -> None:
    """Writes an IFD without its GPS entries; the entries behind them move up."""
    kept = [exif[entry.at : entry.at + 12] for entry in entries if entry.tag != GPS_IFD]
    end = at + 2 + 12 * len(entries)
    table = struct.pack(order + "H", len(kept)) + b"".join(kept) + exif[end : end + 4]
    out[at : end + 4] = table.ljust(min(end + 4, len(exif)) - at, b"\0")
