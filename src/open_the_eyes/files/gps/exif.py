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
from .tags import is_sound, is_typical

_SUBDIRECTORIES: Final = 330
_THUMBNAIL_AT, _THUMBNAIL_LENGTH = 513, 514
_LEADING_ON: Final = (EXIF_IFD, INTEROP_IFD, _SUBDIRECTORIES)
_POSITIONS: Final = {3: ("H", 2), 8: ("h", 2), 4: ("I", 4), 9: ("i", 4), 13: ("I", 4)}
"""Kinds of values that are whole numbers: their code in `struct`, and their bytes."""
_MAX_PASSES: Final = 3
"""Most passes over the tables; more than one is needed only where tables lie in each other."""
_MAX_DIRECTORIES: Final = 500
"""Most directories that are read; cameras write about ten."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """One entry of a table: where it stands, its tag and kind, and where its value begins and ends.

    Args:
        whole: the value is inside the block, and its kind is known.
    """

    at: int
    tag: int
    kind: int
    start: int
    end: int
    whole: bool

    @property
    def apart(self) -> bool:
        """Whether the value stands outside the table."""
        return self.end - self.start > 4


_Tables = dict[int, list[_Slot]]
"""The slots of directories, by where the directories are."""
_Stretches = list[tuple[int, int]]
"""Beginnings and ends of pieces of the block."""


def without_place(exif: bytes) -> bytes | None:
    """The block without GPS directories, wherever they hang; None where it, or one of them, cannot be read whole."""
    for _ in range(_MAX_PASSES):
        try:
            order = byte_order_of(exif)
            tables = _tables(exif, u32(exif, 4, order), order)
            places = [slot for slots in tables.values() for slot in slots if slot.tag == GPS_IFD]
            if not places:
                return exif
            stretches = _stretches(exif, places, order)
            if _overlap(stretches, _other_stretches(exif, tables, order)):
                raise damaged("a GPS directory that claims the bytes of other tags")
            exif = _blanked(exif, tables, stretches, order)
        except PhotoError:
            return None
    return None


def _blanked(exif: bytes, tables: _Tables, stretches: _Stretches, order: str) -> bytes:
    """Zeros over stretches of the block, and its tables without GPS entries."""
    out = bytearray(exif)
    for start, end in stretches:
        out[start:end] = bytes(end - start)
    for at, slots in tables.items():
        if any(slot.tag == GPS_IFD for slot in slots):
            _close_up(out, exif, at, slots, order)
    return bytes(out)


def _tables(exif: bytes, first: int, order: str) -> _Tables:
    """All directories but GPS.

    Raises:
        UnreadablePhoto: the first one is not inside the block, they are too many, or they claim the same bytes over and
            over.
    """
    found: _Tables = {}
    ahead, room = [first], len(exif)
    while ahead:
        at = ahead.pop()
        slots = None if at in found else _slots(exif, at, order)
        if slots is None:
            continue
        if len(found) == _MAX_DIRECTORIES:
            raise _too_many()
        found[at] = slots
        leading = [slot for slot in slots if slot.tag in _LEADING_ON]
        room = _less(room, slots, leading)
        behind = at + 2 + 12 * len(slots)
        ahead += [u32(exif, behind, order)] if behind + 4 <= len(exif) else []
        ahead += _led_to(exif, leading, order)
    if first not in found:
        raise damaged("a directory of tags that is not in the block")
    return found


def _less(room: int, slots: list[_Slot], values: list[_Slot]) -> int:
    """What is left of a block's room after a table and some values.

    Raises:
        UnreadablePhoto: nothing is left.
    """
    room -= 2 + 12 * len(slots) + sum(slot.end - slot.start for slot in values)
    if room < 0:
        raise damaged("tags that claim the same bytes over and over")
    return room


def _slots(exif: bytes, at: int, order: str) -> list[_Slot] | None:
    """A directory's entries, None where it is not inside the block; a value outside it is none."""
    if at < 8 or at + 2 > len(exif) or at + 2 + 12 * u16(exif, at, order) > len(exif):
        return None
    end = at + 2 + 12 * u16(exif, at, order)
    slots = []
    for number, (tag, kind, count, position) in enumerate(struct.iter_unpack(order + "HHII", exif[at + 2 : end])):
        slot, length = at + 2 + 12 * number, TYPE_BYTES.get(kind, 0) * count
        start = slot + 8 if length <= 4 else position
        inside = start + length <= len(exif)
        end_of_value = start + length if inside else start
        slots.append(_Slot(slot, tag, kind, start, end_of_value, inside and (kind in TYPE_BYTES or not count)))
    return slots


def _led_to(exif: bytes, leading: list[_Slot], order: str) -> list[int]:
    """The positions that entries tell, ascending.

    Raises:
        UnreadablePhoto: they are too many.
    """
    found = {position for slot in leading for position in _positions(exif, slot, order)}
    if len(found) > _MAX_DIRECTORIES:
        raise _too_many()
    return sorted(found)


def _too_many() -> UnreadablePhoto:
    return damaged(f"it has more than {_MAX_DIRECTORIES} directories of tags")


def _positions(exif: bytes, slot: _Slot, order: str) -> tuple[int, ...]:
    """The positions that an entry tells; of a kind that is no whole number the one that its bytes would be."""
    code, size = _POSITIONS.get(slot.kind, ("I", 4))
    count = (slot.end - slot.start) // size if slot.kind in _POSITIONS else 0
    return struct.unpack_from(f"{order}{count}{code}", exif, slot.start) if count else (u32(exif, slot.at + 8, order),)


def _stretches(exif: bytes, places: list[_Slot], order: str) -> _Stretches:
    """Where GPS directories and their values begin and end; a pointer of 0 leads to none.

    Raises:
        UnreadablePhoto: they are too many, claim the same bytes over and over, or are damaged, so that what they told
            may be anywhere.
    """
    room = _less(len(exif), [], places)
    found = [(place.start, place.end) for place in places if place.apart]
    for at in _led_to(exif, [place for place in places if u32(exif, place.at + 8, order)], order):
        slots = _slots(exif, at, order)
        if slots is None or not all(_is_whole(exif, slot, order) for slot in slots):
            raise damaged("a GPS directory that is not in the block as a whole")
        end = at + 2 + 12 * len(slots)
        if _goes_on(exif, end, order) or (not slots and any(exif[end : end + 4])):
            raise damaged("a GPS directory of more tags than it says")
        room = _less(room, slots, [])
        found += [(at, end), *((slot.start, slot.end) for slot in slots if slot.apart)]
    return found


def _goes_on(exif: bytes, end: int, order: str) -> bool:
    """Whether an entry stands behind what a GPS directory says is its last one."""
    return end + 12 <= len(exif) and is_typical(*struct.unpack_from(order + "HHI", exif, end))


def _is_whole(exif: bytes, slot: _Slot, order: str) -> bool:
    """Whether an entry of a GPS directory tells all of its value, or is empty and tells of none."""
    _, _, count, position = struct.unpack_from(order + "HHII", exif, slot.at)
    return slot.whole and (is_sound(slot.tag, slot.kind, count) or not (slot.apart or position))


def _other_stretches(exif: bytes, tables: _Tables, order: str) -> _Stretches:
    """Where all directories but GPS, their values and thumbnails begin and end."""
    found = []
    for at, slots in tables.items():
        found += [(at, at + 2 + 12 * len(slots))]
        found += [(slot.start, slot.end) for slot in slots if slot.apart and slot.tag != GPS_IFD]
        values_by_tag = {slot.tag: u32(exif, slot.at + 8, order) for slot in slots}
        start, length = values_by_tag.get(_THUMBNAIL_AT, 0), values_by_tag.get(_THUMBNAIL_LENGTH, 0)
        found += [(start, start + length)] if length and start + length <= len(exif) else []
    return found


def _overlap(stretches: _Stretches, others: _Stretches) -> bool:
    """Whether one of the first stretches meets another one, or one of the others."""
    end_of_stretches = end_of_any = 0
    for start, end, is_other in sorted([(*one, False) for one in stretches] + [(*one, True) for one in others]):
        if start < (end_of_stretches if is_other else end_of_any):
            return True
        end_of_any = max(end, end_of_any)
        end_of_stretches = end_of_stretches if is_other else end
    return False


def _close_up(out: bytearray, exif: bytes, at: int, slots: list[_Slot], order: str) -> None:
    """A directory's table without its GPS entries; what stands behind them moves up."""
    kept = [exif[slot.at : slot.at + 12] for slot in slots if slot.tag != GPS_IFD]
    end = at + 2 + 12 * len(slots)
    table = struct.pack(order + "H", len(kept)) + b"".join(kept) + exif[end : end + 4]
    out[at : end + 4] = table.ljust(min(end + 4, len(exif)) - at, b"\0")
