"""A JPEG is patched block by block: a plain reader of our own finds every coefficient outside the mask as it was."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read
from open_the_eyes.files.jpeg import chunks, locate, segments
from open_the_eyes.imaging.painting import Tile
from tests.files.jpeg.plain_baseline import changed_blocks, planes, touched_blocks
from tests.files.jpeg.scenes import (
    CODED_AND_TURNED,
    CODINGS,
    ORIENTATIONS,
    RECORD,
    SETTINGS,
    STANDARD_TABLES,
    as_stored,
    coded,
    mask_of,
    patched_jpeg,
    pixels_of,
    windows_around,
)


@pytest.mark.parametrize(("name", "orientation"), CODED_AND_TURNED)
def test_no_coefficient_changes_in_blocks_that_the_mask_does_not_touch(name: str, orientation: int) -> None:
    source = coded(orientation=orientation, **CODINGS[name])
    photo = read(source, SETTINGS)
    mask = mask_of(photo)

    out = encoded(patched_jpeg(photo, mask), "JPEG", RECORD)

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
        before, after = planes(source), planes(encoded(patched_jpeg(photo, mask), "JPEG", None))
        for one, other in zip(before, after, strict=True):
            assert not (changed_blocks(one, other) & ~touched_blocks(mask, one, before)).any()


@pytest.mark.parametrize(("name", "orientation"), CODED_AND_TURNED)
def test_the_new_pixels_are_there(name: str, orientation: int) -> None:
    photo = read(coded(orientation=orientation, **CODINGS[name]), SETTINGS)
    mask = mask_of(photo)
    wanted = patched_jpeg(photo, mask)

    found = read(encoded(wanted, "JPEG", RECORD), SETTINGS)

    error = np.abs(found.pixels[mask].astype(int) - wanted.pixels[mask]).mean()
    assert error < np.abs(photo.pixels[mask].astype(int) - wanted.pixels[mask]).mean() / 3


@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_another_decoder_shows_the_same_pixels_away_from_the_mask(options: dict[str, Any]) -> None:
    source = coded((320, 240), **options)
    photo = read(source, SETTINGS)
    mask = mask_of(photo)

    out = encoded(patched_jpeg(photo, mask), "JPEG", RECORD)

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

    out = encoded(patched_jpeg(photo, mask_of(photo)), "JPEG", RECORD)

    before, after = segments.split(source), segments.split(out)
    assert after.tables_and_frame == before.tables_and_frame
    assert [b for b in range(0xD0, 0xD8) if bytes([0xFF, b]) in after.scans] == [
        b for b in range(0xD0, 0xD8) if bytes([0xFF, b]) in before.scans
    ]


def test_nothing_changed_is_the_same_coded_data() -> None:
    for options in CODINGS.values():
        source = coded(**options)
        assert segments.split(encoded(read(source, SETTINGS), "JPEG", None)).scans == (segments.split(source).scans)


def test_a_change_too_faint_for_the_files_steps_changes_nothing() -> None:
    source = coded(quality=25)
    photo = read(source, SETTINGS)
    pixels = photo.pixels.copy()
    pixels[50, 60] ^= 1
    out = encoded(photo.with_pixels(pixels), "JPEG", None)
    assert segments.split(out).scans == segments.split(source).scans


@pytest.mark.parametrize("level", [0, 128, 255], ids=["black", "grey", "white"])
def test_long_stretches_of_nothing_are_no_hindrance(level: int) -> None:
    """In them the reader has few codes to find its place by."""
    out = BytesIO()
    Image.new("RGB", (640, 480), (level, level, level)).save(out, "JPEG", subsampling=2)
    photo = read(out.getvalue(), SETTINGS)
    mask = np.zeros((480, 640), np.bool_)
    mask[240:260, 320:360] = True
    before, after = planes(out.getvalue()), planes(encoded(patched_jpeg(photo, mask), "JPEG", None))
    for one, other in zip(before, after, strict=True):
        assert not (changed_blocks(one, other) & ~touched_blocks(mask, one, before)).any()
    assert changed_blocks(before[0], after[0]).any()


def test_a_second_run_writes_the_same_bytes() -> None:
    source = coded(subsampling=2)
    one, two = (read(source, SETTINGS) for _ in range(2))
    assert encoded(patched_jpeg(one, mask_of(one)), "JPEG", RECORD) == encoded(
        patched_jpeg(two, mask_of(two)), "JPEG", RECORD
    )


def test_an_edit_of_an_edit_leaves_the_rest_alone_too() -> None:
    source = coded(subsampling=2)
    photo = read(source, SETTINGS)
    once = encoded(patched_jpeg(photo, mask_of(photo)), "JPEG", RECORD)
    again = read(once, SETTINGS)
    twice = encoded(again.with_pixels(photo.pixels), "JPEG", RECORD)
    before = planes(source)
    for one, other in zip(before, planes(twice), strict=True):
        assert not (changed_blocks(one, other) & ~touched_blocks(mask_of(photo), one, before)).any()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_where_it_was_painted_may_be_told_and_gives_the_same_file(orientation: int) -> None:
    photo = read(coded(orientation=orientation, subsampling=2), SETTINGS)
    mask = mask_of(photo)
    whole = patched_jpeg(photo, mask)
    tiles = [Tile(window, window.cut(whole.pixels)) for window in windows_around(mask)]
    assert encoded(photo.with_tiles(tiles), "JPEG", RECORD) == encoded(whole, "JPEG", RECORD)


@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_the_same_file_comes_out_however_it_is_read(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    photo = read(coded(**options), SETTINGS)
    painted = patched_jpeg(photo, mask_of(photo))
    usual = encoded(painted, "JPEG", RECORD)
    monkeypatch.setattr(chunks, "_ONE_CHUNK_BITS", -1)
    for few_lanes, at_once in ((-1, 4096), (-1, 1), (-1, 3), (1 << 30, 1), (1 << 30, 5)):
        monkeypatch.setattr(locate, "FEW_LANES", few_lanes)
        monkeypatch.setattr(chunks, "_CHUNKS_AT_ONCE", at_once)
        assert encoded(painted, "JPEG", RECORD) == usual
