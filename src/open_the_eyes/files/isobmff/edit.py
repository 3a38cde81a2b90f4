"""Two changes in a file of boxes that an encoder has written: the bytes of its EXIF, the colours of its picture.

ISO/IEC 14496-12: `iloc` as in 8.11.3, `infe` in 8.11.6, `colr` in 12.1.5. Only what encoders of still pictures write is
understood: items that lie in the file itself, in front of them one `meta`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from . import Nclx
from .boxes import FULL_HEAD, HEAD, Box, boxes, number, only, primary_uses


@dataclass(frozen=True, slots=True)
class _Extent:
    """A piece of an item: where its offset and its length stand, and of how many bytes these numbers are."""

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
    meta = only(out, b"meta", 0, len(out))
    known = _items(out, only(out, b"iinf", meta.start + FULL_HEAD, meta.end))
    item = next((item for kind, item in known if kind == b"Exif"), None)
    extent = next((extent for extent in _extents(out, meta) if extent.item == item), None)
    if extent is None:
        raise ValueError("expected a file of boxes with an EXIF item")
    payload = b"\0\0\0\0" + exif  # how far the TIFF header is from here
    _put(out, extent.offset_at, extent.offset_size, len(out) + HEAD - extent.base)
    _put(out, extent.length_at, extent.length_size, len(payload))
    return bytes(out) + struct.pack(">I", HEAD + len(payload)) + b"mdat" + payload


def with_colours(data: bytes, nclx: Nclx) -> bytes:
    """The file with a box that tells the colours of its primary picture, which has told none.

    Raises:
        ValueError: the file is not made as expected.
    """
    primaries, transfer, matrix, full = nclx
    return with_property(data, b"colr", struct.pack(">4s3HB", b"nclx", primaries, transfer, matrix, full << 7))


def with_property(data: bytes, kind: bytes, payload: bytes) -> bytes:
    """The file with one more property of its primary picture, behind the others.

    Raises:
        ValueError: the file is not made as expected.
    """
    out = bytearray(data)
    meta = only(out, b"meta", 0, len(out))
    properties = only(out, b"iprp", meta.start + FULL_HEAD, meta.end)
    known = only(out, b"ipco", properties.start + HEAD, properties.end)
    uses = only(out, b"ipma", properties.start + HEAD, properties.end)
    index = sum(1 for _ in boxes(out, known.start + HEAD, known.end)) + 1
    entry = primary_uses(out, meta, properties)
    box = struct.pack(">I4s", HEAD + len(payload), kind) + payload
    use = index.to_bytes(entry.size, "big")
    for extent in _extents(out, meta):  # items lie behind `meta`, which grows
        offset = number(out, extent.offset_at, extent.offset_size)
        _put(out, extent.offset_at, extent.offset_size, offset + len(box) + len(use))
    out[entry.count_at] += 1
    _grow(out, known, len(box))
    _grow(out, uses, len(use))
    for around in (properties, meta):
        _grow(out, around, len(box) + len(use))
    for at, new in sorted(((entry.end, use), (known.end, box)), reverse=True):
        out[at:at] = new
    return bytes(out)


def _items(data: bytearray, table: Box) -> Iterator[tuple[bytes, int]]:
    """Kind and number of every item that `iinf` tells."""
    first = table.start + FULL_HEAD + (2 if data[table.start + HEAD] == 0 else 4)
    for box in boxes(data, first, table.end):
        size = 4 if data[box.start + HEAD] == 3 else 2
        at = box.start + FULL_HEAD
        kind_at = at + size + 2  # behind the number comes one of protection
        yield bytes(data[kind_at : kind_at + 4]), number(data, at, size)


def _extents(data: bytearray, meta: Box) -> Iterator[_Extent]:
    """Every piece of every item that lies in the file itself."""
    box = only(data, b"iloc", meta.start + FULL_HEAD, meta.end)
    version, at = data[box.start + HEAD], box.start + FULL_HEAD
    offset_size, length_size, base_size = data[at] >> 4, data[at] & 15, data[at + 1] >> 4
    index_size = data[at + 1] & 15 if version else 0
    id_size = 4 if version == 2 else 2
    items, at = number(data, at + 2, id_size), at + 2 + id_size
    for _ in range(items):
        item, at = number(data, at, id_size), at + id_size
        elsewhere = version > 0 and data[at + 1] & 15 != 0
        at += (2 if version else 0) + 2
        base, at = number(data, at, base_size), at + base_size
        pieces, at = number(data, at, 2), at + 2
        for _ in range(pieces):
            offset_at = at + index_size
            if not elsewhere:
                yield _Extent(item, base, offset_at, offset_at + offset_size, offset_size, length_size)
            at = offset_at + offset_size + length_size


def _grow(data: bytearray, box: Box, by: int) -> None:
    _put(data, box.start, 4, box.end - box.start + by)


def _put(data: bytearray, at: int, size: int, number: int) -> None:
    data[at : at + size] = number.to_bytes(size, "big")
