"""HEIC and HEIF through pillow-heif, an extra: its wheels bring libheif with the x265 encoder, which is under the GPL.

The library turns the picture upright, so the file that is written needs no turning and its EXIF says so.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from PIL import Image

from ...errors import PhotoNotWritten, UnreadablePhoto
from ...imaging.depth import Deep
from ...photo import Encoding
from ..colour.deep_samples import from_bits, heif_bits, mode_of, to_bits, unpremultiplied
from ..metadata.exif import with_upright_orientation, without_exif_prefix
from ..parcel import Parcel, Unpacked, check_pixels, damaged, foreign_decoder
from . import Nclx, has_manifest, nclx_of, notes_on_lost_images

if TYPE_CHECKING:
    from pillow_heif import HeifFile, HeifImage

QUALITY: Final = 90
"""Quality of lossy files: a HEIC does not say its quality, and a second generation should not be seen."""

_LIBRARY: Final = 'pip install "open-the-eyes[heif]"'
_LOSSLESS: Final = -1
_CHROMA: Final = {444: 0, 422: 1, 420: 2}
_MAX_SIDE: Final = 16_384


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A HEIC taken apart; of several pictures in it the one that it calls its primary.

    Raises:
        UnreadablePhoto, PhotoTooLarge: no library for it, damaged, cut off, too many pixels.
    """
    opened = _opened(data)
    image = _primary(opened)
    check_pixels(image.size, max_pixels)
    info = _info(image)
    bits = int(info["bit_depth"])
    exif, xmp = without_exif_prefix(info.get("exif")), info.get("xmp")
    return Unpacked(
        image.size,
        data,
        with_upright_orientation(exif),
        info.get("icc_profile") or None,
        bytes(xmp).rstrip(b"\0") or None if xmp else None,
        _encoding(image, nclx_of(data), bits),
        deep=bits > 8,
        notes=notes_on_lost_images(data, *(["other pictures"] if len(opened) > 1 else [])),
        manifest_lost=has_manifest(data),
    )


def decode(bare: bytes) -> Image.Image:
    image = _primary(_opened(bare))
    size = image.size
    return Image.frombytes(image.mode, size, image.data, "raw", image.mode, image.stride)


def decode_deep(bare: bytes) -> Deep:
    """10 or 12 bits a colour, spread over 16: white is 65535."""
    image = _primary(_opened(bare))
    samples = np.array(image, np.uint16)
    samples = samples[:, :, None] if samples.ndim == 2 else samples
    samples = from_bits(samples, int(_info(image)["bit_depth"]))
    return unpremultiplied(samples) if image.premultiplied_alpha else samples


def pack(parcel: Parcel) -> bytes:
    """A HEIC: lossless where the source was, else of high quality; 10 or 12 bits where the source had more than 8.

    Raises:
        PhotoNotWritten: no library for it, or a side is too long.
    """
    if max(parcel.picture.size) > _MAX_SIDE:
        raise PhotoNotWritten(f"expected sides of at most {_MAX_SIDE:,} pixels for a HEIC; choose .png or .tif.")
    try:
        from pillow_heif.constants import HeifCompressionFormat
        from pillow_heif.misc import CtxEncode
    except ImportError as error:
        said = "expected the library pillow-heif to write a HEIC, it is missing."
        raise PhotoNotWritten(said, mend=_LIBRARY, how="Install it with") from error
    lossless = parcel.encoding.lossless
    chroma = 444 if lossless else {number: name for name, number in _CHROMA.items()}[parcel.encoding.subsampling]
    quality = _LOSSLESS if lossless else parcel.quality or QUALITY
    encoder = CtxEncode(HeifCompressionFormat.HEVC, quality=quality, chroma=chroma)
    size, mode, pixels = _planes(parcel)
    encoder.add_image(
        size,
        mode,
        pixels,
        image_orientation=1,
        primary=True,
        bit_depth=heif_bits(parcel.encoding.bits) if parcel.deep is not None else 8,
        **_colours(parcel, lossless),
        **{name: value for name, value in (("exif", parcel.exif), ("xmp", parcel.xmp)) if value is not None},
    )
    out = BytesIO()
    encoder.save(out)
    return out.getvalue()


def _opened(data: bytes) -> HeifFile:
    try:
        import pillow_heif
    except ImportError as error:
        said = "expected the library pillow-heif to read a HEIC, it is missing; convert the photo to JPEG."
        raise UnreadablePhoto(said, mend=_LIBRARY, how="Or install it with") from error
    with foreign_decoder():
        return pillow_heif.open_heif(BytesIO(data), convert_hdr_to_8bit=False)


def _primary(opened: HeifFile) -> HeifImage:
    if not len(opened):
        raise damaged("it holds no picture")
    return opened[opened.primary_index]


def _info(image: HeifImage) -> dict[str, Any]:
    return cast("dict[str, Any]", image.info)  # the library's own annotation joins the types of all values


def _encoding(image: HeifImage, nclx: Nclx | None, bits: int) -> Encoding:
    """Lossless is what stores RGB as it is, or all of the chroma beside a profile: cameras do neither."""
    chroma = int(_info(image).get("chroma") or 444)
    lossless = chroma == 444 and (nclx is None or nclx[2] == 0)
    return Encoding(lossless=lossless, subsampling=_CHROMA.get(chroma, 0), bits=bits, nclx=nclx)


def _planes(parcel: Parcel) -> tuple[tuple[int, int], str, bytes]:
    if parcel.deep is not None:
        samples = to_bits(parcel.deep, heif_bits(parcel.encoding.bits))
        return parcel.picture.size, f"{mode_of(samples)};16", samples.astype("<u2").tobytes()
    return parcel.picture.size, parcel.picture.mode, parcel.picture.tobytes()


def _colours(parcel: Parcel, lossless: bool) -> dict[str, Any]:
    """A profile, or the numbers that the source had instead; lossless keeps red, green and blue as they are."""
    colours: dict[str, Any] = {"icc_profile": parcel.icc} if parcel.icc is not None else {}
    primaries, transfer, matrix, full = parcel.encoding.nclx or (1, 13, 6, 1)
    grey = parcel.picture.mode == "L"
    return colours | {
        "color_primaries": primaries,
        "transfer_characteristics": transfer,
        "matrix_coefficients": 0 if lossless and not grey else (matrix or 6),
        "full_range_flag": 1 if lossless else full,
    }
