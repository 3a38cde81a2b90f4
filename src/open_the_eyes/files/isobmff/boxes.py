"""The boxes of a HEIC or AVIF, as far as they have to be understood: the primary picture and what is said of it.

ISO/IEC 14496-12: `pitm` as in 8.11.4, `iprp` with `ipco` and `ipma` in 8.11.14.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Data: TypeAlias = bytes | bytearray
HEAD: Final = 8
FULL_HEAD: Final = 12
"""Bytes of a box's head with version and flags."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box starts and ends, its head included."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Uses:
    """An item's entry in `ipma`: where it counts its properties, where it ends, how many bytes tell a property."""

    count_at: int
    end: int
    size: int


def boxes(data: Data, start: int, end: int) -> Iterator[Box]:
    """The boxes that lie there one after the other.

    Raises:
        ValueError: one reaches beyond the end.
    """
    while start + HEAD <= end:
        length = number(data, start, 4)
        if not HEAD <= length <= end - start:
            raise ValueError("expected boxes that lie in each other")
        yield Box(bytes(data[start + 4 : start + HEAD]), start, start + length)
        start += length


def only(data: Data, kind: bytes, start: int, end: int) -> Box:
    """The first box of a kind that lies there.

    Raises:
        ValueError: there is none.
    """
    found = next((box for box in boxes(data, start, end) if box.kind == kind), None)
    if found is None:
        raise ValueError(f"expected a box {kind.decode()}")
    return found


def number(data: Data, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def primary_uses(data: Data, meta: Box, properties: Box) -> Uses:
    """The primary picture's entry among those that have properties, `properties` being `iprp`.

    Raises:
        ValueError, IndexError: it has none, or the file is damaged.
    """
    pitm = only(data, b"pitm", meta.start + FULL_HEAD, meta.end)
    item = number(data, pitm.start + FULL_HEAD, 2 if data[pitm.start + HEAD] == 0 else 4)
    table = only(data, b"ipma", properties.start + HEAD, properties.end)
    version, wide = data[table.start + HEAD], data[table.start + HEAD + 3] & 1
    size, at = 1 + wide, table.start + FULL_HEAD + 4
    for _ in range(min(number(data, at - 4, 4), table.end - table.start)):
        id_size = 2 if version < 1 else 4
        count_at = at + id_size
        end = count_at + 1 + size * data[count_at]
        if number(data, at, id_size) == item:
            return Uses(count_at, end, size)
        at = end
    raise ValueError("expected the primary picture among those that have properties")


def primary_property(data: Data, kind: bytes) -> bytes | None:
    """What the first property of that kind says of the primary picture, None where it has no such property.

    Raises:
        ValueError, IndexError: the file is damaged.
    """
    return next(primary_properties(data, kind), None)


def primary_properties(data: Data, kind: bytes) -> Iterator[bytes]:
    """What each property of that kind says of the primary picture.

    Raises:
        ValueError, IndexError: the file is damaged.
    """
    meta = only(data, b"meta", 0, len(data))
    properties = only(data, b"iprp", meta.start + FULL_HEAD, meta.end)
    known = only(data, b"ipco", properties.start + HEAD, properties.end)
    listed = list(boxes(data, known.start + HEAD, known.end))
    uses = primary_uses(data, meta, properties)
    for at in range(uses.count_at + 1, uses.end, uses.size):
        index = number(data, at, uses.size) & (0x7F if uses.size == 1 else 0x7FFF)
        if 1 <= index <= len(listed) and listed[index - 1].kind == kind:
            yield bytes(data[listed[index - 1].start + HEAD : listed[index - 1].end])
