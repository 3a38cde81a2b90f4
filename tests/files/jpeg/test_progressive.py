"""A progressive JPEG is read and written again without loss: a plain reader of our own finds what it was."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.jpeg import segments
from open_the_eyes.files.jpeg.progressive import patch
from tests.files.jpeg.plain_baseline import changed_blocks, touched_blocks
from tests.files.jpeg.plain_progressive import planes, scripts
from tests.files.jpeg.scenes import (
    CODINGS,
    RECORD,
    SETTINGS,
    as_stored,
    check_beside_mask,
    coded,
    how,
    mask_of,
    patched_jpeg,
    pixels_of,
)

PROGRESSIVE: dict[str, dict[str, Any]] = {
    name: {**options, "progressive": True} for name, options in CODINGS.items() if "tables" not in name
}


@pytest.mark.parametrize(
    ("options", "orientation"),
    [(options, 1 + n % 8) for n, options in enumerate(PROGRESSIVE.values())],
    ids=PROGRESSIVE.keys(),
)
def test_no_coefficient_changes_in_blocks_that_the_mask_does_not_touch(
    options: dict[str, Any], orientation: int
) -> None:
    source = coded(orientation=orientation, **options)
    photo = read(source, SETTINGS)
    mask = mask_of(photo)
    wanted = patched_jpeg(photo, mask)

    out = encoded(wanted, "JPEG", RECORD)

    before, after = planes(source), planes(out)
    for one, other in zip(before, after, strict=True):
        did = changed_blocks(one, other)
        assert did.any()
        assert not (did & ~touched_blocks(as_stored(mask, orientation), one, before)).any()
    shown = read(out, SETTINGS).pixels
    error = np.abs(shown[mask].astype(int) - wanted.pixels[mask]).mean()
    assert error < np.abs(photo.pixels[mask].astype(int) - wanted.pixels[mask]).mean() / 3


@pytest.mark.parametrize("size_wh", [(96, 80), (33, 9), (8, 8), (1, 1)], ids=str)
@pytest.mark.parametrize("name", ["4:2:0", "grey", "restart every row"])
def test_any_size_may_be_patched_anywhere(name: str, size_wh: tuple[int, int]) -> None:
    source = coded(size_wh, **PROGRESSIVE[name])
    photo = read(source, SETTINGS)
    for corner in (np.s_[:1, :1], np.s_[-1:, -1:], np.s_[:, :]):
        mask = np.zeros(photo.pixels.shape[:2], np.bool_)
        mask[corner] = True
        before, after = planes(source), planes(encoded(patched_jpeg(photo, mask), "JPEG", None))
        for one, other in zip(before, after, strict=True):
            assert not (changed_blocks(one, other) & ~touched_blocks(mask, one, before)).any()


@pytest.mark.parametrize("name", PROGRESSIVE)
def test_another_decoder_shows_the_same_picture_and_the_same_scans_bring_it(name: str, tmp_path: Any) -> None:
    source = coded((320, 240), **PROGRESSIVE[name])
    photo = read(source, SETTINGS)
    mask = np.zeros(photo.pixels.shape[:2], np.bool_)
    mask[100:116, 100:116] = True

    told = write(patched_jpeg(photo, mask), tmp_path / "out.jpg", record=None)

    out = (tmp_path / "out.jpg").read_bytes()
    away = cv2.dilate(mask.astype(np.uint8), np.ones((67, 67), np.uint8)) == 0
    np.testing.assert_array_equal(pixels_of(out)[away], pixels_of(source)[away])
    assert told.encoding == "coefficients"
    assert scripts(out) == scripts(source)
    assert restarts(out) == restarts(source)
    with Image.open(BytesIO(out)) as image:
        assert "progressive" in image.info


def test_nothing_changed_is_the_same_coded_data() -> None:
    source = coded(**PROGRESSIVE["4:2:0"])
    assert segments.split(encoded(read(source, SETTINGS), "JPEG", None)).scans == (segments.split(source).scans)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_lose_nothing_beside_the_mask(seed: int) -> None:
    """Where the picture can still be read as the standard says, it is shown as before; else it is not patched."""
    rng = np.random.default_rng(seed)
    damaged = bytearray(coded(**list(PROGRESSIVE.values())[seed % len(PROGRESSIVE)]))
    damaged[int(rng.integers(20, len(damaged)))] ^= 1 << int(rng.integers(0, 8))
    check_beside_mask(bytes(damaged))


def test_a_file_that_lacks_its_last_scan_is_not_patched(tmp_path: Any) -> None:
    source = coded(progressive=True, mode="L")
    photo = read(source[: source.rindex(scripts(source)[-1])] + b"\xff\xd9", SETTINGS)
    assert how(patched_jpeg(photo, mask_of(photo)), tmp_path) == "reencoded: scans that leave bits out"


def test_a_scan_that_comes_twice_is_not_patched(tmp_path: Any) -> None:
    source = coded(progressive=True, mode="L")
    last = source[source.rindex(scripts(source)[-1]) : -2]
    photo = read(source[:-2] + last + b"\xff\xd9", SETTINGS)
    assert how(patched_jpeg(photo, mask_of(photo)), tmp_path) == "reencoded: scans in an unusual order"


def test_a_quantisation_table_between_two_scans_is_not_patched(tmp_path: Any) -> None:
    """A decoder takes the one it finds first; which that is, is not for us to guess."""
    source = coded(progressive=True, mode="L")
    table = source[source.index(b"\xff\xdb") :][: 2 + 67]
    at = source.rindex(scripts(source)[-1])
    photo = read(source[:at] + table + source[at:], SETTINGS)
    assert how(patched_jpeg(photo, mask_of(photo)), tmp_path) == "reencoded: tables that change between its scans"


def test_a_scan_that_breaks_off_is_not_patched(tmp_path: Any) -> None:
    photo = read(coded(progressive=True, mode="L")[:-60] + b"\xff\xd9", SETTINGS)
    edited = patched_jpeg(photo, mask_of(photo))
    assert how(edited, tmp_path) in ("reencoded: its coded data ends early", "reencoded: damaged coded data")


def test_a_very_large_one_is_coded_again(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch, "MOST_PIXELS", 20_000)
    photo = read(coded(progressive=True), SETTINGS)
    edited = patched_jpeg(photo, mask_of(photo))
    assert how(edited, tmp_path) == "reencoded: progressive, of more than 0 megapixels"
    with Image.open(tmp_path / "out.jpg") as image:
        assert "progressive" in image.info


def restarts(data: bytes) -> list[int]:
    return [data.count(bytes([0xFF, marker])) for marker in range(0xD0, 0xD8)]
