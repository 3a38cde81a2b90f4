"""The boxes of a HEIC or AVIF, as far as they have to be understood: the primary picture and what is said of it.

ISO/IEC 14496-12: `pitm` as in 8.11.4, `iprp` with `ipco` and `ipma` in 8.11.14.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Data: TypeAlias = bytes | bytearray
BOX_HEADER: Final = 8
"""Bytes of a box's header: size and type (ISO/IEC 14496-12, 4.2)."""
FULL_BOX_HEADER: Final = 12
"""Bytes of a full box's header, which has version and flags as well."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box starts and ends, its header included."""

    box_type: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PropertyAssociations:
    """An item's entry in `ipma` (ItemPropertyAssociationBox).

    Args:
        association_count_at: where it counts its associations.
        end: where it ends.
        size: bytes of each association: 1 or 2.
    """

    association_count_at: int
    end: int
    size: int


def boxes(data: Data, start: int, end: int) -> Iterator[Box]:
    """The boxes that lie there one after the other.

    Raises:
        ValueError: one reaches beyond the end.
    """
    while start + BOX_HEADER <= end:
        length = read_uint(data, start, 4)
        if not BOX_HEADER <= length <= end - start:
            raise ValueError("expected boxes that lie in each other")
        yield Box(bytes(data[start + 4 : start + BOX_HEADER]), start, start + length)
        start += length


def first_box(data: Data, box_type: bytes, start: int, end: int) -> Box:
    """The first box of a type that lies there.

    Raises:
        ValueError: there is none.
    """
    found = next((box for box in boxes(data, start, end) if box.box_type == box_type), None)
    if found is None:
        raise ValueError(f"expected a box {box_type.decode()}")
    return found


def read_uint(data: Data, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def primary_associations(data: Data, meta: Box, iprp: Box) -> PropertyAssociations:
    """The entry of the primary item (`pitm`) in `ipma`.

    Raises:
        ValueError, IndexError: it has none, or the file is damaged.
    """
    pitm = first_box(data, b"pitm", meta.start + FULL_BOX_HEADER, meta.end)
    item = read_uint(data, pitm.start + FULL_BOX_HEADER, 2 if data[pitm.start + BOX_HEADER] == 0 else 4)
    table = first_box(data, b"ipma", iprp.start + BOX_HEADER, iprp.end)
    version, wide = data[table.start + BOX_HEADER], data[table.start + BOX_HEADER + 3] & 1
    size, at = 1 + wide, table.start + FULL_BOX_HEADER + 4
    for _ in range(min(read_uint(data, at - 4, 4), table.end - table.start)):
        id_size = 2 if version < 1 else 4
        count_at = at + id_size
        end = count_at + 1 + size * data[count_at]
        if read_uint(data, at, id_size) == item:
            return PropertyAssociations(count_at, end, size)
        at = end
    raise ValueError("expected the primary picture among those that have properties")


def primary_property(data: Data, box_type: bytes) -> bytes | None:
    """The payload of the primary item's first property of that type, None where it has no such property.

    Raises:
        ValueError, IndexError: the file is damaged.
    """
    return next(primary_properties(data, box_type), None)


def primary_properties(data: Data, box_type: bytes) -> Iterator[bytes]:
    """The payload of each of the primary item's properties of that type.

    Raises:
        ValueError, IndexError: the file is damaged.
    """
    meta = first_box(data, b"meta", 0, len(data))
    iprp = first_box(data, b"iprp", meta.start + FULL_BOX_HEADER, meta.end)
    ipco = first_box(data, b"ipco", iprp.start + BOX_HEADER, iprp.end)
    in_ipco = list(boxes(data, ipco.start + BOX_HEADER, ipco.end))
    associations = primary_associations(data, meta, iprp)
    for at in range(associations.association_count_at + 1, associations.end, associations.size):
        index = read_uint(data, at, associations.size) & (0x7F if associations.size == 1 else 0x7FFF)
        if 1 <= index <= len(in_ipco) and in_ipco[index - 1].box_type == box_type:
            yield bytes(data[in_ipco[index - 1].start + BOX_HEADER : in_ipco[index - 1].end])
