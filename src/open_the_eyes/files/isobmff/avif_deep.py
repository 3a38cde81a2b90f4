"""AVIF of 10 and 12 bits a colour through libvips, an extra: Pillow's AVIF hands out and takes 8.

libvips writes profile and XMP as they are given, but lays EXIF out anew and leaves the colours' numbers out; both are
mended in the file that it has made.
"""

from __future__ import annotations

from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import AvifImagePlugin

from ...imaging.depth import Deep
from ..colour.deep_samples import from_bits, heif_bits, to_bits
from ..metadata.exif import EMPTY_EXIF
from ..parcel import Parcel, damaged
from . import clean_aperture, with_nclx
from .boxes import primary_property
from .edit import with_colours, with_exif

if TYPE_CHECKING:
    import pyvips

EFFORT: Final = 2
"""Effort of the encoder, 0 to 9: two seconds for 12 megapixels; files are no smaller at twice the time."""
_LOSSY_MATRIX_AND_RANGE: Final = (6, 1)
"""Matrix and range with which libheif stores lossy pictures, without saying so in the file."""
_LOSSLESS_NCLX: Final = (2, 2, 0, 1)
"""Primaries and transfer as the profile has them, no matrix, full range: by this the file is known to be lossless when
it is read again."""


def available() -> bool:
    """Whether the library is installed, and finds libvips."""
    try:
        import pyvips
    except (ImportError, OSError):
        return False
    return bool(pyvips.at_least_libvips(8, 13))  # where it learnt bit depths


def _vips() -> ModuleType:
    """The library, told to keep no pictures."""
    import pyvips

    pyvips.cache_set_max(0)
    return pyvips  # type: ignore[no-any-return]


def decode(data: bytes) -> Deep:
    """(H, W, 1..4), upright, spread over 16 bits."""
    opened = AvifImagePlugin.AvifImageFile(BytesIO(data))
    picture = _vips().Image.new_from_buffer(data, "", fail_on="error")
    cropped_wh = cropped_size(data, opened.size)
    if sorted((picture.width, picture.height)) != sorted(cropped_wh):
        raise damaged("two sizes")
    samples = np.asarray(picture.numpy(), np.uint16).reshape(picture.height, picture.width, -1)
    bits = int(picture.get("bits-per-sample"))
    return from_bits(samples, bits) if bits > 8 else np.asarray(samples * 257, np.uint16)


def cropped_size(data: bytes, size_wh: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of the visible part of a picture of that size, before it is turned; libvips shows no more."""
    left, top, right, bottom = clean_aperture(data, size_wh) or (0, 0, *size_wh)
    return right - left, bottom - top


def pack(parcel: Parcel, deep: Deep, quality: int) -> bytes:
    """An AVIF of `deep`, (H, W, 3..4): lossless where the source was, else of `quality`; of 12 bits or, mostly, of 10.

    Raises:
        ValueError: libvips cannot make a file of it.
    """
    encoding = parcel.encoding
    bits = heif_bits(encoding.bits)
    picture = _vips_image(to_bits(deep, bits), parcel)
    try:
        data = picture.heifsave_buffer(
            compression="av1",
            bitdepth=bits,
            effort=EFFORT,
            Q=quality,
            lossless=encoding.lossless,
            keep="exif|xmp|icc" if parcel.exif else "xmp|icc",
            subsample_mode="on" if encoding.subsampling == 2 and not encoding.lossless else "off",
        )
    except _vips().Error as error:
        raise ValueError(" ".join(str(error).split())) from error
    data = _with_nclx_mended(data, parcel)
    return with_exif(data, parcel.exif) if parcel.exif else data


def _with_nclx_mended(data: bytes, parcel: Parcel) -> bytes:
    """The file with the `nclx` that the source had in place of a profile; beside one, with that of lossless RGB.

    What is in the file decides: a profile that libheif cannot use is not there.
    """
    encoding, colr = parcel.encoding, primary_property(data, b"colr")
    if colr is not None and not colr.startswith(b"nclx"):
        return with_colours(data, _LOSSLESS_NCLX) if encoding.lossless else data
    if encoding.nclx is None:
        return data
    return (
        with_colours(data, (*encoding.nclx[:2], *_LOSSY_MATRIX_AND_RANGE))
        if colr is None
        else with_nclx(data, encoding.nclx)
    )


def _vips_image(samples: Deep, parcel: Parcel) -> pyvips.Image:
    """libvips' image of the samples, with EXIF, XMP and profile."""
    vips = _vips()
    picture = vips.Image.new_from_array(np.ascontiguousarray(samples), interpretation="rgb16").copy()
    blocks = {
        "exif-data": b"Exif\0\0" + EMPTY_EXIF if parcel.exif else None,
        "xmp-data": parcel.xmp,
        "icc-profile-data": parcel.icc if parcel.icc is not None and parcel.icc[16:20] == b"RGB " else None,
    }
    for name, block in blocks.items():
        if block:
            picture.set_type(vips.GValue.blob_type, name, block)
    return picture
