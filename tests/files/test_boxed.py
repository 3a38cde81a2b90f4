"""HEIC and AVIF: what their libraries allow comes out as it went in, and what they do not allow is said."""

from __future__ import annotations

import builtins
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, features
from pillow_heif.constants import HeifCompressionFormat
from pillow_heif.misc import CtxEncode

from open_the_eyes.errors import PhotoNotWritten, UnreadablePhoto
from open_the_eyes.files import encoded, read, read_record, write
from open_the_eyes.files.isobmff import brand_of, nclx_of, with_nclx
from open_the_eyes.imaging.depth import to_8_bit
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import (
    RECORD,
    SRGB,
    XMP,
    besides_loss,
    camera_exif,
    facts,
    kept,
    marked_picture,
    picture,
    saved,
)

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)
LOSSLESS: dict[str, Any] = {"quality": -1, "chroma": 444, "matrix_coefficients": 0}
P3 = (12, 13, 6, 1)


def deep_heic(bits: int, channels: int = 3) -> tuple[np.ndarray[Any, np.dtype[np.uint16]], bytes]:
    """Samples with nothing below their bits, and a lossless HEIC of them."""
    whole = np.random.default_rng(bits).integers(0, 2**bits, (40, 56, channels), dtype=np.uint16)
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    made = pillow_heif.from_bytes(f"{mode};16", (56, 40), (whole << (16 - bits)).astype("<u2").tobytes())
    out = BytesIO()
    made.save(out, bit_depth=bits, **LOSSLESS)
    return whole, out.getvalue()


def turned_heic(stored: Image.Image, exif: Image.Exif, orientation: int) -> bytes:
    """As a camera writes it: the turning in the container, and in EXIF once more."""
    encoder = CtxEncode(HeifCompressionFormat.HEVC, quality=95)
    extra = {"image_orientation": orientation, "primary": True, "exif": exif.tobytes()}
    encoder.add_image(stored.size, stored.mode, stored.tobytes(), **extra)
    out = BytesIO()
    encoder.save(out)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_lossless_heic_stays_lossless(mode: str) -> None:
    data = saved(picture(mode), "HEIF", **LOSSLESS)

    source = read(data, SETTINGS)
    back = read(encoded(source, "HEIF", RECORD), SETTINGS)

    np.testing.assert_array_equal(source.pixels, np.asarray(picture(mode).convert("RGB")))
    np.testing.assert_array_equal(back.pixels, source.pixels)
    assert facts(back).mode == facts(source).mode == mode
    if source.alpha is not None:
        assert back.alpha is not None
        np.testing.assert_array_equal(back.alpha, source.alpha)


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_ten_and_twelve_bits_come_out_as_they_went_in(bits: int, channels: int) -> None:
    whole, data = deep_heic(bits, channels)

    source = read(data, SETTINGS)
    back = read(encoded(source, "HEIF", RECORD), SETTINGS)

    assert source.deep is not None
    assert back.deep is not None
    stored = source.deep if channels > 1 else source.deep[:, :, :1]
    np.testing.assert_array_equal(stored >> (16 - bits), whole)
    np.testing.assert_array_equal(back.deep, source.deep)
    np.testing.assert_array_equal(source.pixels, to_8_bit(source.deep[:, :, :3]))
    assert facts(back).encoding.bits == bits
    assert stored.max() == 65_535 or whole.max() < 2**bits - 1


def test_ten_bits_outside_the_mask_come_back_untouched() -> None:
    source = read(deep_heic(10)[1], SETTINGS)
    painted = source.pixels.copy()
    painted[10:20, 5:25] = (90, 60, 40)

    back = read(encoded(source.with_pixels(painted), "HEIF", RECORD), SETTINGS)

    assert source.deep is not None
    assert back.deep is not None
    same = (source.pixels == painted).all(axis=2)
    np.testing.assert_array_equal(back.deep[same], source.deep[same])


@pytest.mark.parametrize("chroma", [420, 422])
def test_a_lossy_heic_keeps_its_subsampling_and_moves_little(chroma: int) -> None:
    source = read(saved(picture(), "HEIF", quality=80, chroma=chroma), SETTINGS)

    back = read(encoded(source, "HEIF", RECORD), SETTINGS)

    assert facts(back).encoding == facts(source).encoding
    assert np.abs(back.pixels.astype(int) - source.pixels).mean() < 1


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_an_avif_moves_little_and_keeps_its_kind(mode: str) -> None:
    source = read(saved(picture(mode), "AVIF", quality=80), SETTINGS)

    back = read(encoded(source, "AVIF", RECORD), SETTINGS)

    assert np.abs(back.pixels.astype(int) - source.pixels).mean() < 1
    assert facts(back).mode == facts(source).mode == mode
    assert facts(back).encoding == facts(source).encoding


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_exif_xmp_and_profile_come_back_byte_for_byte(of: FileFormat) -> None:
    exif = camera_exif(1).tobytes()
    source = read(saved(picture(), of, exif=exif, xmp=XMP, icc_profile=SRGB), SETTINGS)

    back = read(encoded(source, of, None), SETTINGS)

    block = facts(source).exif or b""
    assert bytes(range(256)) in block
    assert of == "AVIF" or block == exif.removeprefix(b"Exif\0\0")  # that test's encoder takes the orientation out
    assert (facts(source).xmp, facts(source).icc) == (XMP, SRGB)
    assert kept(back) == kept(source)


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_the_record_stands_in_a_broken_packets_place(of: FileFormat, tmp_path: Path) -> None:
    source = read(saved(picture(), of), SETTINGS)
    broken = replace(source, file=replace(facts(source), xmp=b"just words"))

    out = tmp_path / "photo"
    edited, plain = (write(broken, out, record=record, overwrite=True).notes for record in (RECORD, None))

    said = "The source's XMP cannot be read, and gave way to the record of the edit."
    assert (said in edited, said in plain) == (True, False)
    assert read_record(read(encoded(broken, of, RECORD), SETTINGS)) == RECORD


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_up_comes_out_upright_and_stays_upright(of: FileFormat, orientation: int) -> None:
    """Both store the turning beside the picture."""
    upright = marked_picture()
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes each
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(turn[orientation]))
    exif = camera_exif(orientation)
    data = saved(stored, of, exif=exif, quality=95) if of == "AVIF" else turned_heic(stored, exif, orientation)

    source = read(data, SETTINGS)
    back = read(encoded(source, of, RECORD), SETTINGS)

    for photo in (source, back):
        assert photo.size_wh == upright.size
        assert np.abs(photo.pixels.astype(int) - np.asarray(upright)).mean() < 3
        assert facts(photo).orientation == 1


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_wide_colours_without_a_profile_stay_wide(of: FileFormat) -> None:
    data = with_nclx(saved(picture(), of, quality=80), P3)
    assert nclx_of(data) == P3

    out = encoded(read(data, SETTINGS), of, RECORD)

    assert (nclx_of(out) or ())[:2] == P3[:2]


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_the_same_photo_gives_the_same_bytes(of: FileFormat) -> None:
    source = read(saved(picture(), of), SETTINGS)

    assert encoded(source, of, RECORD) == encoded(source, of, RECORD)


def of_two_pictures() -> bytes:
    opened = pillow_heif.from_pillow(picture())
    opened.add_from_pillow(picture("L"))
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


def with_alpha_as(of: FileFormat, was: bytes, plane: bytes) -> bytes:
    return saved(picture("RGBA"), of).replace(was, plane)


LEFT_OUT = {
    "two pictures": (of_two_pictures(), "other pictures"),
    "matte": (with_alpha_as("HEIF", b":auxid:1", b":auxid:9"), "further planes, such as mattes of hair or skin,"),
    "depth": (with_alpha_as("HEIF", b":auxid:1", b":auxid:2"), "depth map"),
    "AVIF with depth": (with_alpha_as("AVIF", b":alpha", b":depth"), "depth map"),
    "light levels": (saved(picture(), "HEIF") + b"\0\0\0\x0cclli\3\xe8\1\x90", "light levels for bright screens"),
    "gain map": (saved(picture(), "AVIF") + b"\0\0\0\x15infe\2\0\0\0\0\2\0\0tmap\0", "gain map for bright screens"),
}


@pytest.mark.parametrize("suffix", [".heic", ".avif", ".jpg"])
@pytest.mark.parametrize(("data", "what"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_cannot_go_along_into_any_format_is_said(data: bytes, what: str, suffix: str, tmp_path: Path) -> None:
    notes = write(read(data, SETTINGS), tmp_path / f"out{suffix}", record=RECORD).notes

    assert besides_loss(notes) == (f"The source's {what} cannot go along.",)


def test_sixteen_bits_of_a_png_become_ten_in_a_heic() -> None:
    deep = np.full((8, 8, 3), 30_000, np.uint16)
    photo = Photo(to_8_bit(deep), deep=deep)

    back = read(encoded(photo, "HEIF", None), SETTINGS)

    assert facts(back).encoding.bits == 10
    assert back.deep is not None
    assert np.abs(back.deep.astype(int) - 30_000).max() < 200


def test_without_its_library_a_heic_gets_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(picture(), "HEIF")
    source = read(saved(picture(), "PNG"), SETTINGS)
    found = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pillow_heif"):
            raise ImportError(name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)

    with pytest.raises(UnreadablePhoto, match=r"open-the-eyes\[heif\]"):
        read(data, SETTINGS)
    with pytest.raises(PhotoNotWritten, match=r"open-the-eyes\[heif\]"):
        encoded(source, "HEIF", None)


def test_without_its_codec_an_avif_gets_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(picture(), "AVIF")
    source = read(saved(picture(), "PNG"), SETTINGS)
    monkeypatch.setattr(features, "check", lambda _: False)

    with pytest.raises(UnreadablePhoto, match="install a wheel: "):
        read(data, SETTINGS)
    with pytest.raises(PhotoNotWritten, match="AVIF"):
        encoded(source, "AVIF", None)


@pytest.mark.parametrize(
    ("first_box", "expected"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", None),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1heic", None),
        (b"\xff\xff\xff\xffftyp", None),
    ],
)
def test_the_brand_names_the_format(first_box: bytes, expected: FileFormat | None) -> None:
    assert brand_of(first_box) == expected
