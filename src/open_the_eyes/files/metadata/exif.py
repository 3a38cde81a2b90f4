"""The little that has to be understood of an EXIF block: which way up the picture is, and what belongs in one."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Final

from ...errors import UnreadablePhoto
from ...photo import FileFormat, Photo
from ..formats import TRAITS
from ..parcel import u16, u32
from .ifd import EXIF_IFD, INTEROP_IFD, POINTERS, SHORT, Entry, Ifd, read_first_ifd, tiff_block
from .maker_note import exif_round_note

_ORIENTATION: Final = 274
_INTEROPERABILITY_INDEX: Final = 1
_DATE_TIME_ORIGINAL, _SUB_SEC_TIME_ORIGINAL = 36867, 37521
_APP1_IDENTIFIER: Final = b"Exif\0\0"
_FIRST_PRIVATE_TAG: Final = 32768
_MAX_JPEG_EXIF: Final = 65_527
"""Largest EXIF of a JPEG, bytes."""
IPTC_TAG: Final = 33723
_COPYRIGHT, _PRINT_IMAGE_MATCHING = 33432, 50341
_XP_TAGS: Final = range(40091, 40096)
"""Tags XPTitle, XPComment, XPAuthor, XPKeywords and XPSubject, in which Windows keeps texts."""
_READ_FROM_EXIF: Final = {_COPYRIGHT, IPTC_TAG, _PRINT_IMAGE_MATCHING, *_XP_TAGS}
EMPTY_EXIF: Final = b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0"
"""An EXIF block without any tag."""


def without_exif_prefix(exif: bytes | None) -> bytes | None:
    """EXIF without the identifier of JPEG's APP1 segment, which is met elsewhere too; None for an empty block."""
    return (exif or b"").removeprefix(_APP1_IDENTIFIER) or None


def orientation_of(exif: bytes | None) -> int:
    """EXIF orientation 1..8; 1 where nothing sensible is said, for a broken block is no reason to refuse a photo."""
    entry, order = _orientation(exif)
    value = entry.numbers(order)[0] if entry else 1
    return value if 1 <= value <= 8 else 1


def with_upright_orientation(exif: bytes | None) -> bytes | None:
    """The same block, byte for byte, but for an orientation that says the pixels are upright."""
    entry, order = _orientation(exif)
    if exif is None or entry is None:
        return exif
    return exif[: entry.at] + struct.pack(order + "H", 1) + exif[entry.at + 2 :]


def with_orientation(orientation: int, exif: bytes | None) -> bytes | None:
    """The block, or one with no other tag than the orientation where it tells another one."""
    if orientation_of(exif) == orientation:
        return exif
    return tiff_block(Ifd("<", {_ORIENTATION: Entry(_ORIENTATION, SHORT, struct.pack("<H", orientation))}))


def from_tiff(tags: bytes | None, file_format: FileFormat | None = None, note_at: int = 0) -> bytes | None:
    """Of a TIFF's tags those that readers of EXIF look for, with the maker's note at its place in 64 KB.

    Private ones, such as layers and Photoshop's resources, may be larger than the picture, and past 64 KB nobody reads
    a JPEG's EXIF. Nor do they look there for captions (`iptc`).
    """
    if tags is None:
        return None
    root = read_first_ifd(tags)
    elsewhere = {IPTC_TAG} if file_format == "JPEG" else set()
    kept = root.only({*root.entries, *root.sub_ifds} - private_tags(tags) - elsewhere)
    return exif_round_note(kept, note_at, _MAX_JPEG_EXIF) if kept.entries or kept.sub_ifds else None


def without_iptc(exif: bytes | None) -> bytes | None:
    """The block without the IPTC tag, which nobody looks for in a JPEG's EXIF; nothing else of it moves but the entries
    behind, in their IFD."""
    if exif is None or IPTC_TAG not in tag_numbers(exif):
        return exif
    root = read_first_ifd(exif, depth=1)
    at, captions, out = u32(exif, 4, root.order), root.entries[IPTC_TAG], bytearray(exif)
    out[captions.at : captions.at + len(captions.raw)] = bytes(len(captions.raw))
    end = at + 2 + 12 * u16(exif, at, root.order)
    slots = [exif[slot : slot + 12] for slot in range(at + 2, end, 12) if u16(exif, slot, root.order) != IPTC_TAG]
    table = struct.pack(root.order + "H", len(slots)) + b"".join(slots) + exif[end : end + 4]
    out[at : end + 4] = table.ljust(min(end + 4, len(exif)) - at, b"\0")
    return bytes(out)


def private_tags(tags: bytes | None) -> frozenset[int]:
    """The private tags (32768 and up) of a TIFF that do not go into another format's EXIF."""
    return frozenset(tag for tag in tag_numbers(tags) if tag >= _FIRST_PRIVATE_TAG) - _READ_FROM_EXIF


def is_adobe_rgb(exif: bytes | None) -> bool:
    """Whether a camera says so in place of a profile: by the name R03, as DCF 2.0 has it."""
    with suppress(UnreadablePhoto):
        exif_ifd = read_first_ifd(exif or b"").sub_ifds.get(EXIF_IFD)
        interop_ifd = None if exif_ifd is None else exif_ifd.sub_ifds.get(INTEROP_IFD)
        name = None if interop_ifd is None else interop_ifd.entries.get(_INTEROPERABILITY_INDEX)
        return name is not None and name.raw.startswith(b"R03")
    return False


def taken_at(photo: Photo) -> tuple[bytes, ...]:
    """When a photo was taken, and which part of that second it was, as its camera says; as much as it does."""
    exif = None if photo.file is None else photo.file.exif
    with suppress(UnreadablePhoto):
        exif_ifd = read_first_ifd(exif or b"").sub_ifds.get(EXIF_IFD)
        if exif_ifd is not None:
            tags = (exif_ifd.entries.get(tag) for tag in (_DATE_TIME_ORIGINAL, _SUB_SEC_TIME_ORIGINAL))
            return tuple(entry.raw.rstrip(b"\0 ") for entry in tags if entry is not None)
    return ()


def readable_exif(exif: bytes | None, file_format: FileFormat) -> bytes | None:
    """The block; None where it cannot be read and the format needs one that can."""
    if not TRAITS[file_format].strict_exif:
        return exif
    with suppress(UnreadablePhoto):
        read_first_ifd(exif or b"")
        return exif
    return None


def tag_numbers(exif: bytes | None) -> frozenset[int]:
    """The tags of the first IFD, without those that point to others; none of a block that cannot be read."""
    with suppress(UnreadablePhoto):
        return frozenset(read_first_ifd(exif or b"", depth=1).entries) - {*POINTERS}
    return frozenset()


def _orientation(exif: bytes | None) -> tuple[Entry | None, str]:
    if exif is None:
        return None, "<"
    try:
        root = read_first_ifd(exif, depth=1)
    except UnreadablePhoto:
        return None, "<"
    entry = root.entries.get(_ORIENTATION)
    return (entry if entry is not None and entry.field_type == SHORT and entry.count >= 1 else None), root.order
