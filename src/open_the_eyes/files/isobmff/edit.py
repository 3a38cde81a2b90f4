"""Two changes in a file of boxes that an encoder has written: the bytes of its EXIF, the colours of its picture.

ISO/IEC 14496-12: `iloc` as in 8.11.3, `infe` in 8.11.6, `colr` in 12.1.5. Only what encoders of still pictures write is
understood: items that lie in the file itself, in front of them one `meta`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from . import Nclx
from .boxes import BOX_HEADER, FULL_BOX_HEADER, Box, boxes, first_box, primary_associations, read_uint


@dataclass(frozen=True, slots=True)
class _Extent:
    """An extent of an item in `iloc`: where its offset and length stand, and of how many bytes these numbers are."""

    item: int
    base: int
    offset_at: int
    length_at: int
    offset_size: int
    length_size: int


def with_exif(data: bytes, exif: bytes) -> bytes:
    """The file with other bytes for its EXIF item, which lie at its end.

    Raises:
        ValueError: there is no such item.
    """
    out = bytearray(data)
    meta = first_box(out, b"meta", 0, len(out))
    items = _item_types(out, first_box(out, b"iinf", meta.start + FULL_BOX_HEADER, meta.end))
    item = next((item for item_type, item in items if item_type == b"Exif"), None)
    extent = next((extent for extent in _extents(out, meta) if extent.item == item), None)
    if extent is None:
        raise ValueError("expected a file of boxes with an EXIF item")
    payload = b"\0\0\0\0" + exif  # how far the TIFF header is from here
    _write_uint(out, extent.offset_at, extent.offset_size, len(out) + BOX_HEADER - extent.base)
    _write_uint(out, extent.length_at, extent.length_size, len(payload))
    return bytes(out) + struct.pack(">I", BOX_HEADER + len(payload)) + b"mdat" + payload


def with_colours(data: bytes, nclx: Nclx) -> bytes:
    """The file with a `colr` box of its primary picture, which has had none.

    Raises:
        ValueError: the file is not made as expected.
    """
    primaries, transfer, matrix, full = nclx
    return with_property(data, b"colr", struct.pack(">4s3HB", b"nclx", primaries, transfer, matrix, full << 7))


def with_property(data: bytes, box_type: bytes, payload: bytes) -> bytes:
    """The file with one more property of its primary item, behind the others.

    Raises:
        ValueError: the file is not made as expected.
    """
    out = bytearray(data)
    meta = first_box(out, b"meta", 0, len(out))
    iprp = first_box(out, b"iprp", meta.start + FULL_BOX_HEADER, meta.end)
    ipco = first_box(out, b"ipco", iprp.start + BOX_HEADER, iprp.end)
    associations = first_box(out, b"ipma", iprp.start + BOX_HEADER, iprp.end)
    index = sum(1 for _ in boxes(out, ipco.start + BOX_HEADER, ipco.end)) + 1
    entry = primary_associations(out, meta, iprp)
    box = struct.pack(">I4s", BOX_HEADER + len(payload), box_type) + payload
    association = index.to_bytes(entry.size, "big")
    for extent in _extents(out, meta):  # items lie behind `meta`, which grows
        offset = read_uint(out, extent.offset_at, extent.offset_size)
        _write_uint(out, extent.offset_at, extent.offset_size, offset + len(box) + len(association))
    out[entry.association_count_at] += 1
    _grow(out, ipco, len(box))
    _grow(out, associations, len(association))
    for parent in (iprp, meta):
        _grow(out, parent, len(box) + len(association))
    for at, new in sorted(((entry.end, association), (ipco.end, box)), reverse=True):
        out[at:at] = new
    return bytes(out)


def _item_types(data: bytearray, table: Box) -> Iterator[tuple[bytes, int]]:
    """Item type and item ID of every entry of `iinf`."""
    first = table.start + FULL_BOX_HEADER + (2 if data[table.start + BOX_HEADER] == 0 else 4)
    for box in boxes(data, first, table.end):
        size = 4 if data[box.start + BOX_HEADER] == 3 else 2
        at = box.start + FULL_BOX_HEADER
        item_type_at = at + size + 2  # behind item ID and protection index
        yield bytes(data[item_type_at : item_type_at + 4]), read_uint(data, at, size)


def _extents(data: bytearray, meta: Box) -> Iterator[_Extent]:
    """Every extent of every item that lies in the file itself (construction method 0)."""
    box = first_box(data, b"iloc", meta.start + FULL_BOX_HEADER, meta.end)
    version, at = data[box.start + BOX_HEADER], box.start + FULL_BOX_HEADER
    offset_size, length_size, base_size = data[at] >> 4, data[at] & 15, data[at + 1] >> 4
    index_size = data[at + 1] & 15 if version else 0
    id_size = 4 if version == 2 else 2
    items, at = read_uint(data, at + 2, id_size), at + 2 + id_size
    for _ in range(items):
        item, at = read_uint(data, at, id_size), at + id_size
        outside_file = version > 0 and data[at + 1] & 15 != 0
        at += (2 if version else 0) + 2
        base, at = read_uint(data, at, base_size), at + base_size
        extents, at = read_uint(data, at, 2), at + 2
        for _ in range(extents):
            offset_at = at + index_size
            if not outside_file:
                yield _Extent(item, base, offset_at, offset_at + offset_size, offset_size, length_size)
            at = offset_at + offset_size + length_size


def _grow(data: bytearray, box: Box, by: int) -> None:
    _write_uint(data, box.start, 4, box.end - box.start + by)


def _write_uint(data: bytearray, at: int, size: int, value: int) -> None:
    data[at : at + size] = value.to_bytes(size, "big")
