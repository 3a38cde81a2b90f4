"""A JPEG that is coded anew keeps its tables, its form and its metadata."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from open_the_eyes.files import encoded, read
from tests.files.jpeg.scenes import SETTINGS
from tests.files.pictures import (
    SRGB,
    XMP,
    camera_exif,
    facts,
    kept,
    picture,
    saved,
)

JPEGS: dict[str, tuple[str, dict[str, Any]]] = {
    "4:4:4": ("RGB", {"subsampling": 0, "quality": 92}),
    "4:2:2": ("RGB", {"subsampling": 1, "quality": 85}),
    "4:2:0": ("RGB", {"subsampling": 2, "quality": 75}),
    "progressive": ("RGB", {"subsampling": 2, "progressive": True}),
    "optimized": ("RGB", {"optimize": True}),
    "three tables": ("RGB", {"qtables": [[7] * 64, [9] * 64, [11] * 64], "subsampling": 0}),
    "coarse tables": ("RGB", {"quality": 10}),
    "stored as rgb": ("RGB", {"keep_rgb": True}),
    "grey": ("L", {"quality": 90}),
}


@pytest.mark.parametrize(("mode", "options"), JPEGS.values(), ids=JPEGS.keys())
def test_a_jpeg_comes_back_with_the_same_tables_form_and_metadata(mode: str, options: dict[str, Any]) -> None:
    """Without an edit pixels move by two levels at most.

    In a busier picture chroma that was halved, or light that was clipped, can move more.
    """
    extra: dict[str, Any] = {"exif": camera_exif(), "icc_profile": SRGB, "xmp": XMP, "comment": b"by hand"}
    if "keep_rgb" not in options:
        extra["dpi"] = (300, 300)  # a JFIF segment, which stored RGB must not have
    data = saved(picture(mode, (64, 48)), "JPEG", **options, **extra)
    source = read(data, SETTINGS)

    out = encoded(source, "JPEG", None)

    back = read(out, SETTINGS)
    assert kept(back) == kept(source)
    assert np.abs(back.pixels.astype(int) - source.pixels).max() <= 2
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(out)) as after:
        assert isinstance(before, JpegImagePlugin.JpegImageFile)
        assert isinstance(after, JpegImagePlugin.JpegImageFile)
        assert after.quantization == before.quantization
        assert [layer[1:] for layer in after.layer] == [layer[1:] for layer in before.layer]
        assert after.info.get("progressive") == before.info.get("progressive")
        assert after.size == before.size
        assert sorted(after.applist) == sorted(before.applist)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("optimize", [False, True])
def test_huffman_tables_of_the_standard_are_told_from_a_files_own(mode: str, optimize: bool) -> None:
    source = read(saved(picture(mode), "JPEG", optimize=optimize), SETTINGS)

    assert facts(source).encoding.optimized == optimize


def test_unusual_subsampling_becomes_none() -> None:
    data = bytearray(saved(picture(), "JPEG", subsampling=1))
    frame = data.index(b"\xff\xc0")
    assert data[frame + 11] == 0x21
    data[frame + 11] = 0x12  # 4:4:0, as a camera's turned 4:2:2 file has; the scan then says something else, no matter

    assert facts(read(bytes(data), SETTINGS)).encoding.subsampling == 0
