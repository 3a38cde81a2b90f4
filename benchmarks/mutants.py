"""Small photo files of every format and kind, and what becomes of them when bytes are struck."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from open_the_eyes.files import encoded
from open_the_eyes.imaging.depth import LEVEL
from open_the_eyes.photo import Encoding, FileFacts, FileFormat, Photo

XMP: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
KINDS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "jpeg": ("JPEG", "RGB", {"xmp": XMP}),
    "jpeg progressive": ("JPEG", "RGB", {"progressive": True}),
    "jpeg cmyk": ("JPEG", "CMYK", {}),
    "jpeg of two": ("MPO", "RGB", {"save_all": True}),
    "png": ("PNG", "RGBA", {}),
    "png palette": ("PNG", "P", {"transparency": bytes(range(100))}),
    "webp": ("WEBP", "RGBA", {"xmp": XMP}),
    "webp lossless": ("WEBP", "RGB", {"lossless": True, "xmp": XMP}),
    "tiff": ("TIFF", "RGB", {"dpi": (72, 72)}),
    "tiff lzw": ("TIFF", "CMYK", {"compression": "tiff_lzw"}),
    "tiff jpeg": ("TIFF", "RGB", {"compression": "jpeg"}),
    "tiff fax": ("TIFF", "1", {"compression": "group4"}),
    "heic": ("HEIF", "RGB", {"xmp": XMP}),
    "avif": ("AVIF", "RGBA", {"xmp": XMP}),
}
DEEP: Final[dict[str, tuple[FileFormat, str]]] = {
    "png, 16 bits": ("PNG", "raw"),
    "tiff, 16 bits": ("TIFF", "raw"),
    "tiff, 16 bits, lzw": ("TIFF", "tiff_lzw"),
    "heic, 10 bits": ("HEIF", "raw"),
    "avif, 10 bits": ("AVIF", "raw"),
}
NAMES: Final = (*KINDS, *DEEP)
_COUNTS: Final = (0, 1, 3, 2**16, 2**31, 2**32 - 1)


def seed_file(name: str) -> bytes:
    """A file of 56 x 40 pixels with a profile and EXIF, of one of `NAMES`."""
    return _deep(*DEEP[name]) if name in DEEP else _shallow(*KINDS[name])


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Copies with bits turned, lengths made absurd, pieces cut out, put in, doubled, or the end cut off.

    The places are near the beginning more often than not, where headers are. Checksums of a PNG are right.
    """
    dice = random.Random(seed)
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(dice.choice([1, 1, 2, 8])):
            if len(mutant) >= 2:
                _strike(mutant, dice)
        yield _resealed(mutant)


def directory_mutants(data: bytes) -> Iterator[bytes]:
    """Copies in which one number of one entry of a directory of tags (TIFF, EXIF) is odd: its kind, count or place."""
    for base in (found.start() for found in re.finditer(rb"II\*\0|MM\0\*", data)):
        order = "<" if data[base : base + 1] == b"I" else ">"
        first = base + int(struct.unpack_from(order + "I", data, base + 4)[0])
        for entry in range(first + 2, first + 2 + 12 * int(struct.unpack_from(order + "H", data, first)[0]), 12):
            for at, code, values in ((2, "H", (0, 2, 3, 5, 12, 99)), (4, "I", _COUNTS), (8, "I", _COUNTS)):
                for value in values:
                    mutant = bytearray(data)
                    struct.pack_into(order + code, mutant, entry + at, value)
                    yield _resealed(mutant)


def _strike(mutant: bytearray, dice: random.Random) -> None:
    at = dice.randrange(min(len(mutant), dice.choice([64, 700, len(mutant)])))
    match dice.randrange(6):
        case 0:
            mutant[at] ^= 1 << dice.randrange(8)
        case 1:
            mutant[at : at + 4] = dice.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1"])
        case 2:
            del mutant[at : at + dice.randrange(1, 40)]
        case 3:
            mutant[at:at] = dice.randbytes(dice.randrange(1, 40))
        case 4:
            del mutant[max(at, 1) :]
        case _:
            start = dice.randrange(len(mutant))
            mutant[at:at] = mutant[start : start + dice.randrange(1, 200)]


def _resealed(mutant: bytearray) -> bytes:
    """A PNG's checksums made right again, so that what lies behind them is reached too."""
    at = 8
    while mutant.startswith(b"\x89PNG") and at + 12 <= len(mutant):
        end = at + 8 + int.from_bytes(mutant[at : at + 4], "big")
        if end + 4 <= len(mutant):
            mutant[end : end + 4] = zlib.crc32(mutant[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(mutant)


def _colours() -> Image.Image:
    y, x = np.mgrid[0:40, 0:56]
    return Image.fromarray(np.stack([4 * x, 6 * y, 200 - x - y], axis=2).astype(np.uint8))


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[274], exif[271] = 6, "A Camera"
    exif.get_ifd(34665)[37500] = b"note" * 20
    return exif


def _shallow(file_format: str, mode: str, options: dict[str, Any]) -> bytes:
    image = _colours().convert(mode)
    extra: dict[str, Any] = {} if file_format == "TIFF" else {"exif": _exif()}
    if mode != "1":
        extra["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if file_format == "MPO":
        extra["append_images"] = [image]
    out = BytesIO()
    if file_format == "HEIF":
        pillow_heif.from_pillow(image).save(out, **{**extra, **options, "exif": _exif().tobytes()})
    else:
        image.save(out, file_format, **extra, **options)
    return out.getvalue()


def _deep(file_format: FileFormat, compression: str) -> bytes:
    pixels = np.asarray(_colours())
    facts = FileFacts(
        file_format,
        exif=_exif().tobytes().removeprefix(b"Exif\0\0"),
        xmp=XMP,
        encoding=Encoding(compression=compression, predictor=2, bits=10),
    )
    return encoded(Photo(pixels, None, facts, (pixels.astype(np.int32) * LEVEL).astype(np.uint16)), file_format, None)
