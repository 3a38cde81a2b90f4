"""16 bits a colour, from end to end: what goes in comes out, and only what was painted changes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import encoded, read, read_record, write
from open_the_eyes.files.metadata.ifd import read_first_ifd
from open_the_eyes.files.tiff.strips import PREDICTOR
from open_the_eyes.imaging.depth import Deep, to_8_bit
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, png_chunk

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)
ROWS, COLUMNS = 40, 56


def samples(channels: int) -> Deep:
    """Every channel has its own fine steps; alpha, where there is one, is half there at the left."""
    found = np.random.default_rng(channels).integers(0, 65_536, (ROWS, COLUMNS, channels), dtype=np.uint16)
    if channels in (2, 4):
        found[:, :, -1] = np.linspace(20_000, 65_535, COLUMNS).astype(np.uint16)
    return found


def png(of: Deep, extra: bytes = b"") -> bytes:
    """Without filters, by hand: no library writes every kind."""
    height, width, channels = of.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = np.zeros((height, 1 + width * channels * 2), np.uint8)
    rows[:, 1:] = of.astype(">u2").view(np.uint8).reshape(height, -1)
    pixels = png_chunk(b"IDAT", zlib.compress(rows.tobytes()))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + pixels + png_chunk(b"IEND", b"")


def tiff(of: NDArray[Any], **options: Any) -> bytes:
    out = BytesIO()
    channels = of.shape[2]
    if channels in (2, 4):
        options.setdefault("extrasamples", ["unassalpha"])
    if options.get("planarconfig") == "separate":
        of = np.ascontiguousarray(np.moveaxis(of, 2, 0))
    if channels == 1:
        of = of[:, :, 0]
    options.setdefault("photometric", "rgb" if channels > 2 else "minisblack")
    tifffile.imwrite(out, of, metadata=None, **options)
    return out.getvalue()


def deep_of(photo: Photo) -> Deep:
    assert photo.deep is not None
    return photo.deep


def as_stored(photo: Photo, channels: int) -> Deep:
    return deep_of(photo) if channels > 2 else deep_of(photo)[:, :, [0, 3][:channels]]


FILES: dict[str, tuple[bytes, int]] = {
    **{f"png of {channels}": (png(samples(channels)), channels) for channels in (1, 2, 3, 4)},
    **{f"tiff of {channels}": (tiff(samples(channels)), channels) for channels in (1, 2, 3, 4)},
    "tiff deflate": (tiff(samples(3), compression="zlib"), 3),
    "tiff deflate, differences": (tiff(samples(3), compression="zlib", predictor=True), 3),
    "tiff strips": (tiff(samples(3), rowsperstrip=7, compression="zlib", predictor=True), 3),
    "tiff big-endian": (tiff(samples(3).astype(">u2"), byteorder=">"), 3),
    "tiff big-endian, differences": (
        tiff(samples(4).astype(">u2"), byteorder=">", compression="zlib", predictor=True),
        4,
    ),
    "tiff tiles": (tiff(samples(3), tile=(16, 32)), 3),
    "tiff tiles, deflate, differences": (tiff(samples(4), tile=(32, 16), compression="zlib", predictor=True), 4),
    "tiff planes": (tiff(samples(3), planarconfig="separate", rowsperstrip=9, compression="zlib"), 3),
    "tiff planes of tiles": (tiff(samples(3), planarconfig="separate", tile=(16, 16), compression="zlib"), 3),
}


def file_format(data: bytes) -> FileFormat:
    return "PNG" if data.startswith(b"\x89PNG") else "TIFF"


@pytest.mark.parametrize(("data", "channels"), FILES.values(), ids=FILES)
def test_sixteen_bits_come_out_as_they_went_in(data: bytes, channels: int) -> None:
    source = read(data, SETTINGS)

    back = read(encoded(source, file_format(data), RECORD), SETTINGS)

    for photo in (source, back):
        np.testing.assert_array_equal(as_stored(photo, channels), samples(channels))
        assert photo.file is not None
        assert photo.file.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    assert read_record(back) == RECORD
    assert source.file is not None
    assert back.file is not None
    assert back.file.encoding == replace(source.file.encoding, recast=())


@pytest.mark.parametrize(("data", "channels"), FILES.values(), ids=FILES)
def test_another_reader_finds_the_same_samples(data: bytes, channels: int) -> None:
    out = encoded(read(data, SETTINGS), file_format(data), None)

    if out.startswith(b"\x89PNG"):
        found = np.asarray(cv2.imdecode(np.frombuffer(out, np.uint8), cv2.IMREAD_UNCHANGED))
        found = found[:, :, None] if found.ndim == 2 else found[:, :, [2, 1, 0, 3][: found.shape[2]]]
        found = found[:, :, [0, 3]] if channels == 2 else found
    else:
        found = tifffile.imread(BytesIO(out)).reshape(ROWS, COLUMNS, channels)
    np.testing.assert_array_equal(found, samples(channels))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "raw", "zstd", "lzma"])
@pytest.mark.parametrize("predictor", [1, 2])
def test_a_tiff_keeps_its_compression(compression: str, predictor: int) -> None:
    plain = read(tiff(samples(3)), SETTINGS)
    assert plain.file is not None
    source = replace(
        plain,
        file=replace(plain.file, encoding=replace(plain.file.encoding, compression=compression, predictor=predictor)),
    )

    out = encoded(source, "TIFF", None)
    back = read(out, SETTINGS)

    assert back.file is not None
    assert back.file.encoding.compression == compression
    assert back.file.encoding.predictor == (1 if compression in ("raw", "packbits") else predictor)
    assert (PREDICTOR in read_first_ifd(out).entries) == (back.file.encoding.predictor == 2)  # libtiff warns of others
    np.testing.assert_array_equal(deep_of(back), samples(3))


@pytest.mark.parametrize(("orientation", "of"), list(product(range(1, 9), ["PNG", "TIFF"])))
def test_every_way_up_is_turned_and_turned_back(orientation: int, of: FileFormat) -> None:
    block = b"II\x2a\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0" + bytes([orientation, 0, 0, 0]) + b"\0\0\0\0"
    made = read(png(samples(3)) if of == "PNG" else tiff(samples(3)), SETTINGS)
    assert made.file is not None
    turned = encoded(replace(made, file=replace(made.file, exif=block)), of, None)

    source = read(turned, SETTINGS)
    back = read(encoded(source, of, None), SETTINGS)

    assert source.file is not None
    assert source.file.orientation == orientation
    assert source.size_wh == ((COLUMNS, ROWS) if orientation < 5 else (ROWS, COLUMNS))
    assert source.deep is not None
    assert source.deep.shape[:2] == source.pixels.shape[:2]
    np.testing.assert_array_equal(to_8_bit(source.deep), source.pixels)
    np.testing.assert_array_equal(deep_of(back), deep_of(source))


@pytest.mark.parametrize(("data", "channels"), [FILES["png of 4"], FILES["tiff of 3"]], ids=["png", "tiff"])
def test_pixels_outside_the_mask_come_back_untouched_to_the_last_bit(data: bytes, channels: int) -> None:
    source = read(data, SETTINGS)
    assert source.deep is not None
    painted = source.pixels.copy()
    painted[10:20, 5:25] = (90, 60, 40)

    back = read(encoded(source.with_pixels(painted), file_format(data), RECORD), SETTINGS)

    assert back.deep is not None
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[10:20, 5:25] = True
    np.testing.assert_array_equal(back.deep[~mask], source.deep[~mask])
    np.testing.assert_array_equal(back.pixels[mask], painted[mask])
    if channels == 4:
        np.testing.assert_array_equal(back.deep[:, :, 3], source.deep[:, :, 3])


def test_a_painted_colour_keeps_the_fine_steps_of_what_it_lies_on() -> None:
    ramp = np.broadcast_to(np.arange(20_000, 20_000 + COLUMNS, dtype=np.uint16)[:, None], (ROWS, COLUMNS, 3)).copy()
    source = read(png(ramp), SETTINGS)

    brighter = source.with_pixels(source.pixels + np.uint8(30))

    assert brighter.deep is not None
    np.testing.assert_array_equal(deep_of(brighter), ramp + 30 * 257)
    np.testing.assert_array_equal(brighter.pixels, to_8_bit(brighter.deep))


def test_grey_stays_grey_until_a_pixel_is_not() -> None:
    source = read(png(samples(1)), SETTINGS)
    coloured = source.pixels.copy()
    coloured[3, 3] = (200, 30, 30)

    back = read(encoded(source.with_pixels(coloured), "PNG", None), SETTINGS)

    assert back.file is not None
    assert back.file.mode == "RGB"
    assert back.deep is not None
    grey = np.broadcast_to(samples(1), (ROWS, COLUMNS, 3))
    np.testing.assert_array_equal(back.deep[4:], grey[4:])


@pytest.mark.parametrize(("of", "to"), [("PNG", "TIFF"), ("TIFF", "PNG")])
def test_sixteen_bits_go_along_into_the_other_format_that_holds_them(of: FileFormat, to: FileFormat) -> None:
    source = read(png(samples(4)) if of == "PNG" else tiff(samples(4)), SETTINGS)

    np.testing.assert_array_equal(deep_of(read(encoded(source, to, None), SETTINGS)), samples(4))


def test_a_format_of_eight_bits_gets_the_nearest_levels() -> None:
    source = read(png(samples(3)), SETTINGS)

    back = read(encoded(source, "WEBP", None), SETTINGS)

    assert back.deep is None
    np.testing.assert_array_equal(back.pixels, np.rint(samples(3) / 257).astype(np.uint8))


def test_a_see_through_colour_becomes_alpha() -> None:
    deep = samples(3)
    key = b"".join(int(value).to_bytes(2, "big") for value in deep[5, 6])
    told = png_chunk(b"sBIT", b"\x0e" * 3) + png_chunk(b"bKGD", key)

    source = read(png(deep, told + png_chunk(b"tRNS", key)), SETTINGS)
    back = read(encoded(source, "PNG", None), SETTINGS)

    assert source.alpha is not None
    assert source.alpha[5, 6] == 0
    assert (source.alpha == 0).sum() == 1
    np.testing.assert_array_equal(deep_of(back), deep_of(source))
    assert back.file is not None
    assert [name for name, _ in back.file.blocks] == ["bKGD", "IDAT"]  # three numbers of bits do not fit four channels


def test_alpha_that_is_multiplied_in_comes_out_straight_and_loses_nothing() -> None:
    straight = samples(4).astype(np.float64)
    stored = straight.copy()
    stored[:, :, :3] = np.rint(straight[:, :, :3] * straight[:, :, 3:] / 65_535)

    source = read(tiff(stored.astype(np.uint16), extrasamples=["assocalpha"]), SETTINGS)

    assert source.deep is not None
    again = np.rint(source.deep[:, :, :3].astype(np.float64) * source.deep[:, :, 3:] / 65_535)
    np.testing.assert_array_equal(again, stored[:, :, :3])


@pytest.mark.parametrize(("bits", "channels"), [(8, 4), (16, 2), (16, 4)])
def test_a_saved_selection_is_no_alpha_and_is_said_to_go(bits: int, channels: int, tmp_path: Path) -> None:
    whole = samples(channels) if bits == 16 else (samples(channels) >> 8).astype(np.uint8)

    source = read(tiff(whole, extrasamples=["unspecified"]), SETTINGS)
    reports = [write(source, tmp_path / f"out.{suffix}", record=None) for suffix in ("tif", "png", "jpg")]

    assert source.alpha is None
    for report in reports:
        assert "The source's extra channels, such as saved selections, cannot go along." in report.notes
    kept = tifffile.imread(tmp_path / "out.tif").reshape(ROWS, COLUMNS, -1)
    np.testing.assert_array_equal(kept, whole[:, :, :-1])


def test_white_that_is_stored_as_zero_is_white() -> None:
    source = read(tiff(65_535 - samples(1), photometric="miniswhite"), SETTINGS)

    np.testing.assert_array_equal(as_stored(source, 1), samples(1))


def test_interlaced_rows_are_put_in_order() -> None:
    """Adam7 over one pixel: the first pass holds all of it."""
    pixel = np.array([[[1, 258, 65_535]]], np.uint16)
    data = bytearray(png(pixel))
    data[28] = 1
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")

    np.testing.assert_array_equal(deep_of(read(bytes(data), SETTINGS)), pixel)


@pytest.mark.parametrize(
    ("options", "says"),
    [({"photometric": "separated"}, "4 channels of kind 5"), ({"photometric": "cielab"}, "kind 8")],
    ids=["cmyk", "lab"],
)
def test_sixteen_bits_of_other_colours_are_refused(options: dict[str, Any], says: str) -> None:
    channels = 4 if options["photometric"] == "separated" else 3

    with pytest.raises(UnreadablePhoto, match=says):
        read(tiff(samples(channels), extrasamples=[], **options), SETTINGS)


def test_the_same_sixteen_bits_give_the_same_bytes() -> None:
    source = read(png(samples(3)), SETTINGS)

    assert encoded(source, "TIFF", RECORD) == encoded(source, "TIFF", RECORD)
