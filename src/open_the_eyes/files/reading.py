"""A file's bytes -> a `Photo`."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import PhotoError
from ..imaging.arrays import Rgb, size_wh_of
from ..imaging.depth import Deep, to_8_bit
from ..photo import FileFacts, FileFormat, Photo, Stored
from ..settings import Settings
from . import jpeg
from .codecs import CODECS
from .colour.decoded import to_planes
from .colour.deep_samples import mode_of, to_deep
from .intake import take_in
from .metadata.exif import orientation_of
from .metadata.orientation import turned
from .metadata.source_type import source_types_in
from .parcel import Unpacked, damaged, foreign_decoder
from .sniff import sniff

_DOUBTFUL: Final = (
    "The source's picture data is damaged or unusual, and a strict decoder refuses it: where the picture looks wrong, "
    "it did so before."
)


def read(source: str | PathLike[str] | bytes, settings: Settings) -> Photo:
    """A photo file as upright RGB pixels, with everything that has to survive beside them.

    Its arrays are read-only, so that they stay what the file's SHA-256 stands for: change a copy, and hand it to
    `Photo.with_pixels`.

    Raises:
        UnreadablePhoto: not a file, not a photo, damaged, cut off, animated, of several pages, of more than 16 bits.
        PhotoTooLarge: more bytes or pixels than the settings allow; found out before decoding.
    """
    name = "" if isinstance(source, bytes) else os.fspath(source)
    try:
        data = take_in(source, settings.max_bytes)
        file_format, unpacked = unpack_file(data, settings)
        orientation = orientation_of(unpacked.exif)
        with foreign_decoder():
            decoded = (_decoded_deep if unpacked.deep else _decoded)(file_format, unpacked, orientation)
    except PhotoError as error:
        raise error.headed(name or "the photo") from error
    for plane in (decoded.pixels, decoded.alpha, decoded.deep):
        if plane is not None:
            plane.flags.writeable = False
    facts = FileFacts(
        format=file_format,
        path=None if isinstance(source, bytes) else Path(source),
        sha256=hashlib.sha256(data).hexdigest(),
        exif=unpacked.exif,
        icc=decoded.icc,
        xmp=unpacked.xmp,
        orientation=orientation,
        mode=decoded.mode,
        encoding=unpacked.encoding,
        blocks=unpacked.blocks,
        trailer=unpacked.trailer,
        notes=(*unpacked.notes, *decoded.notes),
        stored=Stored(unpacked.bare, decoded.pixels, decoded.sound) if file_format == "JPEG" else None,
        manifest_lost=unpacked.manifest_lost,
        source_types=source_types_in(data),
    )
    return Photo(decoded.pixels, decoded.alpha, facts, decoded.deep)


def size_of(data: bytes, settings: Settings) -> tuple[int, int]:
    """(width, height) of a photo's file as stored, by what it says; no pixel is decoded.

    Raises:
        UnreadablePhoto, PhotoTooLarge: what `read` would find out before decoding.
    """
    try:
        return unpack_file(take_in(data, settings.max_bytes), settings)[1].size_wh
    except PhotoError as error:
        raise error.headed("the photo") from error


def digest_of(source: str | PathLike[str] | bytes, settings: Settings) -> str:
    """The SHA-256 that `read` gives a photo's file; nothing of it is decoded.

    Raises:
        UnreadablePhoto, PhotoTooLarge: it cannot be read, or has more bytes than the settings allow.
    """
    try:
        return hashlib.sha256(take_in(source, settings.max_bytes)).hexdigest()
    except PhotoError as error:
        raise error.headed("the photo" if isinstance(source, bytes) else os.fspath(source)) from error


def unpack_file(data: bytes, settings: Settings) -> tuple[FileFormat, Unpacked]:
    """A file's format and parts.

    Raises:
        UnreadablePhoto, PhotoTooLarge: as above.
    """
    file_format = sniff(data)
    with foreign_decoder():  # libraries that only look at the header stumble over hostile bytes, too
        return file_format, CODECS[file_format].unpack(data, settings.max_pixels)


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A picture out of its file, upright.

    Args:
        pixels: (H, W, 3).
        alpha: (H, W); None where all is opaque by the file's kind of colour.
        icc: the profile that the colours are in.
        mode: the kind of colour that the file stores, as Pillow calls it.
        deep: (H, W, 3 or 4), the same with 16 bits a colour.
        notes: sentences for the report.
        sound: no strict decoder refuses the picture.
    """

    pixels: Rgb
    alpha: NDArray[np.uint8] | None
    icc: bytes | None
    mode: str
    deep: Deep | None = None
    notes: tuple[str, ...] = ()
    sound: bool = True


def _decoded(file_format: FileFormat, unpacked: Unpacked, orientation: int) -> _Decoded:
    rgb = jpeg.decode_rgb(unpacked.bare) if file_format == "JPEG" else None
    if rgb is not None:
        _check_size(size_wh_of(rgb), unpacked)
        return _Decoded(rgb if orientation == 1 else turned(rgb, orientation), None, unpacked.icc, "RGB")
    strict = jpeg.decode_strictly(unpacked.bare) if file_format == "JPEG" else None
    picture = CODECS[file_format].decode(unpacked.bare) if strict is None else strict
    _check_size(picture.size, unpacked)
    pixels, alpha, icc = to_planes(picture, orientation, unpacked.icc)
    refused = file_format == "JPEG" and strict is None
    doubtful = refused and jpeg.has_common_sampling(unpacked.bare)
    return _Decoded(pixels, alpha, icc, picture.mode, notes=(_DOUBTFUL,) if doubtful else (), sound=not refused)


def _decoded_deep(file_format: FileFormat, unpacked: Unpacked, orientation: int) -> _Decoded:
    samples = CODECS[file_format].decode_deep(unpacked.bare)
    _check_size(size_wh_of(samples), unpacked)
    deep = to_deep(samples, orientation)
    alpha = to_8_bit(deep[:, :, 3]) if deep.shape[2] == 4 else None
    return _Decoded(to_8_bit(deep[:, :, :3]), alpha, unpacked.icc, mode_of(samples), deep)


def _check_size(size_wh: tuple[int, int], unpacked: Unpacked) -> None:
    if size_wh != unpacked.size_wh:
        raise damaged("two sizes")
