"""What went in comes out: pixels, colour kind, tables, every block of metadata."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.files.jpeg.segments import MAX_ICC, split
from open_the_eyes.photo import FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import (
    RECORD,
    SRGB,
    XMP,
    camera_exif,
    facts,
    kept,
    picture,
    plain_exif,
    png_chunk,
    saved,
    with_xmp,
)

SETTINGS = Settings()


LOSSLESS: dict[str, tuple[FileFormat, str, dict[str, Any]]] = {
    "png": ("PNG", "RGB", {}),
    "png bilevel": ("PNG", "1", {}),
    "png grey": ("PNG", "L", {}),
    "png grey and alpha": ("PNG", "LA", {}),
    "png rgba": ("PNG", "RGBA", {}),
    "webp": ("WEBP", "RGB", {"lossless": True}),
    "webp with alpha": ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    "tiff": ("TIFF", "RGB", {}),
    "tiff bilevel": ("TIFF", "1", {"compression": "group4"}),
    "tiff grey": ("TIFF", "L", {"compression": "packbits"}),
    "tiff lzw": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "tiff deflate with predictor": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}),
    "tiff rgba": ("TIFF", "RGBA", {"compression": "tiff_lzw"}),
}


@pytest.mark.parametrize(("file_format", "mode", "options"), LOSSLESS.values(), ids=LOSSLESS.keys())
@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_a_lossless_file_comes_back_with_the_same_pixels_and_metadata(
    file_format: FileFormat, mode: str, options: dict[str, Any], orientation: int
) -> None:
    if file_format != "TIFF":
        options = {**options, "exif": camera_exif(orientation)}
    if mode != "1":
        options = {**options, "icc_profile": SRGB, "dpi": (300, 300)}
    source = with_xmp(read(saved(picture(mode), file_format, **options), SETTINGS))

    back = read(encoded(source, file_format, None), SETTINGS)

    np.testing.assert_array_equal(back.pixels, source.pixels)
    if source.alpha is not None:
        assert back.alpha is not None
        np.testing.assert_array_equal(back.alpha, source.alpha)
    assert kept(back) == kept(source)


def test_grey_stays_grey_until_a_pixel_is_not() -> None:
    source = read(saved(picture("L"), "JPEG"), SETTINGS)
    coloured = source.pixels.copy()
    coloured[10, 10] = (200, 30, 30)

    assert facts(read(encoded(source, "JPEG", RECORD), SETTINGS)).mode == "L"
    assert facts(read(encoded(source.with_pixels(coloured), "JPEG", RECORD), SETTINGS)).mode == "RGB"


def test_a_grey_profile_does_not_stay_beside_colours() -> None:
    grey_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    source = read(saved(picture("L"), "PNG", icc_profile=grey_profile), SETTINGS)
    coloured = source.pixels.copy()
    coloured[10, 10] = (200, 30, 30)

    still_grey = facts(read(encoded(source, "PNG", None), SETTINGS))
    no_longer = facts(read(encoded(source.with_pixels(coloured), "PNG", None), SETTINGS))

    assert still_grey.icc == grey_profile
    assert no_longer.icc is not None
    assert no_longer.icc[16:20] == b"RGB "


@pytest.mark.parametrize("to", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize(("mode", "deep"), [("1", False), ("L", False), ("L", True), ("LA", False), ("LA", True)])
def test_a_grey_profile_goes_only_where_grey_is_stored(mode: str, deep: bool, to: FileFormat) -> None:
    grey_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    made = read(saved(picture(mode), "PNG", icc_profile=grey_profile), SETTINGS)
    alpha = None if made.alpha is None or to == "JPEG" else made.alpha
    planes = [made.pixels] if alpha is None else [made.pixels, alpha[:, :, None]]
    fine = np.concatenate(planes, axis=2).astype(np.uint16) * np.uint16(257) if deep else None

    back = read(encoded(replace(made, alpha=alpha, deep=fine), to, None), SETTINGS)

    assert (facts(back).icc or b"")[16:20] == (b"RGB " if "RGB" in facts(back).mode else b"GRAY")
    assert np.abs(back.pixels.astype(int) - made.pixels).mean() < 3


def test_two_levels_stay_two_until_a_pixel_is_between() -> None:
    source = read(saved(picture("1"), "TIFF", compression="group4"), SETTINGS)
    between = source.pixels.copy()
    between[3, 3] = 128

    back = read(encoded(source.with_pixels(between), "TIFF", None), SETTINGS)

    assert facts(back).mode == "L"
    np.testing.assert_array_equal(back.pixels, between)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_a_palette_becomes_rgb(file_format: FileFormat) -> None:
    source = read(saved(picture("P"), file_format), SETTINGS)

    back = read(encoded(source, file_format, None), SETTINGS)

    assert facts(back).mode == "RGB"
    np.testing.assert_array_equal(back.pixels, source.pixels)


@pytest.mark.parametrize("claims", [b"RGB ", b"CMYK"])
def test_cmyk_becomes_rgb_and_a_profile_that_cannot_be_used_is_not_passed_on(claims: bytes) -> None:
    profile = SRGB[:16] + claims + SRGB[20:]
    source = read(saved(picture("CMYK"), "TIFF", icc_profile=profile), SETTINGS)

    back = read(encoded(source, "TIFF", None), SETTINGS)

    assert facts(back).mode == "RGB"
    assert facts(back).icc is None
    np.testing.assert_array_equal(back.pixels, source.pixels)


def test_a_tiff_with_exif_directories_and_lzw_keeps_both() -> None:
    """The encoder alone fails to save this."""
    plain = read(saved(picture(), "JPEG", exif=camera_exif(), xmp=XMP, icc_profile=SRGB), SETTINGS)
    lzw = read(saved(picture(), "TIFF", compression="tiff_lzw"), SETTINGS)
    source = replace(lzw, file=replace(facts(lzw), exif=facts(plain).exif, xmp=XMP, icc=SRGB, orientation=6))

    out = encoded(source, "TIFF", RECORD)

    with Image.open(BytesIO(out)) as image:
        assert image.info["compression"] == "tiff_lzw"
        exif = image.getexif()
        assert exif[271] == "A Camera"
        assert exif.get_ifd(34665)[37500] == bytes(range(256))
        assert exif.get_ifd(34853)[1] == "N"
        image.load()
    back = read(out, SETTINGS)
    assert facts(read(encoded(back, "TIFF", None), SETTINGS)).exif == facts(back).exif
    np.testing.assert_array_equal(back.pixels, lzw.pixels)


def test_a_resolution_of_no_values_is_none() -> None:
    data = bytearray(saved(picture(), "TIFF", dpi=(72, 72)))
    at = data.index(struct.pack("<HHI", 282, 5, 1))
    data[at + 4 : at + 8] = bytes(4)

    assert facts(read(bytes(data), SETTINGS)).encoding.dpi is None


def test_a_big_endian_tiff_stays_one() -> None:
    little = read(saved(picture(), "JPEG", exif=camera_exif(1)), SETTINGS)
    big_exif = Image.Exif()
    big_exif.endian = ">"
    big_exif[271] = "A Camera"
    big_exif[282] = 300.0
    block = big_exif.tobytes().removeprefix(b"Exif\0\0")
    assert block[:2] == b"MM"

    out = encoded(replace(little, file=replace(facts(little), exif=block)), "TIFF", None)

    assert out[:2] == b"MM"
    with Image.open(BytesIO(out)) as image:
        np.testing.assert_array_equal(np.asarray(image), little.pixels)
        assert image.getexif()[271] == "A Camera"
        assert image.getexif()[282] == 300


def test_png_chunks_stay_on_their_side_of_the_pixels() -> None:
    data = saved(picture(), "PNG", dpi=(300, 300))
    before, after = png_chunk(b"gAMA", b"\0\0\xb1\x8f"), png_chunk(b"tEXt", b"Title\0later")
    source = read(data[:33] + before + data[33:-12] + after + data[-12:], SETTINGS)

    out = encoded(source, "PNG", None)

    assert [name for name, _ in facts(source).blocks] == ["gAMA", "pHYs", "IDAT", "tEXt"]
    assert out.index(before) < out.index(b"pHYs") < out.index(b"IDAT") < out.index(after)


@pytest.mark.parametrize("to", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("of", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_goes_along_into_another_format(of: FileFormat, to: FileFormat) -> None:
    options: dict[str, Any] = {"lossless": True} if of == "WEBP" else {"dpi": (300, 300)}
    source = with_xmp(read(saved(picture(), of, exif=plain_exif(), icc_profile=SRGB, **options), SETTINGS))

    back = read(encoded(source, to, RECORD), SETTINGS)

    assert back.size_wh == source.size_wh
    assert np.abs(back.pixels.astype(int) - source.pixels).mean() < 2
    assert facts(back).icc == SRGB
    assert b"A Camera" in (facts(back).exif or b"")
    assert b'xmp:CreatorTool="A Camera"' in (facts(back).xmp or b"")
    assert facts(back).orientation == (6 if of == to else 1)
    assert read_record(back) == RECORD
    if "WEBP" not in (of, to):
        assert facts(back).encoding.dpi == pytest.approx((300, 300), abs=0.01)


def test_the_same_photo_gives_the_same_bytes() -> None:
    source = read(saved(picture("CMYK"), "JPEG", icc_profile=SRGB), SETTINGS)

    assert encoded(source, "PNG", RECORD) == encoded(source, "PNG", RECORD)


def test_arguments_are_left_as_they_were() -> None:
    source = read(saved(picture("RGBA"), "PNG"), SETTINGS)
    assert source.alpha is not None
    pixels, alpha = source.pixels.copy(), source.alpha.copy()

    encoded(source, "PNG", RECORD)

    np.testing.assert_array_equal(source.pixels, pixels)
    np.testing.assert_array_equal(source.alpha, alpha)


def test_transparency_is_refused_as_jpeg_and_an_opaque_alpha_is_not() -> None:
    with_trns_alpha = read(saved(picture("RGBA"), "PNG"), SETTINGS)
    assert with_trns_alpha.alpha is not None
    opaque = replace(with_trns_alpha, alpha=np.full_like(with_trns_alpha.alpha, 255))

    with pytest.raises(PhotoNotWritten, match="transparent"):
        encoded(with_trns_alpha, "JPEG", None)
    assert read(encoded(opaque, "JPEG", None), SETTINGS).alpha is None


@pytest.mark.parametrize(("file_format", "side"), [("WEBP", 16_384), ("JPEG", 65_536)])
def test_a_picture_too_long_for_a_format_is_refused(file_format: FileFormat, side: int) -> None:
    with pytest.raises(PhotoNotWritten, match="choose"):
        encoded(Photo(np.zeros((1, side, 3), np.uint8)), file_format, None)


def test_a_profile_too_large_for_a_jpeg_is_refused_by_its_name() -> None:
    photo = Photo(np.zeros((8, 8, 3), np.uint8), file=FileFacts("PNG", icc=bytes(MAX_ICC + 1)))
    with pytest.raises(PhotoNotWritten, match=r"a profile that fits into a JPEG, it has [0-9,]+ bytes; choose \.png"):
        encoded(photo, "JPEG", None)
    assert len(split(encoded(replace(photo, file=FileFacts("PNG", icc=bytes(MAX_ICC))), "JPEG", None)).header) >= 255
