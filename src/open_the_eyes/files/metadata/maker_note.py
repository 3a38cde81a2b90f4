"""The MakerNote tag of EXIF, whose value has to stay at its offset.

Many of them hold offsets that count from the beginning of the EXIF block or of the TIFF, and nobody but the maker
knows which bytes these are. So where tags are laid out anew, everything else is laid round the note.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ...errors import UnreadablePhoto
from ...photo import FileFacts, FileFormat
from .ifd import EXIF_IFD, MAKER_NOTE, Entry, Ifd, ifd_bytes, read_first_ifd, tiff_block, tiff_header
from .thumbnail import has_other_jpeg

NOTE_MOVED: Final = "The maker's notes in its EXIF had to move, and may not be readable any more."
NOTE_SHOWS_OLD_EYES: Final = "The maker's notes in its EXIF keep a small picture with the old eyes."
_TIFF_HEADER_BYTES: Final = 8
_MAX_GAP: Final = 65_536
"""Most bytes that are left empty to keep a note at its place, if that is more than a quarter of the rest."""


def maker_note_of(root: Ifd) -> Entry | None:
    """The entry; None where there is none, or one so short that it stands in the IFD itself."""
    exif_ifd = root.sub_ifds.get(EXIF_IFD)
    note = None if exif_ifd is None else exif_ifd.entries.get(MAKER_NOTE)
    return note if note is not None and len(note.raw) > 4 else None


def offsets_round_note(sizes: Sequence[int], note: range) -> list[int]:
    """Even offsets for pieces of these sizes, one behind the other from the TIFF header on, round the note's bytes."""
    found, at = [], _TIFF_HEADER_BYTES
    for size in sizes:
        if at < note.stop and at + size > note.start:
            at = note.stop + note.stop % 2
        found.append(at)
        at += size + size % 2
    return found


def fits_round_note(note: range, sizes: Sequence[int]) -> bool:
    """Whether the note can be there, without much empty room before it."""
    end = max(note.stop, offsets_round_note(sizes, note)[-1] + sizes[-1])
    empty = end - _TIFF_HEADER_BYTES - sum(size + size % 2 for size in sizes) - len(note)
    return note.start >= _TIFF_HEADER_BYTES and empty <= max(_MAX_GAP, sum(sizes) // 4)


def exif_round_note(root: Ifd, note_at: int, most: int) -> bytes:
    """A block of its own with the note at that position; where it would be longer than `most` bytes, anywhere."""
    note = maker_note_of(root)
    if note is None or note_at < _TIFF_HEADER_BYTES or note_at + len(note.raw) > most:
        return tiff_block(root)
    there = range(note_at, note_at + len(note.raw))
    size = len(ifd_bytes(root, _TIFF_HEADER_BYTES, (note, note_at)))
    at = offsets_round_note([size], there)[0]
    out = bytearray(max(at + size, there.stop))
    out[:_TIFF_HEADER_BYTES] = tiff_header(root.order, at)
    out[at : at + size] = ifd_bytes(root, at, (note, note_at))
    out[note_at : there.stop] = note.raw
    return bytes(out) if len(out) <= most else tiff_block(root)


def has_moved(facts: FileFacts, file_format: FileFormat, exif: bytes | None, data: bytes) -> bool:
    """Whether a written file has the source's note at another position.

    Args:
        exif: the block that went into it.
        data: the file.
    """
    before = _maker_note_in(facts.exif)
    after = _maker_note_in(data if file_format == "TIFF" else exif)
    if before is None or after is None:
        return False
    return after.at != (facts.encoding.note_at if facts.format == "TIFF" else before.at)


def shows_old_eyes(facts: FileFacts, file_format: FileFormat) -> bool:
    """Whether EXIF that goes into a file keeps a small picture of the source's that nobody can replace.

    Not all of them lie in the note itself; of tags that are laid out anew, nothing else of the kind is left.
    """
    if "TIFF" not in (facts.format, file_format):
        return has_other_jpeg(facts.exif)
    note = _maker_note_in(facts.exif)
    return note is not None and has_other_jpeg(note.raw)


def _maker_note_in(block: bytes | None) -> Entry | None:
    with suppress(UnreadablePhoto):
        return maker_note_of(read_first_ifd(block or b""))
    return None
