"""Reading: a photo comes out upright RGB with nothing lost."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import read
from open_the_eyes.files.jpeg import decode_rgb
from open_the_eyes.settings import Settings
from tests.files.jpeg.scenes import CODINGS, coded
from tests.files.pictures import marked_picture as picture
from tests.files.pictures import png_chunk, saved
from tests.files.test_depth import png as deep_png
from tests.files.test_depth import samples
from tests.files.test_no_photo import png

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)

KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "jpeg": ("JPEG", "RGB", {}),
    "jpeg grey": ("JPEG", "L", {}),
    "jpeg progressive": ("JPEG", "RGB", {"progressive": True}),
    "jpeg stored as rgb": ("JPEG", "RGB", {"keep_rgb": True}),
    "jpeg cmyk": ("JPEG", "CMYK", {"quality": 100}),
    "png bilevel": ("PNG", "1", {}),
    "png grey": ("PNG", "L", {}),
    "png grey, 4 bits": ("PNG", "L", {"bits": 4}),
    "png grey and alpha": ("PNG", "LA", {}),
    "png palette": ("PNG", "P", {}),
    "png palette, see-through": ("PNG", "P", {"transparency": 7}),
    "png palette, graded": ("PNG", "P", {"transparency": bytes(range(200))}),
    "png rgb": ("PNG", "RGB", {}),
    "png rgb, one colour see-through": ("PNG", "RGB", {"transparency": (250, 240, 30)}),
    "png rgba": ("PNG", "RGBA", {}),
    "webp": ("WEBP", "RGB", {}),
    "webp with alpha": ("WEBP", "RGBA", {}),
    "webp lossless": ("WEBP", "RGB", {"lossless": True}),
    "webp lossless with alpha": ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    "tiff bilevel, fax": ("TIFF", "1", {"compression": "group4"}),
    "tiff grey": ("TIFF", "L", {}),
    "tiff grey and alpha": ("TIFF", "LA", {"compression": "tiff_lzw"}),
    "tiff palette": ("TIFF", "P", {}),
    "tiff rgb": ("TIFF", "RGB", {}),
    "tiff lzw": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "tiff deflate": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate"}),
    "tiff packbits": ("TIFF", "RGB", {"compression": "packbits"}),
    "tiff jpeg": ("TIFF", "RGB", {"compression": "jpeg"}),
    "tiff rgba": ("TIFF", "RGBA", {}),
    "tiff cmyk": ("TIFF", "CMYK", {"compression": "tiff_lzw"}),
    "tiff ycbcr": ("TIFF", "YCbCr", {"compression": "tiff_lzw"}),
}


@pytest.mark.parametrize(("file_format", "mode", "options"), KINDS.values(), ids=KINDS.keys())
def test_every_kind_comes_out_as_rgb_and_alpha(file_format: str, mode: str, options: dict[str, Any]) -> None:
    data = saved(picture(mode), file_format, **options)
    with Image.open(BytesIO(data)) as image:
        has_alpha = image.has_transparency_data
        expected = np.asarray(image.convert("RGBA") if has_alpha else image.convert("RGB"))

    photo = read(data, SETTINGS)

    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous
    np.testing.assert_array_equal(photo.pixels, expected[:, :, :3])
    assert (photo.alpha is not None) == has_alpha
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, expected[:, :, 3])
    assert photo.file is not None
    assert photo.file.format == file_format


@pytest.mark.parametrize(
    "data",
    [
        coded((16, 16)),
        saved(picture("RGBA"), "PNG"),
        saved(picture("RGBA"), "TIFF"),
        saved(picture(), "WEBP"),
        deep_png(samples(4)),
    ],
    ids=["jpeg", "png", "tiff", "webp", "16 bits"],
)
def test_nobody_changes_what_a_file_holds_unnoticed(data: bytes) -> None:
    photo = read(data, SETTINGS)
    for plane in (photo.pixels, photo.alpha, photo.deep):
        if plane is not None:
            with pytest.raises(ValueError, match="read-only"):
                plane[0, 0] = 0


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("behind", [0, 0x4000], ids=["", "and bits that do not count"])
def test_of_grey_the_level_that_is_see_through_and_no_other_is(depth: int, behind: int) -> None:
    """Every level has a row of 8 pixels."""
    levels = range(1 << depth)
    rows = [sum(level << at for at in range(0, 8, depth)).to_bytes(1, "big") * depth for level in levels]
    pixels = b"".join(b"\0" + row for row in rows)
    for level in (0, len(levels) // 2, len(levels) - 1):
        key = png_chunk(b"tRNS", (level + (behind if depth in (2, 4) else 0)).to_bytes(2, "big"))
        photo = read(png(8, len(levels), depth, 0, pixels, key), SETTINGS)

        assert photo.alpha is not None
        assert [row[0] for row in photo.alpha] == [0 if row == level else 255 for row in levels]
        assert [row[0, 0] for row in photo.pixels] == [round(row * 255 / (len(levels) - 1)) for row in levels]


def test_ycbcr_that_is_not_compressed_is_refused() -> None:
    with pytest.raises(UnreadablePhoto, match="YCbCr uncompressed; save it as RGB"):
        read(saved(picture("YCbCr"), "TIFF"), SETTINGS)


@pytest.mark.parametrize("size_wh", [(1, 1), (1, 30), (30, 1)], ids=str)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_smallest_pictures_are_pictures(file_format: str, size_wh: tuple[int, int]) -> None:
    assert read(saved(picture(size_wh=size_wh), file_format), SETTINGS).size_wh == size_wh


def test_interlaced_pngs_are_whole() -> None:
    """Adam7 as it is stored: seven small pictures, here of one pixel column and row patterns that all exist."""
    image = np.asarray(picture("L", (9, 9)))
    rows = b""
    for left, top, right, down in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]:
        rows += b"".join(b"\0" + row.tobytes() for row in image[top::down, left::right])
    rows += b"".join(b"\0" + row.tobytes() for row in image[1::2])
    data = bytearray(png(9, 9, kind=0, rows=rows))
    data[28] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))

    np.testing.assert_array_equal(read(bytes(data), SETTINGS).pixels[:, :, 1], image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pixels_come_out_upright(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(picture("RGBA" if file_format == "PNG" else "RGB"), file_format, exif=exif, **options)
    with Image.open(BytesIO(data)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))

    photo = read(data, SETTINGS)

    np.testing.assert_array_equal(photo.pixels, upright[:, :, :3])
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, upright[:, :, 3])
    assert photo.file is not None
    assert photo.file.orientation == orientation


@pytest.mark.parametrize("value", [0, 9, 65_535], ids=str)
def test_a_senseless_orientation_is_upright(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value

    photo = read(saved(picture(), "JPEG", exif=exif), SETTINGS)

    assert photo.file is not None
    assert photo.file.orientation == 1


def test_a_broken_exif_block_is_no_reason_to_refuse_a_photo() -> None:
    photo = read(saved(picture(), "JPEG", exif=b"Exif\0\0II\x2a\0\xff\xff\xff\x7f"), SETTINGS)

    assert photo.file is not None
    assert photo.file.exif == b"II\x2a\0\xff\xff\xff\x7f"


def test_ycck_is_turned_into_the_right_colours() -> None:
    """A CMYK file's planes are declared to be YCC and K: Adobe stores ink inverted, libjpeg gives YCC inverted too."""
    planes = 255 - np.asarray(ImageOps.invert(picture()).convert("YCbCr"))  # the encoder inverts CMYK
    planes = np.dstack([planes, np.zeros(planes.shape[:2], np.uint8)])
    data = bytearray(saved(Image.frombytes("CMYK", picture().size, planes.tobytes()), "JPEG", quality=100))
    data[data.index(b"Adobe") + 11] = 2

    pixels = read(bytes(data), SETTINGS).pixels

    assert np.abs(pixels.astype(int) - np.asarray(picture())).max() <= 4


@pytest.mark.parametrize("transform", [0, 2, None], ids=["CMYK", "YCCK", "nobody's"])
def test_a_sound_jpeg_of_four_colours_is_decoded_once_and_as_pillow_does(
    transform: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(saved(picture("CMYK"), "JPEG", quality=80))
    adobe = data.index(b"Adobe")
    if transform is None:
        del data[adobe - 4 : adobe + 12]
    else:
        data[adobe + 11] = transform
    with Image.open(BytesIO(data)) as image:
        expected = np.asarray(image.convert("RGB"))
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", None)

    np.testing.assert_array_equal(read(bytes(data), SETTINGS).pixels, expected)


def test_lab_becomes_srgb_and_says_so() -> None:
    photo = read(saved(picture("LAB"), "TIFF"), SETTINGS)

    assert np.abs(photo.pixels.astype(int) - np.asarray(picture())).mean() < 1
    assert photo.file is not None
    assert photo.file.icc is not None
    assert photo.file.icc[16:20] == b"RGB "


def test_a_wide_profile_is_passed_on_and_no_pixel_touched() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    wide = profile.replace(b"sRGB", b"wide")  # another profile as far as bytes go

    photo = read(saved(picture(), "PNG", icc_profile=wide), SETTINGS)

    np.testing.assert_array_equal(photo.pixels, np.asarray(picture()))
    assert photo.file is not None
    assert photo.file.icc == wide


def test_the_first_of_several_pictures_in_a_jpeg_is_read() -> None:
    second = ImageOps.invert(picture())

    photo = read(saved(picture(), "MPO", save_all=True, append_images=[second]), SETTINGS)

    assert np.abs(photo.pixels.astype(int) - np.asarray(picture())).mean() < 3


def test_bytes_and_path_read_the_same(tmp_path: Path) -> None:
    data = saved(picture(), "JPEG")
    path = tmp_path / "photo"
    path.write_bytes(data)

    from_bytes, from_path = read(data, SETTINGS), read(str(path), SETTINGS)

    np.testing.assert_array_equal(from_bytes.pixels, from_path.pixels)
    assert from_bytes.file is not None
    assert from_path.file is not None
    assert from_path.file.path == path
    assert from_bytes.file.path is None
    assert from_bytes.file.sha256 == from_path.file.sha256


@pytest.mark.parametrize("size_wh", [(1, 1), (7, 5), (33, 47), (120, 90)], ids=str)
@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_the_quick_decoder_gives_the_pixels_that_pillow_gives(
    options: dict[str, Any], size_wh: tuple[int, int]
) -> None:
    data = coded(size_wh, **options)
    with Image.open(BytesIO(data)) as image:
        wanted = np.asarray(image.convert("RGB"))
    pixels = decode_rgb(data)
    assert (pixels is None) == (options.get("mode") == "L")
    if pixels is not None:
        np.testing.assert_array_equal(pixels, wanted)


def test_what_the_quick_decoder_warns_of_is_left_to_pillow() -> None:
    whole = coded((120, 90), subsampling=2)
    assert decode_rgb(whole[: len(whole) // 2]) is None
    assert decode_rgb(whole[:40]) is None
    assert decode_rgb(b"") is None
    strange = whole[:-2] + b"\x00\x00\x00\xff\xd9"  # bytes too many, at which libjpeg shrugs
    assert decode_rgb(strange) is None
    np.testing.assert_array_equal(read(strange, SETTINGS).pixels, read(whole, SETTINGS).pixels)
