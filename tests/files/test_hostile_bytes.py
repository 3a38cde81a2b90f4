"""Mutated files of every format: an error of ours or a photo, in bounded time, and what was read can be written."""

from __future__ import annotations

import contextlib
import random
import time
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.files import EditRecord, encoded, read, read_record
from open_the_eyes.settings import Settings

SETTINGS = Settings(max_bytes=1_000_000, max_pixels=250_000)
RECORD = EditRecord("appearance", "fast", 1, "0.1.0", ((1, "opened"),))
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
SEEDS: dict[str, tuple[str, str, dict[str, Any]]] = {
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
}


def seed_file(file_format: str, mode: str, options: dict[str, Any]) -> bytes:
    y, x = np.mgrid[0:40, 0:56]
    image = Image.fromarray(np.stack([4 * x, 6 * y, 200 - x - y], axis=2).astype(np.uint8)).convert(mode)
    exif = Image.Exif()
    exif[274], exif[271] = 6, "A Camera"
    exif.get_ifd(34665)[37500] = b"note" * 20
    extra: dict[str, Any] = {}
    if file_format != "TIFF":
        extra["exif"] = exif
    if mode != "1":
        extra["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if file_format == "MPO":
        extra["append_images"] = [image]
    out = BytesIO()
    image.save(out, file_format, **extra, **options)
    return out.getvalue()


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    dice = random.Random(seed)
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(dice.choice([1, 1, 2, 8])):
            if len(mutant) < 2:
                break
            at = dice.randrange(min(len(mutant), dice.choice([64, 700, len(mutant)])))
            match dice.randrange(6):
                case 0:
                    mutant[at] ^= 1 << dice.randrange(8)
                case 1:
                    mutant[at : at + 4] = dice.choice(
                        [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1"]
                    )
                case 2:
                    del mutant[at : at + dice.randrange(1, 40)]
                case 3:
                    mutant[at:at] = dice.randbytes(dice.randrange(1, 40))
                case 4:
                    del mutant[max(at, 1) :]
                case _:
                    start = dice.randrange(len(mutant))
                    mutant[at:at] = mutant[start : start + dice.randrange(1, 200)]
        yield bytes(mutant)


def resealed(mutant: bytes) -> bytes:
    """A PNG's checksums made right again, so that what lies behind them is reached too."""
    out, at = bytearray(mutant), 8
    while mutant.startswith(b"\x89PNG") and at + 12 <= len(out):
        end = at + 8 + int.from_bytes(out[at : at + 4], "big")
        out[end : end + 4] = (
            zlib.crc32(out[at + 4 : end]).to_bytes(4, "big") if end + 4 <= len(out) else out[end : end + 4]
        )
        at = end + 4
    return bytes(out)


@pytest.mark.parametrize("name", SEEDS)
def test_only_our_errors_come_out_and_soon(name: str) -> None:
    data = seed_file(*SEEDS[name])
    survivors = []
    for number, mutant in enumerate(mutations(data, count=60, seed=sum(name.encode()))):
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a decoder may mumble about bytes that are odd
            with contextlib.suppress(OpenTheEyesError):
                survivor = read(resealed(mutant), SETTINGS)
                assert survivor.file is not None
                written = encoded(survivor, survivor.file.format, RECORD)
                survivors.append((survivor.size_wh, written))
        assert time.process_time() - started < 2, number
    assert survivors
    for size_wh, written in survivors:
        back = read(written, SETTINGS)
        assert back.size_wh == size_wh
        assert read_record(back) == RECORD
