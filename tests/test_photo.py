"""A photo may be painted in windows, and is put together only when somebody asks for all of it."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.files import read
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.depth import LEVEL, to_8_bit
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.painting import Painting, Tile
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.jpeg.scenes import coded, scene

EYE, BROW = Box(8, 8, 24, 16), Box(20, 4, 40, 10)


def tile(window: Box, level: int) -> Tile:
    return Tile(window, np.full((int(window.height), int(window.width), 3), level, np.uint8))


@pytest.fixture
def fresh() -> Photo:
    return read(coded((64, 48)), Settings())


def painted_by_hand(pixels: Rgb) -> Rgb:
    out = pixels.copy()
    out[8:16, 8:24], out[4:10, 20:40] = 10, 200
    return out


def test_tiles_lie_on_the_pixels_the_later_one_on_top(fresh: Photo) -> None:
    once = fresh.with_tiles([tile(EYE, 10)])
    twice = once.with_tiles([tile(BROW, 200)])
    np.testing.assert_array_equal(twice.pixels, painted_by_hand(fresh.pixels))
    np.testing.assert_array_equal(twice.cut(Box(15, 5, 30, 12)), twice.pixels[5:12, 15:30])
    assert once.pixels[5, 30, 0] != 200
    assert twice.size_wh == (64, 48)


def test_windows_that_were_painted_are_known_until_somebody_brings_other_pixels(fresh: Photo) -> None:
    told = fresh.with_tiles([tile(EYE, 10)])
    assert fresh.over(fresh.pixels).tiles == ()
    assert [one.window for one in told.over(fresh.pixels).tiles] == [EYE]
    for photo in (fresh.with_pixels(fresh.pixels.copy()), told.with_pixels(told.pixels.copy())):
        assert [one.window for one in photo.over(fresh.pixels).tiles] == [Box(0, 0, 64, 48)]
    again = Painting(fresh.pixels, told.with_pixels(told.pixels).over(fresh.pixels).tiles).whole
    assert np.shares_memory(again, told.pixels)


def test_pixels_that_are_no_longer_the_files_are_known(fresh: Photo) -> None:
    assert not fresh.altered
    assert fresh.with_tiles([tile(EYE, 10)]).altered
    assert fresh.with_pixels(fresh.pixels.copy()).altered


def test_the_whole_cannot_be_painted_over_unnoticed(fresh: Photo) -> None:
    for window in (EYE, Box(0, 0, 64, 48)):
        one = tile(window, 10)
        with pytest.raises(ValueError, match="read-only"):
            fresh.with_tiles([one]).pixels[0, 0] = 0
        assert one.pixels.flags.writeable


@pytest.mark.parametrize("shrink", [1, 2, 5, 100])
@pytest.mark.parametrize("size_wh", [(64, 48), (67, 45)], ids=["even", "odd"])
def test_a_reduced_copy_is_that_of_the_whole(shrink: int, size_wh: tuple[int, int]) -> None:
    photo = Photo(scene(size_wh))
    edge = Box(50, 30, *size_wh)
    told = photo.with_tiles([tile(EYE, 10), tile(BROW, 200), tile(edge, 90)])
    np.testing.assert_array_equal(told.reduced(shrink), Photo(told.pixels).reduced(shrink))


def test_finer_levels_follow_the_tiles() -> None:
    before = np.minimum(scene((64, 48)), 250)
    deep = (before.astype(np.int32) * LEVEL + 100).astype(np.uint16)
    photo = Photo(to_8_bit(deep), deep=deep)
    tiles = [tile(EYE, 10), tile(BROW, 200)]
    told = photo.with_tiles(tiles)
    assert told.deep is not None
    whole = photo.with_pixels(told.pixels).deep
    assert whole is not None
    np.testing.assert_array_equal(told.deep, whole)


def test_numpy_gets_the_pixels_themselves_or_what_it_asks_for(fresh: Photo) -> None:
    assert np.shares_memory(np.asarray(fresh), fresh.pixels)
    assert np.asarray(fresh, np.float32).dtype == np.float32
    assert not np.shares_memory(fresh.__array__(copy=True), fresh.pixels)
    assert np.shares_memory(fresh.__array__(np.uint8, copy=False), fresh.pixels)
    with pytest.raises(ValueError, match="expected to copy pixels of uint8 as float64, got copy=False"):
        fresh.__array__(np.float64, copy=False)
