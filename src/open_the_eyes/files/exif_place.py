"""Where a photo was taken, taken out of an EXIF block; nothing else of the block moves.

GPS directories are blanked and their entries closed up in place, so that positions in maker notes stay true.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from ..errors import PhotoError, UnreadablePhoto
from .ifd import EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY, ITEM_BYTES, order_of
from .parcel import damaged, u16, u32

_SUBDIRECTORIES: Final = 330
_LEADING_ON: Final = (EXIF_DIRECTORY, INTEROP_DIRECTORY, _SUBDIRECTORIES)
_POSITIONS: Final = {3: ("H", 2), 8: ("h", 2), 4: ("I", 4), 9: ("i", 4), 13: ("I", 4)}
"""Kinds that are whole numbers: how they are told, and in how many bytes."""
_MAX_PASSES: Final = 3
"""One is enough, but where tables lie in each other."""
_MAX_DIRECTORIES: Final = 500
"""Cameras write about ten."""


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


_Tables = dict[int, list[_Slot]]
"""The slots of directories, by where these are."""


def without_place(exif: bytes) -> bytes | None:
    """The block without GPS directories, wherever they hang; None where it, or one of them, cannot be read whole."""
    for _ in range(_MAX_PASSES):
        try:
            order = order_of(exif)
            tables = _tables(exif, u32(exif, 4, order), order)
            places = [slot for slots in tables.values() for slot in slots if slot.tag == GPS_DIRECTORY]
            if not places:
                return exif
            exif = _blanked(exif, tables, _stretches(exif, places, order), order)
        except PhotoError:
            return None
    return None


def _blanked(exif: bytes, tables: _Tables, stretches: list[tuple[int, int]], order: str) -> bytes:
    """Zeros over stretches of the block, and its tables without GPS entries."""
    out, done = bytearray(exif), 0
    for start, end in sorted(stretches):
        if end > done:
            out[max(start, done) : end] = bytes(end - max(start, done))
            done = end
    for at, slots in tables.items():
        if any(slot.tag == GPS_DIRECTORY for slot in slots):
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
    """The room that a table and some values leave of a block's.

    Raises:
        UnreadablePhoto: none.
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
        slot, length = at + 2 + 12 * number, ITEM_BYTES.get(kind, 0) * count
        start = slot + 8 if length <= 4 else position
        inside = start + length <= len(exif)
        end_of_value = start + length if inside else start
        slots.append(_Slot(slot, tag, kind, start, end_of_value, inside and (kind in ITEM_BYTES or not count)))
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


def _stretches(exif: bytes, places: list[_Slot], order: str) -> list[tuple[int, int]]:
    """Where GPS directories and their values begin and end.

    Raises:
        UnreadablePhoto: they are too many, claim the same bytes over and over, or are damaged, so that what they told
            may be anywhere.
    """
    room = _less(len(exif), [], places)
    found = [(place.start, place.end) for place in places]
    for at in _led_to(exif, places, order):
        slots = _slots(exif, at, order) if at else []
        if slots is None or not all(slot.whole for slot in slots):
            raise damaged("a GPS directory that is not in the block as a whole")
        room = _less(room, slots, [])
        found += [(at, at + 2 + 12 * len(slots)), *((slot.start, slot.end) for slot in slots)] if at else []
    return found


def _close_up(out: bytearray, exif: bytes, at: int, slots: list[_Slot], order: str) -> None:
    """A directory's table without its GPS entries; what stands behind them moves up."""
    kept = [exif[slot.at : slot.at + 12] for slot in slots if slot.tag != GPS_DIRECTORY]
    end = at + 2 + 12 * len(slots)
    table = struct.pack(order + "H", len(kept)) + b"".join(kept) + exif[end : end + 4]
    out[at : end + 4] = table.ljust(min(end + 4, len(exif)) - at, b"\0")
