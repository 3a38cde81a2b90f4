"""What each format can hold and tell, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..photo import FileFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatTraits:
    """What files of a format can hold and tell, as they are written here.

    Args:
        name: as people spell it.
        lossy: pictures may be coded with loss, so that a quality can be asked for.
        alpha: pixels may be see-through.
        two_levels: a picture of black and white alone stays one, with a bit a pixel.
        grey: a grey picture has one channel.
        grey_with_alpha: also where pixels are see-through.
        deep_grey: also with more than 8 bits a colour.
        deep: more than 8 bits a colour; of AVIF, where there is a library for it.
        own_depth: more than 8 bits are a number of bits that the file tells, 10 or 12; elsewhere they are 16.
        note: there is a place for a text beside XMP.
        resolution: dots an inch have a field of their own.
        colour_numbers: colours can be described by the numbers of ITU-T H.273.
        strict_exif: a file with EXIF that cannot be read is none: a TIFF is made of its tags, and readers refuse an
            AVIF.
    """

    name: str
    lossy: bool = False
    alpha: bool = True
    two_levels: bool = False
    grey: bool = True
    grey_with_alpha: bool = False
    deep_grey: bool = False
    deep: bool = False
    own_depth: bool = False
    note: bool = True
    resolution: bool = False
    colour_numbers: bool = False
    strict_exif: bool = False


TRAITS: Final[dict[FileFormat, FormatTraits]] = {
    "JPEG": FormatTraits(name="JPEG", lossy=True, alpha=False, resolution=True),
    "PNG": FormatTraits(
        name="PNG",
        two_levels=True,
        grey_with_alpha=True,
        deep_grey=True,
        deep=True,
        resolution=True,
        colour_numbers=True,
    ),
    "WEBP": FormatTraits(name="WebP", lossy=True, grey=False),
    "TIFF": FormatTraits(
        name="TIFF",
        two_levels=True,
        grey_with_alpha=True,
        deep_grey=True,
        deep=True,
        resolution=True,
        strict_exif=True,
    ),
    "HEIF": FormatTraits(
        name="HEIC", lossy=True, deep_grey=True, deep=True, own_depth=True, note=False, colour_numbers=True
    ),
    "AVIF": FormatTraits(
        name="AVIF", lossy=True, deep=True, own_depth=True, note=False, colour_numbers=True, strict_exif=True
    ),
}
