"""Pictures in memory: an array, or an image of Pillow's, comes out of a file as it went in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.arguments import read
from open_the_eyes.errors import PhotoTooLarge, UnreadablePhoto, UsageError
from open_the_eyes.files import encoded, is_painted, photo_from
from open_the_eyes.files import read as read_file
from open_the_eyes.photo import FileFormat
from open_the_eyes.settings import Settings
from tests.files.pictures import SRGB, camera_exif, facts, marked_picture, saved
from tests.files.profiles import DISPLAY_P3

SETTINGS = Settings()
GREY: NDArray[np.uint8] = np.arange(0, 240, 20, np.uint8).reshape(3, 4)
COLOUR: NDArray[np.uint8] = np.arange(0, 252, 7, np.uint8).reshape(3, 4, 3)
FOUR: NDArray[np.uint8] = np.arange(0, 240, 5, np.uint8).reshape(3, 4, 4)
ARRAYS: dict[str, NDArray[Any]] = {
    "grey": GREY,
    "grey, one channel": GREY[:, :, None],
    "grey and alpha": FOUR[:, :, :2],
    "colour": COLOUR,
    "colour and alpha": FOUR,
    "from the right": COLOUR[:, ::-1],
    **{f"16 bits, {n} channels": FOUR[:, :, :n].astype(np.uint16) * 1001 + 3 for n in (1, 2, 3, 4)},
    "16 bits, the other byte order": (COLOUR.astype(np.uint16) * 1001).astype(">u2"),
}


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_an_array_comes_out_of_a_file_as_it_went_in(array: NDArray[Any], file_format: Any) -> None:
    before = array.copy()
    back = read_file(encoded(photo_from(array), file_format, None), SETTINGS)
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[facts(back).mode]
    planes = (
        back.deep if back.deep is not None else np.dstack([back.pixels, *([] if back.alpha is None else [back.alpha])])
    )
    came = planes if channels > 2 else planes[:, :, [0, 3][:channels]]
    np.testing.assert_array_equal(came, array if array.ndim == 3 else array[:, :, None])
    assert came.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("kind", [np.matrix, np.ma.MaskedArray, np.recarray])
def test_an_array_of_a_kind_of_its_own_is_taken_as_its_numbers(kind: type[NDArray[Any]]) -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    photo = photo_from(grey.view(kind))
    assert type(photo.pixels) is np.ndarray
    assert np.array_equal(photo.pixels, np.dstack([grey] * 3))


def test_what_a_photo_was_made_of_may_be_changed_afterwards() -> None:
    array = COLOUR.copy()
    photo = photo_from(array)
    array[:] = 0
    np.testing.assert_array_equal(photo.pixels, COLOUR)
    assert not photo.pixels.flags.writeable
    assert repr(photo) == "<Photo 4 x 3>"


def test_colours_of_opencv_are_turned_round_and_alpha_stays() -> None:
    np.testing.assert_array_equal(photo_from(COLOUR, order="BGR").pixels, COLOUR[:, :, ::-1])
    photo = photo_from(FOUR, order="BGR", icc=SRGB)
    np.testing.assert_array_equal(photo.pixels, FOUR[:, :, 2::-1])
    assert photo.alpha is not None
    np.testing.assert_array_equal(photo.alpha, FOUR[:, :, 3])
    assert facts(photo).icc == SRGB
    np.testing.assert_array_equal(photo_from(GREY, order="BGR").pixels[:, :, 0], GREY)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(COLOUR / 255, r"got \(3, 4, 3\) float64, which may go to 1 or to 255", id="fractions"),
        pytest.param(COLOUR > 9, r"got \(3, 4, 3\) bool", id="yes and no"),
        pytest.param(COLOUR.astype(np.uint32), "uint32", id="32 bits"),
        pytest.param(COLOUR[:0], r"got \(0, 4, 3\)", id="empty"),
        pytest.param(np.zeros((3, 4, 5), np.uint8), r"got \(3, 4, 5\)", id="five channels"),
        pytest.param(COLOUR[None], r"got \(1, 3, 4, 3\)", id="a batch"),
        pytest.param([[1]], "got list", id="a list"),
        pytest.param(Image.new("F", (4, 4)), "got one of kind F: convert it to RGB", id="image of fractions"),
        pytest.param(Image.new("HSV", (4, 4)), "got one of kind HSV", id="image of hues"),
    ],
)
def test_other_pictures_are_refused_in_words(given: Any, words: str) -> None:
    with pytest.raises(UsageError, match=f"photo: expected an .*{words}"):
        photo_from(given)


def test_another_order_is_refused() -> None:
    wrong: Any = "GBR"
    with pytest.raises(UsageError, match="order: expected RGB or BGR, got 'GBR'"):
        photo_from(COLOUR, order=wrong)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_an_image_brings_profile_exif_and_resolution_and_is_turned_upright(file_format: FileFormat) -> None:
    jpeg = saved(marked_picture(), "JPEG", exif=camera_exif(), icc_profile=DISPLAY_P3, dpi=(300, 300))
    data = jpeg if file_format == "JPEG" else encoded(read_file(jpeg, SETTINGS), file_format, None)
    source, photo = read_file(data, SETTINGS), photo_from(Image.open(BytesIO(data)))
    came = facts(photo)
    if file_format not in ("JPEG", "WEBP"):
        np.testing.assert_array_equal(photo.pixels, source.pixels)
    assert photo.size_wh == source.size_wh == (40, 48)
    assert (came.format, came.path, came.sha256, came.icc) == (None, None, "", DISPLAY_P3)
    if file_format != "WEBP":
        assert came.encoding.dpi == pytest.approx((300, 300), abs=0.1)
    back = Image.open(BytesIO(encoded(photo, "PNG", None)))
    assert back.getexif()[271] == "A Camera"
    assert back.getexif().get(274, 1) == 1
    assert 256 not in back.getexif()
    assert back.getexif().get_ifd(34665)[33434] == (1, 250)
    assert back.info["icc_profile"] == DISPLAY_P3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I;16"])
def test_every_kind_of_image_is_what_its_file_is(mode: str) -> None:
    image = Image.fromarray(GREY.astype(np.uint16) * 257) if mode == "I;16" else marked_picture(mode)
    photo = photo_from(image)
    kind = "RGBA" if image.has_transparency_data else "RGB"
    if mode == "I;16":
        assert photo.deep is not None
        np.testing.assert_array_equal(photo.deep[:, :, 0], np.asarray(image))
    else:
        np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert(kind))[:, :, :3])
    assert (photo.alpha is None) == (kind == "RGB")


def test_an_image_that_was_painted_still_says_so() -> None:
    image = marked_picture()
    assert not is_painted(photo_from(image))
    image.info["xmp"] = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert is_painted(photo_from(image))


def test_an_image_whose_file_is_cut_off_is_no_photo() -> None:
    data = saved(marked_picture(size_wh=(400, 300)), "JPEG")
    with pytest.raises(UnreadablePhoto):
        photo_from(Image.open(BytesIO(data[: len(data) // 2])))


@pytest.mark.parametrize(
    "given",
    [bytearray, memoryview, BytesIO, lambda data: Image.open(BytesIO(data))],
    ids=["bytearray", "view", "file", "image"],
)
def test_what_holds_a_file_is_read_as_its_bytes_are(given: Any) -> None:
    data = saved(marked_picture("RGBA"), "PNG")
    photo = read(given(data), SETTINGS)
    plain = read_file(data, SETTINGS)
    np.testing.assert_array_equal(photo.pixels, plain.pixels)
    if not isinstance(given(data), Image.Image):
        assert photo.file == plain.file


def test_an_open_file_is_read_and_neither_closed_nor_read_without_end(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(marked_picture(), "PNG"))
    with (tmp_path / "a.png").open("rb") as file:
        read(file, SETTINGS)
        assert not file.closed
    with pytest.raises(UnreadablePhoto, match=r"expected an open file that can be read, got: .*closed"):
        read(file, SETTINGS)


def test_no_more_of_an_open_file_is_read_than_may_be() -> None:
    file = BytesIO(bytes(1000))
    with pytest.raises(PhotoTooLarge, match="at most 10 bytes, it has 11 or more"):
        read(file, Settings(max_bytes=10))
    assert file.tell() == 11


def test_numbers_of_8_bits_in_an_array_of_16_are_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"uint16 means 0\.\.65535, and no value is above \d+") as told:
        photo_from(COLOUR.astype(np.uint16))
    assert told[0].filename == __file__


@pytest.mark.parametrize("brightest", [0, 256])
def test_a_black_picture_and_a_dark_one_of_16_bits_are_not_warned_of(brightest: int) -> None:
    dark = np.zeros((40, 40, 3), np.uint16)
    dark[17, 5, 2] = brightest
    assert photo_from(dark).deep is not None
