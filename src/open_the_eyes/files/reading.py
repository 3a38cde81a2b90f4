"""A file's bytes -> a `Photo`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Final

from PIL import Image

from ..errors import PhotoError
from ..photo import FileFacts, FileFormat, Photo
from ..settings import Settings
from . import jpeg, png, tiff, webp
from .colours import to_planes
from .exif import orientation_of
from .intake import take_in
from .parcel import Unpacked, damaged, foreign_decoder
from .sniff import sniff

_UNPACK: Final[dict[FileFormat, Callable[[bytes, int], Unpacked]]] = {
    "JPEG": jpeg.unpack,
    "PNG": png.unpack,
    "WEBP": webp.unpack,
    "TIFF": tiff.unpack,
}
_DECODE: Final[dict[FileFormat, Callable[[bytes], Image.Image]]] = {
    "JPEG": jpeg.decode,
    "PNG": png.decode,
    "WEBP": webp.decode,
    "TIFF": tiff.decode,
}


def read(source: str | PathLike[str] | bytes, settings: Settings) -> Photo:
    """A photo file as upright RGB pixels, with everything that has to survive beside them.

    Raises:
        UnreadablePhoto: not a file, not a photo, damaged, cut off, animated, of several pages, more than 8 bits.
        PhotoTooLarge: more bytes or pixels than the settings allow; found out before decoding.
    """
    name = "the photo" if isinstance(source, bytes) else os.fspath(source)
    try:
        data = take_in(source, settings.max_bytes)
        file_format = sniff(data)
        unpacked = _UNPACK[file_format](data, settings.max_pixels)
        orientation = orientation_of(unpacked.exif)
        with foreign_decoder():
            picture = _DECODE[file_format](unpacked.bare)
            if picture.size != unpacked.size_wh:
                raise damaged("two sizes")
            pixels, alpha, icc = to_planes(picture, orientation, unpacked.icc)
    except PhotoError as error:
        raise type(error)(f"{name}: {error}") from error
    facts = FileFacts(
        format=file_format,
        path=None if isinstance(source, bytes) else Path(source),
        sha256=hashlib.sha256(data).hexdigest(),
        exif=unpacked.exif,
        icc=icc,
        xmp=unpacked.xmp,
        orientation=orientation,
        mode=picture.mode,
        encoding=unpacked.encoding,
        blocks=unpacked.blocks,
    )
    return Photo(pixels, alpha, facts)
