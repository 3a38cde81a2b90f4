"""The maker's notes in EXIF, which have to stay where they are.

Many of them hold positions that count from the beginning of the EXIF block or of the TIFF, and nobody but the maker
knows which bytes these are. So where tags are laid out anew, everything else is laid round the note.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ...errors import UnreadablePhoto
from ...photo import FileFacts, FileFormat
from .ifd import EXIF_DIRECTORY, MAKER_NOTE, Directory, Entry, as_block, header, laid_out, read_root
from .thumbnail import has_another

MOVED: Final = "The maker's notes in its EXIF had to move, and may not be readable any more."
SHOWS: Final = "The maker's notes in its EXIF keep a small picture with the old eyes."
_HEADER: Final = 8
_MOST_EMPTY: Final = 65_536
"""Most bytes that are left empty to keep a note at its place, if that is more than a quarter of the rest."""


def note_of(root: Directory) -> Entry | None:
    """The note; None where there is none, or one so short that it stands in the directory itself."""
    camera = root.children.get(EXIF_DIRECTORY)
    note = None if camera is None else camera.entries.get(MAKER_NOTE)
    return note if note is not None and len(note.raw) > 4 else None


def places(sizes: Sequence[int], note: range) -> list[int]:
    """Even positions for pieces of these sizes, one behind the other from the header on, round the note's bytes."""
    found, at = [], _HEADER
    for size in sizes:
        if at < note.stop and at + size > note.start:
            at = note.stop + note.stop % 2
        found.append(at)
        at += size + size % 2
    return found


def can_stand(note: range, sizes: Sequence[int]) -> bool:
    """Whether the note can be there, without much empty room before it."""
    end = max(note.stop, places(sizes, note)[-1] + sizes[-1])
    empty = end - _HEADER - sum(size + size % 2 for size in sizes) - len(note)
    return note.start >= _HEADER and empty <= max(_MOST_EMPTY, sum(sizes) // 4)


def block_round(root: Directory, note_at: int, most: int) -> bytes:
    """A block of its own with the note at that position; where it would be longer than `most` bytes, anywhere."""
    note = note_of(root)
    if note is None or note_at < _HEADER or note_at + len(note.raw) > most:
        return as_block(root)
    there = range(note_at, note_at + len(note.raw))
    size = len(laid_out(root, _HEADER, (note, note_at)))
    at = places([size], there)[0]
    out = bytearray(max(at + size, there.stop))
    out[:_HEADER] = header(root.order, at)
    out[at : at + size] = laid_out(root, at, (note, note_at))
    out[note_at : there.stop] = note.raw
    return bytes(out) if len(out) <= most else as_block(root)


def has_moved(facts: FileFacts, file_format: FileFormat, exif: bytes | None, data: bytes) -> bool:
    """Whether a written file has the source's note at another position.

    Args:
        exif: the block that went into it.
        data: the file.
    """
    before = _note_in(facts.exif)
    after = _note_in(data if file_format == "TIFF" else exif)
    if before is None or after is None:
        return False
    return after.at != (facts.encoding.note_at if facts.format == "TIFF" else before.at)


def shows_the_old(facts: FileFacts, file_format: FileFormat) -> bool:
    """Whether EXIF that goes into a file keeps a small picture of the source's that nobody can replace.

    Not all of them lie in the note itself; of tags that are laid out anew, nothing else of the kind is left.
    """
    if "TIFF" not in (facts.format, file_format):
        return has_another(facts.exif)
    note = _note_in(facts.exif)
    return note is not None and has_another(note.raw)


def _note_in(block: bytes | None) -> Entry | None:
    with suppress(UnreadablePhoto):
        return note_of(read_root(block or b""))
    return None
