"""What a written file lost, or still holds of the old picture: sentences for the report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from ..photo import FileFacts, FileFormat, Photo
from ..wording import counted
from .colour.bits import note_on_fewer_bits
from .credentials.manifest import has_manifest
from .formats import TRAITS
from .gps.removal import may_tell_place
from .isobmff import avif, supported_nclx
from .jpeg.segments import has_restarts
from .jpeg.trailer import pictures_in
from .left_behind import left_behind
from .metadata.edit_xmp import is_note, takes_record, tells_source_type
from .metadata.exif import tag_numbers
from .metadata.maker_note import NOTE_MOVED, NOTE_SHOWS_OLD_EYES, has_moved, shows_old_eyes
from .metadata.photoshop import LAYERS_TAG
from .parcel import Parcel
from .png.colours import has_own_gamma, is_far_from_srgb
from .tiff import replaced_compression

_FILM, _GAIN_MAPS = b"ftyp", (b"hdr-gain-map", b"hdrgainmap")
_ALL_MOVE: Final = "pixels everywhere move by a few levels."
_ALPHA_TOO: Final = "pixels everywhere, and how see-through they are, move by a few levels."
_RESTARTS: Final = "It had restart markers, and has none now."
_NUMBERS: Final = "The source tells its colours by numbers that cannot go into this format: they will look duller."
_GAMMA: Final = (
    "The source tells its colours by gAMA and cHRM, which cannot go into this format: they will look different."
)
_GREY_PROFILE: Final = (
    "The source's profile is one for grey, and this file has colours: it got sRGB's, tones may look different."
)
_NEVER_BACK: Final = {"CMYK": "is CMYK", "LAB": "is Lab", "P": "has a palette", "PA": "has a palette"}
"""Modes of Pillow that come back as RGB, each with what is said of the photo."""
_FULL: Final = "The source's XMP has no room for the record of the edit"
_LOST: Final = "The source's Content Credentials cannot go along."
_UNMATCHED: Final = "The source's Content Credentials stay in the file and no longer match it."


def notes_of(
    photo: Photo, file_format: FileFormat, written: Parcel, data: bytes, *, edited: bool, signed: bool
) -> tuple[str, ...]:
    """Sentences, none when everything was kept and shows what the picture shows.

    Args:
        written: what the file was put together from.
        data: the file.
        edited: the file has a record of an edit.
        signed: it has Content Credentials of its own, with the source's in their history.
    """
    facts = photo.file
    if facts is None:
        return ()
    sentences = chain(
        [_LOST] if facts.manifest_lost and not signed else [],
        facts.notes,
        _of_pixels(photo, facts, file_format, written),
        _of_what_is_around(facts, file_format, written, data, edited=edited),
        _of_old_pictures(photo, facts, file_format, edited=edited, signed=signed),
    )
    notes = [said for said in sentences if said]
    if signed and facts.placeless:
        notes.append("The signature's history begins here: Content Credentials of the source may tell the place.")
    return tuple(notes)


def _of_pixels(photo: Photo, facts: FileFacts, file_format: FileFormat, written: Parcel) -> Iterator[str | None]:
    """What moved, and which colours and levels did not fit."""
    yield from _moved(facts, file_format, written)
    if facts.mode in _NEVER_BACK:
        yield f"The source {_NEVER_BACK[facts.mode]}, this file is RGB."
    if facts.mode == "1" and written.picture.mode != "1":
        yield "The source has two levels, this file more."
    yield note_on_fewer_bits(facts, file_format, deep=photo.deep is not None)
    yield _lost_colours(facts, file_format)


def _of_what_is_around(
    facts: FileFacts, file_format: FileFormat, written: Parcel, data: bytes, *, edited: bool
) -> Iterator[str | None]:
    """What became of the file's form, and of what it told besides the picture."""
    yield _laid_out_anew(file_format, written) if facts.format == file_format else left_behind(facts, file_format)
    if has_moved(facts, file_format, written.exif, data):
        yield NOTE_MOVED
    if edited and written.exif is not None and shows_old_eyes(facts, file_format):
        yield NOTE_SHOWS_OLD_EYES
    if facts.icc is not None and written.icc != facts.icc:
        yield _GREY_PROFILE
    if edited and not TRAITS[file_format].note and facts.xmp is not None and not takes_record(facts.xmp):
        yield "The source's XMP cannot be read, and gave way to the record of the edit."
    if edited and any(is_note(block) for block in written.blocks):
        yield _beside(facts.xmp or b"", written)


def _of_old_pictures(
    photo: Photo, facts: FileFacts, file_format: FileFormat, *, edited: bool, signed: bool
) -> Iterator[str]:
    """What else shows, or vouches for, the picture as it was, whether it stayed or not."""
    if facts.trailer:
        what = _kind(facts.trailer, facts.xmp or b"")
        if facts.format == file_format:
            yield f"Behind the picture the file keeps {what}, {_how(photo)}: the eyes there are the old ones."
        else:
            yield f"The source holds {what} behind its picture; this format does not."
    if facts.format == "TIFF" and (edited or file_format != "TIFF") and LAYERS_TAG in tag_numbers(facts.exif):
        yield "The source's Photoshop layers are left out: they show the old picture."
    if has_manifest(facts) and not signed:
        yield _UNMATCHED if facts.format == file_format else _LOST


def _laid_out_anew(file_format: FileFormat, written: Parcel) -> str | None:
    """A sentence on what of the source's form its rewrite does not have."""
    changed = (*written.encoding.recast, *(replaced_compression(written) if file_format == "TIFF" else ()))
    return f"This {file_format} is laid out anew, with {', '.join(changed)}." if changed else None


def _moved(facts: FileFacts, file_format: FileFormat, written: Parcel) -> list[str]:
    """A sentence where pixels move that nobody painted: whatever the source was, the file's own loss decides.

    The coded picture of a JPEG can be patched, that of no other format with loss.
    """
    if not TRAITS[file_format].lossy or written.coding.kind == "coefficients":
        return []
    if written.coding.kind == "reencoded":
        restarts = facts.stored is not None and has_restarts(facts.stored.coded)
        return [f"This JPEG ({written.coding.reason}) is encoded anew: {_ALL_MOVE}", *([_RESTARTS] if restarts else [])]
    kind = f"a lossy {TRAITS[file_format].name}"
    if written.encoding.lossless and file_format != "JPEG":
        if file_format != "AVIF" or written.deep is not None:
            return []
        kind = "an AVIF of 8 bits"
    move = _ALL_MOVE if _keeps_alpha(file_format, written) else _ALPHA_TOO
    return [f"A{kind[1:]} is encoded anew: {move}" if facts.format == file_format else f"This file is {kind}: {move}"]


def _keeps_alpha(file_format: FileFormat, written: Parcel) -> bool:
    """Whether a file with loss keeps how see-through its pixels are."""
    if written.picture.mode not in ("LA", "RGBA") or written.picture.getchannel("A").getextrema() == (255, 255):
        return True
    return file_format == "WEBP" or (file_format == "AVIF" and written.deep is None and avif.keeps_alpha())


def _lost_colours(facts: FileFacts, file_format: FileFormat) -> str | None:
    """A sentence where something that stands for a profile, and matters, stays behind; so does the narrow range of a
    PNG's samples, which nobody spreads."""
    nclx = facts.encoding.nclx
    if facts.icc is not None or file_format == facts.format:
        return None
    if nclx is None:
        return _GAMMA if has_own_gamma(facts.blocks, grey=facts.mode in ("1", "L", "LA")) else None
    if facts.format == "PNG" and not nclx[3]:
        return _NUMBERS
    return (
        _NUMBERS
        if is_far_from_srgb(nclx) and (not TRAITS[file_format].colour_numbers or supported_nclx(nclx) is None)
        else None
    )


def _beside(xmp: bytes, written: Parcel) -> str:
    """A sentence on a record that stands beside the source's XMP, where other programs do not look."""
    if not takes_record(xmp):
        return "The source's XMP cannot be read: the record of the edit stands beside it."
    if tells_source_type(written.xmp or b""):
        return f"{_FULL}: all but the digital source type is in a comment."
    return f"{_FULL}, which is in a comment, digital source type and all."


def _how(photo: Photo) -> str:
    """How the file keeps what is behind its picture."""
    if photo.file is None or not photo.file.placeless:
        return "byte for byte"
    return (
        "which cannot be searched to the end and may tell the place" if may_tell_place(photo) else "without the place"
    )


def _kind(trailer: bytes, xmp: bytes) -> str:
    """What a trailer holds, in words."""
    pictures, kinds = pictures_in(trailer), []
    others = len(pictures)
    if any(mark in part for part in (trailer, xmp) for mark in _GAIN_MAPS):
        kinds.append("a gain map for bright screens")
        others -= max(1, sum(any(mark in picture for mark in _GAIN_MAPS) for picture in pictures))
    if others > 0:
        kinds.append("another picture" if others == 1 else f"{others} further pictures")
    if _FILM in trailer:
        kinds.append("a film")
    if not kinds:
        kinds.append(counted(len(trailer), "byte"))
    return " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
