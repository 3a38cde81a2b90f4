"""The table: format x bit depth x way up x metadata; what goes in comes out, after an edit as well."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np
import pytest

from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.imaging.depth import LEVEL
from open_the_eyes.photo import Encoding, FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, SRGB, XMP, camera_exif, facts, marked_picture
from tests.files.profiles import DISPLAY_P3

HOLDS: Final[dict[FileFormat, tuple[int, ...]]] = {
    "JPEG": (8,),
    "PNG": (8, 16),
    "WEBP": (8,),
    "TIFF": (8, 16),
    "HEIF": (8, 10),
    "AVIF": (8, 10),
}
EXACT: Final = (*product(("PNG", "WEBP", "TIFF", "HEIF"), (8, 10, 16)), ("AVIF", 10))
TURNED_WHEN_READ: Final = ("HEIF", "AVIF")
TABLE: Final = [
    (file_format, bits, orientation, metadata)
    for (file_format, depths), orientation, metadata in product(HOLDS.items(), range(1, 9), ("all", "none"))
    for bits in depths
    if file_format not in TURNED_WHEN_READ or orientation == 1  # see test_boxed for theirs
    if metadata == "all" or orientation == 1  # EXIF holds the orientation
]


def file_of(file_format: FileFormat, bits: int, orientation: int, metadata: str) -> bytes:
    """A file with every kind of metadata, or none; lossless where the format can be."""
    pixels = np.asarray(marked_picture(size_wh=(64, 48)))
    deep = None
    if bits > 8:
        fine = np.random.default_rng(bits).integers(-120, 120, pixels.shape)
        deep = (pixels.astype(np.int32) * LEVEL + fine).clip(0, 65_535).astype(np.uint16)
    encoding = Encoding(lossless=True, bits=bits, compression="tiff_lzw", predictor=2)
    everything = metadata == "all"
    source = FileFacts(
        file_format,
        exif=camera_exif(orientation).tobytes().removeprefix(b"Exif\0\0") if everything else None,
        icc=SRGB if everything else None,
        xmp=XMP if everything else None,
        orientation=orientation,
        encoding=encoding,
    )
    return encoded(Photo(pixels, None, source, deep), file_format, None)


@pytest.mark.parametrize(("file_format", "bits", "orientation", "metadata"), TABLE)
def test_what_goes_in_comes_out(file_format: FileFormat, bits: int, orientation: int, metadata: str) -> None:
    source = read(file_of(file_format, bits, orientation, metadata), Settings())
    painted = source.pixels.copy()
    painted[16:32, 16:32] = (120, 80, 60)
    same = (painted == source.pixels).all(axis=2)

    back = read(encoded(source.with_pixels(painted), file_format, RECORD), Settings())

    before, after = facts(source), facts(back)
    assert read_record(back) == RECORD
    assert (after.exif, after.icc, after.orientation) == (before.exif, before.icc, before.orientation)
    assert after.mode == before.mode
    assert replace(after.encoding, qtables=()) == replace(before.encoding, qtables=())
    assert before.orientation == orientation
    assert (metadata == "all") == (before.icc == SRGB) == (b"A Camera" in (before.exif or b""))
    assert (source.deep is not None) == (bits > 8)
    if metadata == "all":
        assert b'xmp:CreatorTool="A Camera"' in (after.xmp or b"")
    if (file_format, bits) in EXACT:
        fine = 1 if bits == 10 else 0  # the levels of 8 bits lie between those of 10
        np.testing.assert_allclose(back.pixels[~same].astype(int), painted[~same], atol=fine)
        np.testing.assert_array_equal(back.pixels[same], source.pixels[same])
    else:
        assert np.abs(back.pixels.astype(int) - painted).mean() < 3
    if source.deep is not None:
        assert back.deep is not None
        np.testing.assert_array_equal(back.deep[same], source.deep[same])


@pytest.mark.parametrize("file_format", HOLDS)
def test_colours_of_a_wide_profile_are_not_converted_or_clipped(file_format: FileFormat) -> None:
    """Full-range colours tagged as Display P3: the levels stay what they are, and so does the profile."""
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:16, :, 1], pixels[16:, :, 0] = 255, 255
    made = Photo(pixels, None, FileFacts(file_format, icc=DISPLAY_P3, encoding=Encoding(lossless=True)))

    source = read(encoded(made, file_format, None), Settings())
    back = read(encoded(source, file_format, RECORD), Settings())

    assert facts(source).icc == facts(back).icc == DISPLAY_P3
    inner = np.s_[2:14]  # away from the border, where lossy formats mix
    assert np.abs(back.pixels[inner].astype(int) - pixels[inner]).max() <= 4
