"""A `Photo` -> a file's bytes, and the file itself."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final

from ..errors import PhotoNotWritten
from ..photo import Encoding, FileFacts, FileFormat, Photo
from ..report import OutputReport
from . import jpeg, png, tiff, webp
from .colours import fitting_profile, to_picture
from .edit_record import EditRecord, as_note, is_note, with_record
from .exif import as_upright
from .jpeg_segments import MAX_PAYLOAD, XMP
from .parcel import Blocks, Parcel
from .whole_file import check_free, write_whole
from .xmp import BrokenXmp

SUFFIXES: Final[dict[str, FileFormat]] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
"""The formats that can be written, by the suffix that asks for them."""

OTHER_PICTURES: Final = frozenset(
    {".apng", ".avif", ".bmp", ".dng", ".exr", ".gif", ".heic", ".heif", ".jp2", ".jxl", ".pdf", ".psd", ".svg", ".tga"}
)
_PACK: Final[dict[FileFormat, Callable[[Parcel], bytes]]] = {
    "JPEG": jpeg.pack,
    "PNG": png.pack,
    "WEBP": webp.pack,
    "TIFF": tiff.pack,
}
_MAX_JPEG_XMP: Final = MAX_PAYLOAD - len(XMP)


def write(
    photo: Photo, path: str | PathLike[str], *, record: EditRecord | None, overwrite: bool = False
) -> OutputReport:
    """Writes the photo whole or not at all, in its source's format unless the suffix names another.

    With the source's format everything of the source file is put back. The pixels are turned back to how the file
    stored them and the EXIF block stays as it was, byte for byte: turning by quarters loses nothing, and it keeps
    JPEG's 8 x 8 blocks where they were. Another format gets upright pixels, EXIF, profile, XMP and resolution.

    Args:
        record: what was done, to be told in the file's XMP; None, when nothing was, leaves metadata exactly as found.
        overwrite: whether a file that is there, the source included, may be replaced.

    Raises:
        PhotoNotWritten: the name is taken or cannot be written, or the format cannot hold the picture.
    """
    target = Path(path)
    _check_not_source(photo, target, overwrite)
    check_free(target, overwrite=overwrite)
    try:
        data = encoded(photo, _format(photo, target), record)
    except PhotoNotWritten as error:
        raise PhotoNotWritten(f"{target}: {error}") from error
    except (OSError, ValueError, MemoryError, struct.error) as error:
        raise PhotoNotWritten(
            f"{target}: expected a picture this format can hold ({error}); choose another."
        ) from error
    write_whole(target, data, overwrite=overwrite)
    return OutputReport(path=str(target), sha256=hashlib.sha256(data).hexdigest())


def encoded(photo: Photo, file_format: FileFormat, record: EditRecord | None) -> bytes:
    """The bytes of the file; the same photo and record give the same bytes.

    Raises:
        PhotoNotWritten: the format cannot hold the picture.
    """
    facts = photo.file or FileFacts(file_format)
    same = photo.file is not None and facts.format == file_format
    if file_format == "JPEG" and photo.alpha is not None and photo.alpha.min() < 255:
        raise PhotoNotWritten(
            "expected an opaque picture for a JPEG, this one is transparent; choose .png, .webp or .tif."
        )
    alpha = None if file_format == "JPEG" else photo.alpha
    picture = to_picture(photo.pixels, alpha, facts.orientation if same else 1, facts.mode)
    if picture.mode == "1" and file_format in ("JPEG", "WEBP"):
        picture = picture.convert("L")
    fresh = Encoding(compression="tiff_adobe_deflate", predictor=2, lossless=facts.format in ("PNG", "TIFF"))
    parcel = Parcel(
        picture,
        exif=facts.exif if same else as_upright(facts.exif),
        icc=fitting_profile(facts.icc, picture.mode),
        xmp=facts.xmp,
        encoding=facts.encoding if same else fresh,
        blocks=facts.blocks if same else (),
        dpi=None if same else facts.encoding.dpi,
        same_mode=same and picture.mode == facts.mode,
    )
    return _PACK[file_format](parcel if record is None else _recorded(parcel, record, file_format))


def _recorded(parcel: Parcel, record: EditRecord, file_format: FileFormat) -> Parcel:
    """With the record in XMP, or in a note where XMP is broken or would outgrow its segment."""
    blocks: Blocks = tuple(block for block in parcel.blocks if not is_note(block))
    try:
        xmp = with_record(parcel.xmp, record)
    except BrokenXmp:
        xmp = None
    if xmp is None or (file_format == "JPEG" and len(xmp) > _MAX_JPEG_XMP):
        return replace(parcel, blocks=(as_note(record, file_format), *blocks))
    return replace(parcel, xmp=xmp, blocks=blocks)


def suffix_for(path: Path, file_format: FileFormat) -> str:
    """The suffix of `path` if it tells the truth about a file of `file_format`, else one that does."""
    if SUFFIXES.get(path.suffix.lower()) == file_format:
        return path.suffix
    return next(suffix for suffix, named in SUFFIXES.items() if named == file_format)


def _format(photo: Photo, path: Path) -> FileFormat:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix in OTHER_PICTURES or photo.file is None:
        raise PhotoNotWritten(
            f"expected a name ending in {', '.join(SUFFIXES)}, it ends in {suffix!r}; choose one of those."
        )
    return photo.file.format


def _check_not_source(photo: Photo, path: Path, overwrite: bool) -> None:
    source = photo.file.path if photo.file is not None else None
    if overwrite or source is None:
        return
    try:
        same = path.samefile(source)
    except (OSError, ValueError):
        return
    if same:
        raise PhotoNotWritten(
            f"{path}: expected a name other than the photo's own; choose another, or ask to overwrite it."
        )
