"""A `Photo` -> the parcel that its format puts together into a file: picture, metadata, and how both are coded."""

from __future__ import annotations

from dataclasses import replace

from ..edit_record import EditRecord
from ..errors import PhotoNotWritten
from ..photo import Encoding, FileFacts, FileFormat, Photo
from ..system.arithmetic import one_blas_thread
from . import jpeg
from .colour.bits import holds_deep
from .colour.decoded import fitting_profile, to_picture
from .colour.deep_samples import mode_of, to_samples
from .formats import TRAITS
from .isobmff import supported_nclx
from .jpeg.frame import NotPatchable
from .metadata import iptc, photoshop
from .metadata.exif import from_tiff, readable_exif, with_upright_orientation, without_iptc
from .metadata.photoshop import THUMBNAILS
from .metadata.resolution import plausible_dpi, with_resolution
from .metadata.thumbnail import with_thumbnail, with_thumbnails
from .parcel import Blocks, Coding, Parcel
from .recorded import parcel_with_record


@one_blas_thread()
def packed_for(photo: Photo, file_format: FileFormat, record: EditRecord | None, quality: int | None) -> Parcel:
    """What the format is to put together.

    Args:
        record: what was done; None leaves metadata as found.
        quality: 1..100, where the picture is to be coded anew with loss; None where that is left to the source's.

    Raises:
        PhotoNotWritten: the format cannot hold the picture.
    """
    facts = photo.file or FileFacts(file_format)
    same = photo.file is not None and facts.format == file_format
    orientation = facts.orientation if same else 1
    parcel = _picture_for(photo, facts, file_format, orientation, same=same)
    stored_mode = parcel.picture.mode if parcel.deep is None else mode_of(parcel.deep)
    exif, blocks = (facts.exif, facts.blocks) if same else _metadata_for(facts, file_format)
    if record is not None:
        exif, blocks = _with_thumbnails(exif, blocks, photo, file_format, orientation)
    parcel = replace(
        parcel,
        exif=exif,
        icc=fitting_profile(facts.icc, stored_mode),
        xmp=facts.xmp,
        encoding=_encoding(facts, quality, same=same),
        blocks=blocks,
        trailer=facts.trailer if same else b"",
        dpi=None if same else plausible_dpi(facts.encoding.dpi),
        same_mode=same and stored_mode == facts.mode,
        quality=quality,
    )
    return parcel if record is None else parcel_with_record(parcel, record, file_format, placeless=facts.placeless)


def _picture_for(photo: Photo, facts: FileFacts, file_format: FileFormat, orientation: int, *, same: bool) -> Parcel:
    """The picture alone: turned as the file stores it, of a kind of colour that the format has.

    Raises:
        PhotoNotWritten: it is see-through, and the format has no alpha.
    """
    alpha = photo.alpha
    if not TRAITS[file_format].alpha:
        if alpha is not None and alpha.min() < 255:
            raise PhotoNotWritten(
                "expected an opaque picture for a JPEG, this one is transparent; choose .png, .webp or .tif."
            )
        alpha = None
    coded, coding = _patched_jpeg(facts, photo) if same and file_format == "JPEG" else (None, Coding("whole"))
    deep = photo.deep if holds_deep(file_format) else None
    kind = _kind_in(file_format, facts.mode, alpha=alpha is not None, deep=deep is not None)
    picture = to_picture(photo.pixels, alpha, orientation, kind) if coded is None else jpeg.decode(coded)
    samples = None if deep is None else to_samples(deep, orientation, kind)
    return Parcel(picture, deep=samples, coded=coded, coding=coding)


def _metadata_for(facts: FileFacts, file_format: FileFormat) -> tuple[bytes | None, Blocks]:
    """EXIF and further blocks as another format than the source's has them."""
    exif = facts.exif
    if facts.format == "TIFF":
        exif = from_tiff(exif, file_format, facts.encoding.note_at)
    elif file_format == "JPEG":
        exif = without_iptc(exif)
    exif = readable_exif(with_upright_orientation(exif), file_format)
    return with_resolution(exif, plausible_dpi(facts.encoding.dpi), file_format), iptc.iptc_blocks(facts, file_format)


def _encoding(facts: FileFacts, quality: int | None, *, same: bool) -> Encoding:
    """How the picture is to be coded: as in the source, or, in another format, as suits what the source was."""
    suited = Encoding(
        compression="tiff_adobe_deflate",
        predictor=2,
        lossless=(facts.format is not None and not TRAITS[facts.format].lossy) or facts.encoding.lossless,
        bits=facts.encoding.bits,
        nclx=supported_nclx(facts.encoding.nclx),
    )
    encoding = facts.encoding if same else suited
    return encoding if quality is None else replace(encoding, lossless=False)


def _with_thumbnails(
    exif: bytes | None, blocks: Blocks, photo: Photo, file_format: FileFormat, orientation: int
) -> tuple[bytes | None, Blocks]:
    """EXIF and blocks whose thumbnails show the photo as it is now."""
    exif = with_thumbnail(exif, photo, orientation)
    blocks = with_thumbnails(photoshop.segments_without(blocks, THUMBNAILS), photo, orientation)
    return photoshop.tags_without(exif, THUMBNAILS, layers=True) if file_format == "TIFF" else exif, blocks


def _kind_in(file_format: FileFormat, mode: str, *, alpha: bool, deep: bool) -> str:
    """The source's kind of colour, or what a format without it has instead: RGB for grey, grey for two levels."""
    traits = TRAITS[file_format]
    grey = traits.grey and (traits.grey_with_alpha or not alpha) and (traits.deep_grey or not deep)
    if not grey:
        return "RGB"
    return "L" if mode == "1" and not traits.two_levels else mode


def _patched_jpeg(facts: FileFacts, photo: Photo) -> tuple[bytes | None, Coding]:
    """The source's coded picture with only what changed in it new; None, and why, where it has to be coded again."""
    try:
        return jpeg.patched_jpeg(facts, photo), Coding("coefficients")
    except NotPatchable as error:
        return None, Coding("reencoded", str(error))
