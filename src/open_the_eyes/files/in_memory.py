"""Pictures that a program holds already, as Pillow's images or as arrays -> a `Photo`."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import UnreadablePhoto, UsageError
from ..imaging.depth import to_8_bit
from ..photo import Encoding, FileFacts, Photo
from .colour.decoded import to_planes
from .colour.deep_samples import mode_of, to_deep
from .metadata.exif import from_tiff, orientation_of, without_exif_prefix
from .metadata.ifd import read_first_ifd, tiff_block
from .metadata.source_type import source_types_in
from .parcel import foreign_decoder
from .tiff import strips as tiff_strips

PillowImage: TypeAlias = Image.Image
Order = Literal["RGB", "BGR"]

_MODES_OF_16_BITS: Final = ("I;16", "I;16L", "I;16B", "I;16N")
_MOST_8: Final = 255
_ARRAYS: Final = "an array of shape (height, width), or with 1 to 4 channels, uint8 or uint16"


def photo_from(
    picture: NDArray[np.uint8] | NDArray[np.uint16] | PillowImage, *, order: Order = "RGB", icc: bytes | None = None
) -> Photo:
    """A photo of a picture that is in memory already, which is copied.

    Of a Pillow image its profile, EXIF, XMP and resolution come along, and the orientation that EXIF tells is applied.
    What is saved has the colours, bits and alpha that came: grey stays grey.

    Args:
        picture: an array (height, width), or with 1 to 4 channels: grey, grey and alpha, colours, colours and alpha;
            0..255 as uint8, or 0..65535 as uint16, with a warning where none is above 255. Or a Pillow image.
        order: of an array's colours; OpenCV has "BGR".
        icc: the profile that the numbers are in; None takes the image's own, and sRGB for an array.

    Raises:
        UsageError: an array of another shape or type, or an image of another kind.
        UnreadablePhoto, PhotoTooLarge: the file behind a Pillow image is damaged, or too large for the memory.
    """
    if order not in ("RGB", "BGR"):
        raise UsageError(f"expected RGB or BGR, got {order!r:.80}.", option="order")
    if is_image(picture):
        return _photo_of_image(picture, icc)
    samples = _samples_of_array(picture)
    _warn_of_8_bits(samples)
    if order == "BGR" and samples.shape[2] > 2:
        samples = samples[:, :, [2, 1, 0, *range(3, samples.shape[2])]]
    return _photo_of_samples(samples, FileFacts(None, icc=icc, mode=mode_of(samples)))


def is_image(picture: object) -> TypeGuard[PillowImage]:
    """Whether an object is an image of Pillow's."""
    return isinstance(picture, Image.Image)


def _samples_of_array(picture: object) -> NDArray[Any]:
    """(H, W, 1..4) of uint8 or uint16, in this machine's byte order."""
    if not isinstance(picture, np.ndarray):
        raise UsageError(f"expected {_ARRAYS}, or a Pillow image; got {type(picture).__name__}.", option="photo")
    picture = np.asarray(picture)  # a matrix has two axes, whatever is cut of it
    samples = picture[:, :, None] if picture.ndim == 2 else picture
    came = f"{picture.shape} {picture.dtype}"
    if picture.dtype.kind == "f":
        said = f"expected {_ARRAYS}; got {came}, which may go to 1 or to 255: scale it, round it and convert it."
        raise UsageError(said, option="photo")
    known = picture.dtype.kind == "u" and picture.dtype.itemsize <= 2
    if not known or samples.ndim != 3 or not 1 <= samples.shape[2] <= 4 or not samples.size:
        raise UsageError(f"expected {_ARRAYS}; got {came}. Convert it.", option="photo")
    return samples.astype(samples.dtype.newbyteorder("="), copy=False)


def _warn_of_8_bits(samples: NDArray[Any]) -> None:
    """Says that a picture is all but black, as it is where somebody put 0..255 into 16 bits; not of a black one."""
    if samples.dtype == np.uint16 and samples[::16, ::16].max() <= _MOST_8 and 0 < (most := samples.max()) <= _MOST_8:
        sentence = f"uint16 means 0..65535, and no value is above {most}: the picture is all but black. "
        warnings.warn(f"{sentence}If they go to 255, hand in picture.astype('uint8').", stacklevel=3)


def _photo_of_samples(samples: NDArray[Any], facts: FileFacts) -> Photo:
    """(H, W, 1..4) as stored -> a photo of the same bits."""
    upright = to_deep(samples, facts.orientation)
    deep = upright if upright.dtype == np.uint16 else None
    levels = cast("NDArray[np.uint8]", upright) if deep is None else to_8_bit(deep)
    alpha = np.ascontiguousarray(levels[:, :, 3]) if levels.shape[2] == 4 else None
    return _read_only(Photo(np.ascontiguousarray(levels[:, :, :3]), alpha, facts, deep))


def _photo_of_image(image: PillowImage, icc: bytes | None) -> Photo:
    with foreign_decoder():
        image.load()
        facts = _facts_of(image, icc)
        if image.mode in _MODES_OF_16_BITS:
            return _photo_of_samples(_samples_of_array(np.asarray(image)), replace(facts, mode="L"))
    try:
        with foreign_decoder():
            pixels, alpha, icc = to_planes(image, facts.orientation, facts.icc)
    except UnreadablePhoto as error:
        said = f"expected an image of 8 bits a colour, got one of kind {image.mode}: convert it to RGB."
        raise UsageError(said, option="photo") from error
    return _read_only(Photo(pixels, alpha, replace(facts, icc=icc)))


def _read_only(photo: Photo) -> Photo:
    """The photo with arrays that nobody changes, so that results need no copy of them."""
    for plane in (photo.pixels, photo.alpha, photo.deep):
        if plane is not None:
            plane.flags.writeable = False
    return photo


def _facts_of(image: PillowImage, icc: bytes | None) -> FileFacts:
    """What came along with an image; of a PNG, Pillow has XMP as a text."""
    exif, text = _exif_of(image), image.info.get("XML:com.adobe.xmp", "")
    xmp = image.info.get("xmp") or (text.encode() if isinstance(text, str) else None)
    dpi = image.info.get("dpi")
    return FileFacts(
        None,
        exif=exif,
        icc=icc or image.info.get("icc_profile") or None,
        xmp=xmp or None,
        orientation=orientation_of(exif),
        mode=image.mode,
        encoding=Encoding(dpi=(float(dpi[0]), float(dpi[1])) if dpi else None),
        source_types=source_types_in(xmp or b""),
    )


def _exif_of(image: PillowImage) -> bytes | None:
    """The block as the file had it; of a TIFF, which has none, those of its tags that do not speak of its pixels."""
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return without_exif_prefix(block)
    tags = image.getexif()
    if not tags:
        return None
    with suppress(UnreadablePhoto):
        root = read_first_ifd(without_exif_prefix(tags.tobytes()) or b"")
        of_picture = tiff_strips.PIXEL_TAGS | {tiff_strips.XMP, tiff_strips.ICC_PROFILE}
        return from_tiff(tiff_block(root.only({*root.entries, *root.sub_ifds} - of_picture)))
    return None
