"""AVIF of 10 and 12 bits: through libvips it comes out as it went in, without libvips with 8 bits, which is said."""

from __future__ import annotations

import struct
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.isobmff import av1_configuration, avif_deep, nclx_of, with_nclx
from open_the_eyes.files.isobmff.edit import with_colours, with_exif
from open_the_eyes.imaging.depth import to_8_bit
from open_the_eyes.photo import Encoding, FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, SRGB, XMP, camera_exif, facts, marked_picture, saved

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)
P3 = (12, 13, 6, 1)
EXIF = camera_exif(1).tobytes().removeprefix(b"Exif\0\0")


def avif_of(samples: NDArray[np.uint16], bits: int, orientation: int = 1, **options: Any) -> bytes:
    """Straight from libvips, as another program would make it."""
    picture = pyvips.Image.new_from_array(samples << (16 - bits), interpretation="rgb16").copy()
    if orientation != 1:
        picture.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return bytes(picture.heifsave_buffer(compression="av1", bitdepth=bits, effort=0, **options))


def noise(bits: int, channels: int = 3) -> NDArray[np.uint16]:
    return np.random.default_rng(bits).integers(0, 2**bits, (40, 56, channels)).astype(np.uint16)


def ramp() -> NDArray[np.uint16]:
    y, x = np.mgrid[:48, :64]
    return np.asarray(np.stack([100 + 10 * x, 900 - 12 * y, 300 + 4 * x + 4 * y], axis=2), np.uint16)


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_lossless_file_comes_out_as_it_went_in(bits: int, channels: int) -> None:
    whole = noise(bits, channels)

    source = read(avif_of(whole, bits, lossless=True), SETTINGS)
    back = read(encoded(source, "AVIF", RECORD), SETTINGS)

    assert source.deep is not None
    assert back.deep is not None
    np.testing.assert_array_equal(source.deep >> (16 - bits), whole)
    np.testing.assert_array_equal(back.deep, source.deep)
    np.testing.assert_array_equal(source.pixels, to_8_bit(source.deep[:, :, :3]))
    assert facts(back).encoding == facts(source).encoding
    assert facts(source).notes == ()


@pytest.mark.parametrize("chroma", ["on", "off"])
def test_a_lossy_file_keeps_depth_and_subsampling_and_moves_little(chroma: str) -> None:
    source = read(avif_of(ramp(), 10, Q=80, subsample_mode=chroma), SETTINGS)

    out = encoded(source, "AVIF", RECORD)
    back = read(out, SETTINGS)

    assert source.deep is not None
    assert back.deep is not None
    assert facts(back).encoding == facts(source).encoding
    assert av1_configuration(out)[0] == 10
    assert np.abs(back.deep.astype(int) - source.deep).mean() < 400  # of 65,535
    assert len(np.unique(back.deep[:, :, 0])) > len(np.unique(back.pixels[:, :, 0]))


@pytest.mark.parametrize(("bits", "stays"), [(8, False), (10, True)])
def test_a_lossless_file_that_does_not_stay_so_is_told_of(bits: int, stays: bool, tmp_path: Path) -> None:
    source = read(avif_of(noise(bits), bits, lossless=True), SETTINGS)

    notes = write(source, tmp_path / "out.avif", record=RECORD).notes

    back = read(tmp_path / "out.avif", SETTINGS)
    assert np.array_equal(back.pixels, source.pixels) == stays
    assert notes == (() if stays else ("An AVIF of 8 bits is encoded anew: pixels everywhere move by a few levels.",))


@pytest.mark.parametrize("lossless", [True, False])
def test_exif_xmp_and_profile_come_back_byte_for_byte(lossless: bool) -> None:
    plain = read(avif_of(ramp(), 10, lossless=lossless), SETTINGS)
    filled = Photo(plain.pixels, None, FileFacts("AVIF", exif=EXIF, xmp=XMP, icc=SRGB), plain.deep)

    back = read(encoded(filled, "AVIF", None), SETTINGS)

    assert (facts(back).exif, facts(back).xmp, facts(back).icc) == (EXIF, XMP, SRGB)


@pytest.mark.parametrize(
    "icc", [SRGB[:16] + b"CMYK" + SRGB[20:], SRGB[:140], b"words" * 40], ids=["CMYK", "cut", "none"]
)
@pytest.mark.parametrize("lossless", [True, False])
def test_a_profile_that_cannot_be_used_is_left_out_and_the_file_can_be_read(icc: bytes, lossless: bool) -> None:
    deep = (64 * noise(10)).astype(np.uint16)
    encoding = Encoding(lossless=lossless, nclx=P3)
    source = Photo(to_8_bit(deep), None, FileFacts("AVIF", icc=icc, encoding=encoding), deep)

    back = read(encoded(source, "AVIF", None), SETTINGS)

    assert facts(back).icc is None
    assert facts(back).encoding.lossless == lossless
    assert (facts(back).encoding.nclx or ())[:2] == P3[:2]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_up_comes_out_upright_and_stays_upright(orientation: int) -> None:
    upright = marked_picture()
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes each
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(turn[orientation]))
    samples = (4 * np.asarray(stored, np.uint16)).astype(np.uint16)

    source = read(avif_of(samples, 10, orientation, lossless=True), SETTINGS)
    back = read(encoded(source, "AVIF", RECORD), SETTINGS)

    for photo in (source, back):
        assert photo.deep is not None
        np.testing.assert_array_equal(photo.deep >> 8, np.asarray(upright))
        assert facts(photo).orientation == 1


@pytest.mark.parametrize("lossless", [True, False])
def test_wide_colours_without_a_profile_stay_wide(lossless: bool) -> None:
    made = avif_of(ramp(), 10, lossless=lossless)
    data = made if lossless else with_colours(made, P3)
    told = nclx_of(data)

    out = encoded(read(data, SETTINGS), "AVIF", RECORD)

    assert told == ((1, 13, 0, 1) if lossless else P3)
    assert nclx_of(out) == told
    np.testing.assert_allclose(_pixels(data).astype(int), _pixels(out), atol=6)


def test_a_file_that_is_told_its_colours_and_exif_is_still_read_by_others() -> None:
    made = avif_of(ramp(), 10, keep="none")

    told = with_colours(made, P3)

    np.testing.assert_array_equal(_pixels(told), _pixels(made))
    with pytest.raises(ValueError, match="EXIF item"):
        with_exif(told, EXIF)
    with pytest.raises(ValueError, match="a box meta"):
        with_exif(b"\0\0\0\x08free", EXIF)


def test_a_deeper_picture_beside_the_photo_does_not_make_it_deep() -> None:
    """A gain map of 10 bits, or any other picture in the file."""
    data = saved(marked_picture(), "AVIF")
    beside = data + struct.pack(">I", 20) + b"free" + b"\0\0\0\x0cav1C\x81\0\x4c\0"

    source = read(beside, SETTINGS)

    assert source.deep is None
    np.testing.assert_array_equal(source.pixels, read(data, SETTINGS).pixels)
    assert facts(source).encoding.bits == 8


def test_8_bits_that_were_taken_for_more_are_read_as_they_are() -> None:
    data = saved(marked_picture(), "AVIF", quality=90)

    assert np.abs(to_8_bit(avif_deep.decode(data)).astype(int) - _pixels(data)).mean() < 3


@pytest.mark.parametrize(("of", "to"), [("HEIF", "AVIF"), ("AVIF", "HEIF")])
def test_colours_told_by_numbers_go_from_one_format_of_boxes_to_the_other(of: FileFormat, to: FileFormat) -> None:
    source = read(with_nclx(saved(marked_picture(), of, quality=80), (12, 16, 6, 1)), SETTINGS)

    assert (nclx_of(encoded(source, to, RECORD)) or ())[:2] == (12, 16)


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_a_png_tells_them_once_and_gives_them_back(of: FileFormat, tmp_path: Path) -> None:
    source = read(with_nclx(saved(marked_picture(), of, quality=80), (12, 16, 6, 1)), SETTINGS)

    notes = write(source, tmp_path / "wide.png", record=RECORD).notes
    once = read(tmp_path / "wide.png", SETTINGS)

    assert notes == ()
    assert facts(once).encoding.nclx == (12, 16, 0, 1)
    assert encoded(once, "PNG", RECORD).count(b"cICP") == 1
    assert (nclx_of(encoded(once, of, RECORD)) or ())[:2] == (12, 16)


def test_where_they_cannot_go_the_report_says_so(tmp_path: Path) -> None:
    wide = read(with_nclx(saved(marked_picture(), "AVIF"), P3), SETTINGS)
    usual = read(saved(marked_picture(), "AVIF"), SETTINGS)

    told = write(wide, tmp_path / "wide.tif", record=RECORD).notes

    assert told == ("The source tells its colours by numbers that cannot go into this format: they will look duller.",)
    assert write(usual, tmp_path / "usual.tif", record=RECORD).notes == ()
    assert "numbers" not in " ".join(write(wide, tmp_path / "wide.avif", record=RECORD).notes)


def test_the_same_photo_gives_the_same_bytes() -> None:
    source = read(avif_of(noise(10), 10), SETTINGS)

    assert encoded(source, "AVIF", RECORD) == encoded(source, "AVIF", RECORD)


def test_sixteen_bits_of_a_png_become_ten() -> None:
    deep = np.full((16, 16, 3), 30_000, np.uint16)

    back = read(encoded(Photo(to_8_bit(deep), deep=deep), "AVIF", None), SETTINGS)

    assert facts(back).encoding.bits == 10
    assert back.deep is not None
    assert np.abs(back.deep.astype(int) - 30_000).max() < 200


def test_grey_and_its_alpha_stay_what_they_are() -> None:
    deep = (64 * noise(10, 2)).astype(np.uint16)[:, :, [0, 0, 0, 1]]
    source = Photo(to_8_bit(deep[:, :, :3]), to_8_bit(deep[:, :, 3]), FileFacts("PNG", mode="LA"), deep)

    back = read(encoded(source, "AVIF", None), SETTINGS)

    assert back.deep is not None
    np.testing.assert_allclose(back.deep[:, :, 3].astype(int), deep[:, :, 3], atol=64)
    np.testing.assert_array_equal(back.deep[:, :, 0], back.deep[:, :, 1])


def test_without_its_library_eight_bits_are_left_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = avif_of(ramp(), 10)
    monkeypatch.setitem(sys.modules, "pyvips", None)

    source = read(data, SETTINGS)

    assert source.deep is None
    said = "The source has 10 bits a colour, this file has 8"
    install = f'{said}; for more: pip install "open-the-eyes[avif]".'
    for suffix, told in ((".avif", install), (".png", install), (".jpg", f"{said}.")):
        assert told in write(source, tmp_path / f"out{suffix}", record=RECORD).notes
    assert av1_configuration(encoded(source, "AVIF", RECORD))[0] == 8


@pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_off_is_refused(left: float) -> None:
    data = avif_of(noise(10), 10)

    with pytest.raises(UnreadablePhoto, match="damaged"):
        read(data[: int(left * len(data))], SETTINGS)


def _pixels(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))
