"""A JPEG is patched block by block: a plain reader of our own finds every coefficient outside the mask as it was."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.errors import PhotoError
from open_the_eyes.files import EditRecord, encoded, jpeg, jpeg_segments, read, write
from open_the_eyes.files.colours import UNDONE_BY, turned
from open_the_eyes.files.jpeg_layout import NotPatchable
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.plain_jpeg import changed_blocks, planes, touched_blocks

SETTINGS = Settings()
RECORD = EditRecord("appearance", "standard", 7, "0.1.0", ((1, "opened"),))

CODINGS: dict[str, dict[str, Any]] = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "4:4:0": {"sampling": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440},
    "4:1:1": {"sampling": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411},
    "grey": {"mode": "L"},
    "red, green and blue": {"keep_rgb": True, "subsampling": 0},
    "Huffman tables of its own": {"subsampling": 2, "optimize": True},
    "grey, tables of its own": {"mode": "L", "optimize": True},
    "restart every 3 MCUs": {"subsampling": 2, "restart_marker_blocks": 3},
    "restart every row": {"subsampling": 1, "restart_marker_rows": 1},
    "coarse": {"subsampling": 2, "quality": 25},
    "fine": {"subsampling": 2, "quality": 100},
}
STANDARD_TABLES = {name: options for name, options in CODINGS.items() if "optimize" not in options}
ORIENTATIONS = range(1, 9)


def scene(size_wh: tuple[int, int]) -> Rgb:
    """Slopes, edges and grain."""
    width, height = size_wh
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = np.sin(x / 5) * np.cos(y / 7) * 40
    slope = np.stack([80 + x, 190 - y, 60 + (x + y) / 2], axis=2) + waves[..., None]
    slope[(x - width / 3) ** 2 + (y - height / 4) ** 2 < 90] = (40, 30, 25)
    grain = np.random.default_rng(3).normal(0, 5, slope.shape)
    return np.asarray(np.clip(slope + grain, 0, 255), np.uint8)


def coded(size_wh: tuple[int, int] = (173, 131), orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    if "sampling" in options:
        parameters = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, options["sampling"], cv2.IMWRITE_JPEG_QUALITY, 90]
        data = cv2.imencode(".jpg", scene(size_wh)[..., ::-1], parameters)[1].tobytes()
        block = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
        return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    out = BytesIO()
    options = {"quality": 90, **options}
    Image.fromarray(scene(size_wh)).convert(options.pop("mode", "RGB")).save(out, "JPEG", exif=exif, **options)
    return out.getvalue()


def mask_of(photo: Photo) -> NDArray[np.bool_]:
    """Two ovals, one of them at the picture's edge."""
    width, height = photo.size_wh
    y, x = np.mgrid[0:height, 0:width]
    middle = ((x - 0.55 * width) / 14) ** 2 + ((y - 0.4 * height) / 7) ** 2 < 1
    return np.asarray(middle | (((x - width) / 9) ** 2 + ((y - height) / 6) ** 2 < 1))


def repainted(photo: Photo, mask: NDArray[np.bool_]) -> Photo:
    """Other pixels in the mask: darker, and where the file has colour, bluer."""
    pixels = photo.pixels.copy()
    shift = -50 if photo.file is not None and photo.file.mode == "L" else np.array([-70, -40, 10])
    pixels[mask] = np.clip(pixels[mask].astype(int) + shift, 0, 255)
    return photo.with_pixels(pixels)


def as_stored(mask: NDArray[np.bool_], orientation: int) -> NDArray[np.bool_]:
    return turned(mask.astype(np.uint8), UNDONE_BY.get(orientation, orientation)) > 0


def how(photo: Photo, folder: Any) -> str:
    return write(photo, folder / "out.jpg", record=RECORD, overwrite=True).encoding


def pixels_of(data: bytes) -> NDArray[np.int64]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int64)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_no_coefficient_changes_in_blocks_that_the_mask_does_not_touch(
    options: dict[str, Any], orientation: int
) -> None:
    source = coded(orientation=orientation, **options)
    photo = read(source, SETTINGS)
    mask = mask_of(photo)

    out = encoded(repainted(photo, mask), "JPEG", RECORD)

    before, after = planes(source), planes(out)
    for one, other in zip(before, after, strict=True):
        did = changed_blocks(one, other)
        assert did.any()
        assert not (did & ~touched_blocks(as_stored(mask, orientation), one, before)).any()


@pytest.mark.parametrize("options", STANDARD_TABLES.values(), ids=STANDARD_TABLES.keys())
@pytest.mark.parametrize("size_wh", [(96, 80), (73, 61), (33, 9), (8, 8), (1, 1)], ids=str)
def test_any_size_may_be_patched_anywhere(options: dict[str, Any], size_wh: tuple[int, int]) -> None:
    source = coded(size_wh, **options)
    photo = read(source, SETTINGS)
    for corner in (np.s_[:1, :1], np.s_[-1:, :1], np.s_[:1, -1:], np.s_[-1:, -1:], np.s_[:, :]):
        mask = np.zeros(photo.pixels.shape[:2], np.bool_)
        mask[corner] = True
        before, after = planes(source), planes(encoded(repainted(photo, mask), "JPEG", None))
        for one, other in zip(before, after, strict=True):
            assert not (changed_blocks(one, other) & ~touched_blocks(mask, one, before)).any()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_the_new_pixels_are_there(options: dict[str, Any], orientation: int) -> None:
    photo = read(coded(orientation=orientation, **options), SETTINGS)
    mask = mask_of(photo)
    wanted = repainted(photo, mask)

    found = read(encoded(wanted, "JPEG", RECORD), SETTINGS)

    error = np.abs(found.pixels[mask].astype(int) - wanted.pixels[mask]).mean()
    assert error < np.abs(photo.pixels[mask].astype(int) - wanted.pixels[mask]).mean() / 3


@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_another_decoder_shows_the_same_pixels_away_from_the_mask(options: dict[str, Any]) -> None:
    source = coded((320, 240), **options)
    photo = read(source, SETTINGS)
    mask = mask_of(photo)

    out = encoded(repainted(photo, mask), "JPEG", RECORD)

    every = planes(source)
    wide, high = 8 * max(p.across for p in every), 8 * max(p.down for p in every)
    some = touched_blocks(mask, every[-1], every)
    close = np.kron(some, np.ones((high // every[-1].down, wide // every[-1].across), np.uint8))[:240, :320]
    near = cv2.dilate(
        close.astype(np.uint8), np.ones((3, 3), np.uint8)
    )  # viewers smooth small colour over a block's border
    assert (near == 0).mean() > 0.8
    np.testing.assert_array_equal(pixels_of(out)[near == 0], pixels_of(source)[near == 0])


@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_tables_and_restart_markers_stay_as_they_were(options: dict[str, Any]) -> None:
    source = coded(**options)
    photo = read(source, SETTINGS)

    out = encoded(repainted(photo, mask_of(photo)), "JPEG", RECORD)

    before, after = jpeg_segments.split(source), jpeg_segments.split(out)
    assert after.coding == before.coding
    assert [b for b in range(0xD0, 0xD8) if bytes([0xFF, b]) in after.scans] == [
        b for b in range(0xD0, 0xD8) if bytes([0xFF, b]) in before.scans
    ]


def test_nothing_changed_is_the_same_coded_data() -> None:
    for options in CODINGS.values():
        source = coded(**options)
        assert jpeg_segments.split(encoded(read(source, SETTINGS), "JPEG", None)).scans == (
            jpeg_segments.split(source).scans
        )


def test_a_change_too_faint_for_the_files_steps_changes_nothing() -> None:
    source = coded(quality=25)
    photo = read(source, SETTINGS)
    pixels = photo.pixels.copy()
    pixels[50, 60] ^= 1
    out = encoded(photo.with_pixels(pixels), "JPEG", None)
    assert jpeg_segments.split(out).scans == jpeg_segments.split(source).scans


@pytest.mark.parametrize("level", [0, 128, 255], ids=["black", "grey", "white"])
def test_long_stretches_of_nothing_are_no_hindrance(level: int) -> None:
    """In them the reader has few codes to find its place by."""
    out = BytesIO()
    Image.new("RGB", (1600, 1200), (level, level, level)).save(out, "JPEG", subsampling=2)
    photo = read(out.getvalue(), SETTINGS)
    mask = np.zeros((1200, 1600), np.bool_)
    mask[600:620, 800:840] = True
    before, after = planes(out.getvalue()), planes(encoded(repainted(photo, mask), "JPEG", None))
    for one, other in zip(before, after, strict=True):
        assert not (changed_blocks(one, other) & ~touched_blocks(mask, one, before)).any()
    assert changed_blocks(before[0], after[0]).any()


def test_a_second_run_writes_the_same_bytes() -> None:
    source = coded(subsampling=2)
    one, two = (read(source, SETTINGS) for _ in range(2))
    assert encoded(repainted(one, mask_of(one)), "JPEG", RECORD) == encoded(
        repainted(two, mask_of(two)), "JPEG", RECORD
    )


def test_an_edit_of_an_edit_leaves_the_rest_alone_too() -> None:
    source = coded(subsampling=2)
    photo = read(source, SETTINGS)
    once = encoded(repainted(photo, mask_of(photo)), "JPEG", RECORD)
    again = read(once, SETTINGS)
    twice = encoded(again.with_pixels(photo.pixels), "JPEG", RECORD)
    before = planes(source)
    for one, other in zip(before, planes(twice), strict=True):
        assert not (changed_blocks(one, other) & ~touched_blocks(mask_of(photo), one, before)).any()


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_lose_nothing_beside_the_mask(seed: int) -> None:
    """Whatever a decoder makes of a file whose bits are wrong, it makes the same of the patched one."""
    rng = np.random.default_rng(seed)
    options = list(CODINGS.values())[seed % len(CODINGS)]
    damaged = bytearray(coded(**options))
    for _ in range(int(rng.integers(1, 4))):
        damaged[int(rng.integers(20, len(damaged)))] = int(rng.integers(0, 256))
    try:
        photo = read(bytes(damaged), SETTINGS)
        shown = pixels_of(bytes(damaged))
    except (PhotoError, OSError, SyntaxError, ValueError):
        return
    mask = np.zeros(photo.pixels.shape[:2], np.bool_)
    mask[64:70, 64:80] = True
    target = repainted(photo, mask)
    assert target.file is not None
    try:
        out = jpeg.with_pixels(target.file, target.pixels)
    except NotPatchable:
        return
    away = np.ones(shown.shape[:2], np.bool_)
    away[as_stored(cv2.dilate(mask.astype(np.uint8), np.ones((69, 69), np.uint8)) > 0, target.file.orientation)] = False
    away[-32:, -32:] = False  # the last MCU, where the data may run out and a decoder makes up the rest
    np.testing.assert_array_equal(pixels_of(out)[away], shown[away])


def test_pixels_of_a_file_cannot_be_painted_over_unnoticed() -> None:
    photo = read(coded(), SETTINGS)
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0] = 0


def test_the_report_says_how_the_picture_was_coded(tmp_path: Any) -> None:
    photo = read(coded(subsampling=2), SETTINGS)
    edited = repainted(photo, mask_of(photo))
    assert how(edited, tmp_path) == "coefficients"
    assert write(edited, tmp_path / "out.png", record=None).encoding == "whole"
    assert how(Photo(edited.pixels), tmp_path) == "whole"


def test_metadata_and_what_follows_the_picture_are_kept_byte_for_byte() -> None:
    data = coded(subsampling=2)
    blocks = [
        b"\xff\xed\x00\x1fPhotoshop 3.0\x008BIM" + b"0123456789a",
        b"\xff\xe2\x00\x10ICC_PROFILE\0\x01",
        b"\xff\xfe\x00\x07hello",
    ]
    source = data[:2] + b"".join(blocks) + data[2:] + b"a motion photo's film"
    photo = read(source, SETTINGS)
    out = encoded(repainted(photo, mask_of(photo)), "JPEG", RECORD)
    for segment in jpeg_segments.split(source).head:
        assert bytes(segment) in out
    assert out.endswith(b"\xff\xd9a motion photo's film")


CODED_AGAIN: dict[str, tuple[dict[str, Any], str]] = {
    "progressive": ({"progressive": True}, "progressive"),
    "cmyk": ({"mode": "CMYK"}, "4 colours stored, which are not RGB"),
}


@pytest.mark.parametrize(("options", "reason"), CODED_AGAIN.values(), ids=CODED_AGAIN.keys())
def test_what_cannot_be_patched_is_coded_again_and_says_so(options: dict[str, Any], reason: str, tmp_path: Any) -> None:
    photo = read(coded(**options), SETTINGS)
    edited = repainted(photo, mask_of(photo))
    assert how(edited, tmp_path) == f"reencoded: {reason}"
    found = read(tmp_path / "out.jpg", SETTINGS)
    assert np.abs(found.pixels.astype(int) - edited.pixels).mean() < 4


def test_progressive_stays_progressive() -> None:
    photo = read(coded(progressive=True), SETTINGS)
    out = encoded(repainted(photo, mask_of(photo)), "JPEG", RECORD)
    with Image.open(BytesIO(out)) as image:
        assert "progressive" in image.info


def test_colour_in_a_grey_file_is_coded_again(tmp_path: Any) -> None:
    photo = read(coded(mode="L"), SETTINGS)
    pixels = photo.pixels.copy()
    pixels[40:60, 40:60] = (120, 80, 40)
    assert how(photo.with_pixels(pixels), tmp_path) == "reencoded: a grey picture that got colour"


def test_another_picture_is_coded_again(tmp_path: Any) -> None:
    photo = read(coded((1024, 768), subsampling=0), SETTINGS)
    assert how(photo.with_pixels(np.bitwise_not(photo.pixels)), tmp_path) == "reencoded: most of the picture changed"
    smaller = replace(photo, pixels=photo.pixels[:64, :64])
    assert how(smaller, tmp_path) == "reencoded: a picture of another size"
