"""Small photo files of every format and kind, and what becomes of them when bytes are struck."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from open_the_eyes.files import encoded
from open_the_eyes.imaging.depth import to_16_bit
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
    "tiff": ("TIFF", "RGB", {}),
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
}
NAMES: Final = (*KINDS, *DEEP)


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
    return encoded(Photo(pixels, None, facts, to_16_bit(pixels.astype(np.uint8))), file_format, None)
