"""A `Photo` -> a file's bytes, and the file itself."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final

from ..edit_record import PAINTED, EditRecord
from ..errors import PhotoNotWritten, UnreadablePhoto
from ..photo import FileFormat, Photo
from ..report import OutputReport
from .codecs import CODECS
from .credentials import Credentials, signed
from .metadata.sidecar import left_beside
from .notes import notes_of
from .packing import packed_for
from .sniff import sniff
from .whole_file import REPLACE, check_free, write_whole

SUFFIXES: Final[dict[str, FileFormat]] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".hif": "HEIF",
    ".avif": "AVIF",
}
"""Formats that can be written, by the suffix that asks for them."""

OTHER_PICTURES: Final = frozenset(
    {".apng", ".bmp", ".dng", ".exr", ".gif", ".jp2", ".jxl", ".pdf", ".psd", ".svg", ".tga"}
)


def write(
    photo: Photo,
    path: str | PathLike[str],
    *,
    record: EditRecord | None,
    overwrite: bool = False,
    quality: int | None = None,
    credentials: Credentials | None = None,
) -> OutputReport:
    """Writes the photo whole or not at all, in its source's format unless the suffix names another.

    With the source's format everything of the source file is put back. The pixels are turned back to how the file
    stored them and the EXIF block stays as it was, byte for byte: turning by quarters loses nothing, and it keeps
    JPEG's 8 x 8 blocks where they were. Another format gets upright pixels, EXIF, profile, XMP and resolution.
    Nobody but its owner may do more with a new file than with the photo's own.

    Args:
        record: what was done, to be told in the file's XMP, and shown by the EXIF thumbnail; None, when nothing was,
            leaves metadata exactly as found.
        quality: 1..100, of a picture that has to be coded anew with loss; a lossless one is then coded with loss in
            formats that have both. PNG, TIFF, and a JPEG of which only blocks are coded anew have none.
        overwrite: whether a file that is there, the source included, may be replaced.
        credentials: to sign the file with.

    Raises:
        PhotoNotWritten: the name is taken or cannot be written, or the format cannot hold the picture.
    """
    target = Path(path)
    _check_not_source(photo, target, overwrite)
    check_free(target, overwrite=overwrite)
    file_format = format_for(photo, target)
    try:
        data, report = encoded_with_report(
            photo, file_format, record, str(target), quality=quality, credentials=credentials
        )
    except PhotoNotWritten as error:
        raise PhotoNotWritten(f"{target}: {error}") from error
    source = None if photo.file is None else photo.file.path
    write_whole(target, data, overwrite=overwrite, like=source)
    beside = None if source is None else left_beside(source, target)
    return report if beside is None else replace(report, notes=(*report.notes, beside))


def encoded(photo: Photo, file_format: FileFormat, record: EditRecord | None, *, quality: int | None = None) -> bytes:
    """The bytes of the file; the same photo, record and quality (`write`) give the same bytes.

    Raises:
        PhotoNotWritten: the format cannot hold the picture.
    """
    return CODECS[file_format].pack(packed_for(photo, file_format, record, quality))


def encoded_with_report(
    photo: Photo,
    file_format: FileFormat,
    record: EditRecord | None,
    name: str,
    *,
    quality: int | None = None,
    credentials: Credentials | None = None,
) -> tuple[bytes, OutputReport]:
    """The same bytes, signed where there are credentials, and the report on them under a name.

    Raises:
        PhotoNotWritten: the format cannot hold the picture.
    """
    try:
        parcel = packed_for(photo, file_format, record, quality)
        data = CODECS[file_format].pack(parcel)
        if credentials is not None:
            source_type = PAINTED if record is None else record.source_type
            data = signed(data, file_format, photo.file, credentials, source_type)
    except (OSError, ValueError, struct.error) as error:
        raise _cannot_hold(error) from error
    edited, has_own = record is not None, credentials is not None
    notes = notes_of(photo, file_format, parcel, data, edited=edited, signed=has_own)
    return data, OutputReport(name, hashlib.sha256(data).hexdigest(), str(parcel.coding), notes)


def suffix_for(path: Path, file_format: FileFormat) -> str:
    """The suffix of `path` if it tells the truth about a file of `file_format`, else one that does."""
    if SUFFIXES.get(path.suffix.lower()) == file_format:
        return path.suffix
    return next(suffix for suffix, named in SUFFIXES.items() if named == file_format)


def true_suffix(path: Path, head: bytes) -> str:
    """The suffix for a file that begins with `head`: that of `path`, unless it lies; what is no photo keeps it."""
    try:
        return suffix_for(path, sniff(head))
    except UnreadablePhoto:
        return path.suffix


def format_for(photo: Photo, path: Path) -> FileFormat:
    """The format that a photo is written in under that name.

    Raises:
        PhotoNotWritten: the name tells of none that can be written.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix in OTHER_PICTURES or photo.file is None or photo.file.format is None:
        raise _no_format(path)
    return photo.file.format


def format_asked(photo: Photo, path: Path) -> FileFormat:
    """The format that somebody asks for by a name: the photo's own where it has no ending, never by a misspelt one.

    Raises:
        PhotoNotWritten: the name tells of none that can be written.
    """
    if has_other_ending(path):
        raise _no_format(path)
    return format_for(photo, path)


def has_other_ending(path: Path) -> bool:
    """Whether a name ends in what stands for no format that is written; a number, such as a year, is no ending."""
    ending = path.suffix.lower()
    return bool(ending) and ending not in SUFFIXES and not ending[1:].isdigit()


def _cannot_hold(error: Exception) -> PhotoNotWritten:
    return PhotoNotWritten(f"expected a picture this format can hold ({error}); choose another.")


def _no_format(path: Path) -> PhotoNotWritten:
    came = f"it ends in {path.suffix.lower()}" if path.suffix else "it has no ending"
    return PhotoNotWritten(f"{path}: expected a name ending in {', '.join(SUFFIXES)}, {came}; choose one of those.")


def _check_not_source(photo: Photo, path: Path, overwrite: bool) -> None:
    source = photo.file.path if photo.file is not None else None
    if overwrite or source is None:
        return
    try:
        same = path.samefile(source)
    except (OSError, ValueError):
        return
    if same:
        raise PhotoNotWritten(f"{path}: expected a name other than the photo's own; choose another, or {REPLACE}.")
