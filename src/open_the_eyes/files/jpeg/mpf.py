"""The MP Index of a JPEG that holds several pictures (gain map, depth, stereo): its offsets have to fit the file.

CIPA DC-007, Multi-Picture Format. Phones put the picture that makes HDR shine behind the ordinary one, so dropping the
index would dull the photo. Between reading and writing the offsets count from the end of the first picture.
"""

from __future__ import annotations

import struct
from typing import Final

from ...errors import UnreadablePhoto
from ..metadata.ifd import read_first_ifd
from ..parcel import u32
from . import segments

_MP_ENTRY: Final = 0xB002
_ENTRY_BYTES: Final = 16


def with_offsets_moved(index: bytes, by: int, first_size: int) -> bytes | None:
    """The MP Index IFD with every Individual Image Data Offset moved `by` bytes, and the first picture's size set.

    None when it is broken or an offset would leave the file.

    Args:
        index: from its byte order mark on.
    """
    try:
        root = read_first_ifd(index, depth=1)
    except UnreadablePhoto:
        return None
    entry = root.entries.get(_MP_ENTRY)
    if entry is None or not entry.raw or len(entry.raw) % _ENTRY_BYTES:
        return None
    moved = bytearray(index)
    struct.pack_into(root.order + "I", moved, entry.at + 4, first_size)
    for at in range(entry.at + 8 + _ENTRY_BYTES, entry.at + len(entry.raw), _ENTRY_BYTES):
        position = u32(index, at, root.order) + by
        if not 0 <= position < 2**32:
            return None
        struct.pack_into(root.order + "I", moved, at, position)
    return bytes(moved)


def with_final_index(data: bytes, signed: bytes) -> bytes:
    """The file with an index that will be right once it is signed: `signed` shows how segments grow by that.

    A signature covers the index, so this cannot wait until it is there.
    """
    parts = segments.split(data)
    found = next((segment.payload for segment in parts.header if segments.is_mpf(segment)), None)
    if found is None or found not in signed:
        return data
    sizes = [len(file) - len(parts.trailer) for file in (data, signed)]
    before, behind = (size - file.index(found) for size, file in zip(sizes, (data, signed), strict=True))
    index = with_offsets_moved(found[len(segments.MPF) :], behind - before, sizes[1])
    return data if index is None else data.replace(found, segments.MPF + index, 1)
