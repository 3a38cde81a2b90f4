"""Two changes in a file of boxes that an encoder has written: the bytes of its EXIF, the colours of its picture.

ISO/IEC 14496-12: `iloc` as in 8.11.3, `infe` in 8.11.6, `iprp` in 8.11.14, `colr` in 12.1.5. Only what encoders of
still pictures write is understood: items that lie in the file itself, in front of them one `meta`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .isobmff import Nclx

_HEAD: Final = 8
_FULL_HEAD: Final = 12
"""With version and flags."""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


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
    meta = _only(out, b"meta", 0, len(out))
    known = _items(out, _only(out, b"iinf", meta.start + _FULL_HEAD, meta.end))
    item = next((number for kind, number in known if kind == b"Exif"), None)
    extent = next((extent for extent in _extents(out, meta) if extent.item == item), None)
    if extent is None:
        raise ValueError("expected a file of boxes with an EXIF item")
    payload = b"\0\0\0\0" + exif  # how far the TIFF header is from here
    _put(out, extent.offset_at, extent.offset_size, len(out) + _HEAD - extent.base)
    _put(out, extent.length_at, extent.length_size, len(payload))
    return bytes(out) + struct.pack(">I", _HEAD + len(payload)) + b"mdat" + payload


def with_colours(data: bytes, nclx: Nclx) -> bytes:
    """The file with a box that tells the colours of its primary picture, which has told none.

    Raises:
        ValueError: the file is not made as expected.
    """
    out = bytearray(data)
    meta = _only(out, b"meta", 0, len(out))
    inside = (meta.start + _FULL_HEAD, meta.end)
    primary = _number(out, _only(out, b"pitm", *inside).start + _FULL_HEAD, 2)
    properties = _only(out, b"iprp", *inside)
    known = _only(out, b"ipco", properties.start + _HEAD, properties.end)
    uses = _only(out, b"ipma", properties.start + _HEAD, properties.end)
    number = sum(1 for _ in _boxes(out, known.start + _HEAD, known.end)) + 1
    count_at, use_at, size = _uses_of(out, uses, primary)
    primaries, transfer, matrix, full = nclx
    colr = struct.pack(">I4s4s3HB", 19, b"colr", b"nclx", primaries, transfer, matrix, full << 7)
    use = number.to_bytes(size, "big")
    for extent in _extents(out, meta):  # items lie behind `meta`, which grows
        offset = _number(out, extent.offset_at, extent.offset_size)
        _put(out, extent.offset_at, extent.offset_size, offset + len(colr) + len(use))
    out[count_at] += 1
    _grow(out, known, len(colr))
    _grow(out, uses, len(use))
    for around in (properties, meta):
        _grow(out, around, len(colr) + len(use))
    for at, new in sorted(((use_at, use), (known.end, colr)), reverse=True):
        out[at:at] = new
    return bytes(out)


def _uses_of(data: bytearray, uses: _Box, item: int) -> tuple[int, int, int]:
    """Of an item's entry in `ipma`: where it counts its properties, where it ends, how many bytes tell a property."""
    version, wide = data[uses.start + _HEAD], data[uses.start + _HEAD + 3] & 1
    size, at = 1 + wide, uses.start + _FULL_HEAD + 4
    for _ in range(_number(data, at - 4, 4)):
        id_size = 2 if version < 1 else 4
        count_at = at + id_size
        end = count_at + 1 + size * data[count_at]
        if _number(data, at, id_size) == item:
            return count_at, end, size
        at = end
    raise ValueError("expected the primary picture among those that have properties")


def _items(data: bytearray, table: _Box) -> Iterator[tuple[bytes, int]]:
    """Kind and number of every item that `iinf` tells."""
    first = table.start + _FULL_HEAD + (2 if data[table.start + _HEAD] == 0 else 4)
    for box in _boxes(data, first, table.end):
        size = 4 if data[box.start + _HEAD] == 3 else 2
        at = box.start + _FULL_HEAD
        kind_at = at + size + 2  # behind the number comes one of protection
        yield bytes(data[kind_at : kind_at + 4]), _number(data, at, size)


def _extents(data: bytearray, meta: _Box) -> Iterator[_Extent]:
    """Every piece of every item that lies in the file itself."""
    box = _only(data, b"iloc", meta.start + _FULL_HEAD, meta.end)
    version, at = data[box.start + _HEAD], box.start + _FULL_HEAD
    offset_size, length_size, base_size = data[at] >> 4, data[at] & 15, data[at + 1] >> 4
    index_size = data[at + 1] & 15 if version else 0
    id_size = 4 if version == 2 else 2
    items, at = _number(data, at + 2, id_size), at + 2 + id_size
    for _ in range(items):
        item, at = _number(data, at, id_size), at + id_size
        elsewhere = version > 0 and data[at + 1] & 15 != 0
        at += (2 if version else 0) + 2
        base, at = _number(data, at, base_size), at + base_size
        pieces, at = _number(data, at, 2), at + 2
        for _ in range(pieces):
            offset_at = at + index_size
            if not elsewhere:
                yield _Extent(item, base, offset_at, offset_at + offset_size, offset_size, length_size)
            at = offset_at + offset_size + length_size


def _boxes(data: bytearray, start: int, end: int) -> Iterator[_Box]:
    while start + _HEAD <= end:
        length = _number(data, start, 4)
        if not _HEAD <= length <= end - start:
            raise ValueError("expected boxes that lie in each other")
        yield _Box(bytes(data[start + 4 : start + _HEAD]), start, start + length)
        start += length


def _only(data: bytearray, kind: bytes, start: int, end: int) -> _Box:
    found = next((box for box in _boxes(data, start, end) if box.kind == kind), None)
    if found is None:
        raise ValueError(f"expected a box {kind.decode()}")
    return found


def _grow(data: bytearray, box: _Box, by: int) -> None:
    _put(data, box.start, 4, box.end - box.start + by)


def _number(data: bytearray, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _put(data: bytearray, at: int, size: int, number: int) -> None:
    data[at : at + size] = number.to_bytes(size, "big")
