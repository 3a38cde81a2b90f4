"""AVIF through Pillow, which reads and writes 8 bits a colour; what has more goes through libvips, an extra.

The picture is turned upright when it is read, so the file that is written needs no turning and its EXIF says so.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import AvifImagePlugin, Image, ImageOps, features

from ...errors import PhotoNotWritten, UnreadablePhoto
from ...imaging.depth import Deep
from ...photo import Encoding
from ..metadata.exif import EMPTY_EXIF, orientation_of, with_upright_orientation, without_exif_prefix
from ..metadata.orientation import lies
from ..parcel import Parcel, Unpacked, check_pixels, foreign_decoder
from . import av1_configuration, avif_deep, clean_aperture, has_manifest, nclx_of, notes_on_lost_images, with_nclx

QUALITY: Final = 90
"""Quality of lossy files: an AVIF does not say its quality, and a second generation should not be seen."""

_LOSSLESS_ALPHA: Final = {"codec": "aom", "advanced": {"alpha:lossless": "1"}}
"""Options by which Pillow's libavif keeps alpha exactly; other encoders have none for this."""
_SUBSAMPLINGS: Final = ("4:4:4", "4:2:2", "4:2:0")
_MAX_SIDE: Final = 65_536


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """An AVIF taken apart.

    Raises:
        UnreadablePhoto, PhotoTooLarge: no library for it, damaged, cut off, animated, too many pixels.
    """
    if not features.check("avif"):
        said = "expected a Pillow that reads AVIF, this one does not; convert the photo to JPEG."
        raise UnreadablePhoto(said, mend="python -m pip install --only-binary :all: pillow", how="Or install a wheel")
    with foreign_decoder():
        opened = AvifImagePlugin.AvifImageFile(BytesIO(data))
        frames = opened.n_frames
    if frames != 1:
        raise UnreadablePhoto(f"expected a still picture, this AVIF is an animation of {frames} frames; export one.")
    check_pixels(opened.size, max_pixels)
    exif = without_exif_prefix(opened.info.get("exif"))
    width, height = avif_deep.cropped_size(data, opened.size)
    bits, subsampling = av1_configuration(data)
    nclx = nclx_of(data)
    return Unpacked(
        (height, width) if lies(orientation_of(exif)) else (width, height),
        data,
        with_upright_orientation(exif),
        opened.info.get("icc_profile") or None,
        opened.info.get("xmp") or None,
        Encoding(lossless=nclx is not None and nclx[2] == 0, subsampling=subsampling, bits=bits, nclx=nclx),
        deep=bits > 8 and avif_deep.available(),
        notes=notes_on_lost_images(data),
        manifest_lost=has_manifest(data),
    )


def decode(bare: bytes) -> Image.Image:
    """The picture, cropped and turned as the file says; Pillow itself only decodes it."""
    opened = AvifImagePlugin.AvifImageFile(BytesIO(bare))
    crop = clean_aperture(bare, opened.size)
    return ImageOps.exif_transpose(opened if crop is None else opened.crop(crop))


def decode_deep(bare: bytes) -> Deep:
    """10 or 12 bits a colour, spread over 16: white is 65535."""
    return avif_deep.decode(bare)


def pack(parcel: Parcel) -> bytes:
    """An AVIF of high quality; of the highest, with all of the chroma, where the source was lossless.

    Raises:
        PhotoNotWritten: no library for it, or a side is too long.
    """
    if not features.check("avif"):
        raise PhotoNotWritten("expected a Pillow that writes AVIF, this one does not; choose .png or .jpg.")
    if max(parcel.picture.size) > _MAX_SIDE:
        raise PhotoNotWritten(f"expected sides of at most {_MAX_SIDE:,} pixels for an AVIF; choose .png or .tif.")
    if parcel.deep is not None:
        return avif_deep.pack(parcel, parcel.deep, parcel.quality or QUALITY)
    data = _encoded_avif(parcel)
    nclx = parcel.encoding.nclx
    return data if nclx is None or parcel.icc is not None else with_nclx(data, nclx)


def keeps_alpha() -> bool:
    """Whether an AVIF of 8 bits keeps how see-through its pixels are, whatever happens to their colours."""
    try:
        from PIL import _avif
    except ImportError:
        return False
    return bool(_avif.encoder_codec_available("aom"))


def _encoded_avif(parcel: Parcel) -> bytes:
    """The file with the EXIF block byte for byte: the encoder would lay it out anew, so it gets a blank one of that
    length."""
    lossless = parcel.encoding.lossless
    exif = parcel.exif or b""
    blank = EMPTY_EXIF.ljust(len(exif), b"\xa5") if len(exif) >= len(EMPTY_EXIF) else b""
    grey = parcel.picture.mode == "L"
    out = BytesIO()
    parcel.picture.save(
        out,
        "AVIF",
        quality=100 if lossless else parcel.quality or QUALITY,
        subsampling="4:0:0" if grey else _SUBSAMPLINGS[0 if lossless else parcel.encoding.subsampling],
        icc_profile=parcel.icc,
        exif=blank,
        xmp=parcel.xmp or b"",
        **(_LOSSLESS_ALPHA if parcel.picture.mode == "RGBA" and keeps_alpha() else {}),
    )
    return out.getvalue().replace(blank, exif, 1) if blank else out.getvalue()
