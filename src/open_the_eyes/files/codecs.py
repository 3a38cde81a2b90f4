"""How files of each format are taken apart, decoded and put together: one record a format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image

from ..imaging.depth import Deep
from ..photo import FileFormat
from . import jpeg, png, tiff, webp
from .isobmff import avif, heif
from .parcel import Parcel, Unpacked


def _never_deep(_: bytes) -> Deep:
    raise NotImplementedError("files of this format have 8 bits a colour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """The way into one format and out of it.

    Args:
        unpack: a file and the most pixels that are allowed -> what is in it, the picture still coded.
        decode: `Unpacked.bare` -> the picture.
        decode_deep: the same, of more than 8 bits a colour.
        pack: what is to be stored -> the file.
    """

    unpack: Callable[[bytes, int], Unpacked]
    decode: Callable[[bytes], Image.Image]
    decode_deep: Callable[[bytes], Deep] = _never_deep
    pack: Callable[[Parcel], bytes]


CODECS: Final[dict[FileFormat, Codec]] = {
    "JPEG": Codec(unpack=jpeg.unpack, decode=jpeg.decode, pack=jpeg.pack),
    "PNG": Codec(unpack=png.unpack, decode=png.decode, decode_deep=png.decode_deep, pack=png.pack),
    "WEBP": Codec(unpack=webp.unpack, decode=webp.decode, pack=webp.pack),
    "TIFF": Codec(unpack=tiff.unpack, decode=tiff.decode, decode_deep=tiff.decode_deep, pack=tiff.pack),
    "HEIF": Codec(unpack=heif.unpack, decode=heif.decode, decode_deep=heif.decode_deep, pack=heif.pack),
    "AVIF": Codec(unpack=avif.unpack, decode=avif.decode, decode_deep=avif.decode_deep, pack=avif.pack),
}
