"""Photoshop's own blocks in JPEG and TIFF: image resources, such as captions and a thumbnail, and a TIFF's layers.

Adobe Photoshop File Formats Specification, "Image Resource Blocks"; for the tags Adobe, "TIFF Technical Notes" (2002).
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ...errors import UnreadablePhoto
from ..jpeg.segments import MAX_PAYLOAD
from ..parcel import Blocks, u16, u32
from .exif import tag_numbers
from .ifd import read_first_ifd, tiff_block

THUMBNAILS: Final = frozenset({1033, 1036})
"""Resources that hold a small copy of the picture."""
IPTC_RESOURCE: Final = 1028
"""Resource that holds IPTC-IIM captions and keywords."""
IPTC_DIGEST_RESOURCE: Final = 1061
"""Resource that holds the digest of that one."""
EXIF_AND_XMP: Final = frozenset({1058, 1059, 1060})
"""Resources that hold another copy of EXIF and XMP."""

_APP13_IDENTIFIER: Final = b"Photoshop 3.0\0"
_SIGNATURES: Final = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")
RESOURCES_TAG: Final = 34377
LAYERS_TAG: Final = 37724


def has_image_resources(block: tuple[str, bytes]) -> bool:
    """Whether a JPEG's block holds image resources."""
    return block[0] == "APP13" and block[1].startswith(_APP13_IDENTIFIER)


def segments_without(blocks: Blocks, resources: frozenset[int]) -> Blocks:
    """A JPEG's blocks without these resources; byte for byte as they were when there are none.

    A resource may go on in the next segment.
    """
    places = [k for k, block in enumerate(blocks) if has_image_resources(block)]
    whole = joined_resources(blocks)
    kept = without_resources(whole, resources)
    if kept == whole:
        return blocks
    behind = tuple(block for k, block in enumerate(blocks) if k > places[0] and k not in places)
    return blocks[: places[0]] + segments_of(kept) + behind


def joined_resources(blocks: Blocks) -> bytes:
    """The resources of a JPEG's blocks, one behind the other."""
    return b"".join(block[1][len(_APP13_IDENTIFIER) :] for block in blocks if has_image_resources(block))


def resources_of_tags(tags: bytes | None) -> bytes:
    """The resources of a TIFF's tags; b"" without any."""
    with suppress(UnreadablePhoto):
        entry = read_first_ifd(tags or b"", depth=1).entries.get(RESOURCES_TAG)
        return b"" if entry is None else entry.raw
    return b""


def segments_of(resources: bytes) -> Blocks:
    """Resources as a JPEG's blocks."""
    room = MAX_PAYLOAD - len(_APP13_IDENTIFIER)
    return tuple(("APP13", _APP13_IDENTIFIER + resources[at : at + room]) for at in range(0, len(resources), room))


def tags_without(tags: bytes | None, resources: frozenset[int], *, layers: bool = False) -> bytes | None:
    """A TIFF's tags, as a block, without these resources, and if wanted without layers; as they were without any.

    Photoshop opens the layers where there are some, and not the flat picture beside them.
    """
    if not {LAYERS_TAG, RESOURCES_TAG} & tag_numbers(tags):
        return tags
    root = read_first_ifd(tags or b"")
    entries = dict(root.entries)
    if layers:
        entries.pop(LAYERS_TAG, None)
    if RESOURCES_TAG in entries:
        entry = entries.pop(RESOURCES_TAG)
        if kept := without_resources(entry.raw, resources):  # there is no tag without a value
            entries[RESOURCES_TAG] = replace(entry, raw=kept)
    return tags if entries == root.entries else tiff_block(replace(root, entries=entries))


def image_resource(number: int, content: bytes) -> bytes:
    """A resource without a name."""
    head = _SIGNATURES[0] + struct.pack(">HHI", number, 0, len(content))
    return head + content + b"\0" * (len(content) % 2)


def resource_data(resources: bytes, number: int) -> bytes:
    """What the first resource of a number holds; b"" without one."""
    at = 0
    while (end := _resource_end(resources, at)) is not None:
        if u16(resources, at + 4) == number:
            length_at = at + 6 + (resources[at + 6] + 2) // 2 * 2
            return resources[length_at + 4 : length_at + 4 + u32(resources, length_at)]
        at = end
    return b""


def without_resources(resources: bytes, removed: frozenset[int]) -> bytes:
    """Image resources without those of some numbers.

    What cannot be understood, and all behind it, stays: nobody else finds a picture in it either.
    """
    out, at = bytearray(), 0
    while (end := _resource_end(resources, at)) is not None:
        if u16(resources, at + 4) not in removed:
            out += resources[at:end]
        at = end
    return bytes(out + resources[at:])


def _resource_end(resources: bytes, at: int) -> int | None:
    """Where the resource that begins here ends: signature, number, name, length, content; the last two are padded."""
    if at + 12 > len(resources) or resources[at : at + 4] not in _SIGNATURES:
        return None
    length_at = at + 6 + (resources[at + 6] + 2) // 2 * 2
    if length_at + 4 > len(resources):
        return None
    length = u32(resources, length_at)
    end = length_at + 4 + length
    return None if end > len(resources) else min(end + length % 2, len(resources))
