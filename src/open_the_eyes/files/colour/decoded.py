"""A decoder's picture <-> upright RGB and alpha; the only place that knows kinds of colour.

CMYK and Lab become sRGB for good: going back through a profile would shift every pixel of the photo, edited or not, by
a few levels, while an RGB file holds the very pixels that were worked on.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import UnreadablePhoto
from ...imaging.arrays import Rgb
from ..metadata.orientation import turned, turned_back

_GREY: Final = ("1", "L", "LA", "La")
_WITH_ALPHA: Final = ("LA", "La", "PA", "RGBA", "RGBa")
_PROFILE_SPACES: Final = {"CMYK": b"CMYK", "LAB": b"Lab "}
_EIGHT_BIT: Final = (*_GREY, *_WITH_ALPHA, *_PROFILE_SPACES, "P", "RGB", "RGBX", "YCbCr")

_STRIP: Final = 64
"""Rows copied at a time: so many stay in the processor's cache."""


def to_planes(
    picture: Image.Image, orientation: int, icc: bytes | None
) -> tuple[Rgb, NDArray[np.uint8] | None, bytes | None]:
    """Upright RGB, alpha if there is any, and the profile these pixels are in.

    RGB and grey keep their own profile: the pixels are not touched. CMYK and Lab are converted to sRGB through theirs
    (CMYK without one by plain arithmetic, and then no profile is claimed).
    """
    if picture.mode not in _EIGHT_BIT:
        raise UnreadablePhoto(f"expected 8 bits a colour, this picture is of kind {picture.mode}; save it with 8 bits.")
    picture.load()
    alpha = None
    if picture.mode in _PROFILE_SPACES:
        rgb, icc = _converted_to_srgb(picture, icc)
    elif picture.mode in _WITH_ALPHA or picture.has_transparency_data:
        rgba = picture.convert("LA") if picture.mode == "La" else picture
        rgba = rgba.convert("RGBA")
        alpha = turned(np.asarray(rgba.getchannel("A")), orientation)
        rgb = rgba.convert("RGB")
    else:
        rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    pixels = _pixels_of(rgb)
    return pixels if orientation == 1 else turned(pixels, orientation), alpha, icc


def to_picture(pixels: Rgb, alpha: NDArray[np.uint8] | None, orientation: int, source_mode: str) -> Image.Image:
    """The way back: turned as the file stores it, of the source's colour kind where the pixels still fit into it.

    Grey stays grey until a pixel is not, two levels stay two levels until a pixel is between; palettes become RGB.
    """
    stored = turned_back(pixels, orientation) if orientation != 1 else np.ascontiguousarray(pixels)
    if source_mode in _GREY and _is_grey(pixels):
        grey = np.ascontiguousarray(stored[:, :, 0])
        picture = Image.fromarray(grey)
        if source_mode == "1" and alpha is None and bool(((grey == 0) | (grey == 255)).all()):
            picture = picture.convert("1", dither=Image.Dither.NONE)
    else:
        picture = Image.fromarray(stored)
    if alpha is not None:
        picture.putalpha(Image.fromarray(turned_back(alpha, orientation)))
    return picture


def fitting_profile(icc: bytes | None, mode: str) -> bytes | None:
    """The profile to store beside a picture of this kind; a grey one cannot describe RGB, so sRGB steps in."""
    if icc is not None and mode in ("RGB", "RGBA") and icc[16:20] == b"GRAY":
        return srgb_profile()
    return icc


def srgb_profile() -> bytes:
    """A small sRGB profile, the same bytes on every day: its date, header bytes 24 to 35 (ICC.1 7.2), is fixed."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return profile[:24] + date + profile[36:]


def _pixels_of(picture: Image.Image) -> Rgb:
    """A fresh array of an RGB picture; strip by strip, which spares the decoder's library two copies of the whole.

    Pillow holds four bytes a pixel; they come out fastest as they are, and OpenCV drops the fourth.
    """
    width, height = picture.size
    out = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        four = np.frombuffer(picture.crop((0, top, width, bottom)).tobytes("raw", "RGBX"), np.uint8)
        cv2.cvtColor(four.reshape(bottom - top, width, 4), cv2.COLOR_RGBA2RGB, dst=out[top:bottom])
    return out


def _is_grey(pixels: Rgb) -> bool:
    return bool(np.array_equal(pixels[:, :, 0], pixels[:, :, 1]) and np.array_equal(pixels[:, :, 0], pixels[:, :, 2]))


def _converted_to_srgb(picture: Image.Image, icc: bytes | None) -> tuple[Image.Image, bytes | None]:
    """Relative colorimetric with black point compensation, as photo editors do; a broken profile is as good as none."""
    from PIL import ImageCms

    usable = icc if icc is not None and icc[16:20] == _PROFILE_SPACES[picture.mode] else None
    for profile in (usable, None):
        if profile is None and picture.mode == "CMYK":
            break
        try:
            source = ImageCms.createProfile("LAB") if profile is None else BytesIO(profile)
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(source),
                ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (OSError, ImageCms.PyCMSError):
            continue
        if converted is not None:
            return converted, srgb_profile()
    return picture.convert("RGB"), None
