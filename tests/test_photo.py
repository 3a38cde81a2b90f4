"""A photo knows where it was painted, as long as nobody goes behind its back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.files import read
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.jpeg_scenes import coded

EYE, BROW = Box(8, 8, 24, 16), Box(30, 4, 40, 8)


@pytest.fixture
def fresh() -> Photo:
    return read(coded((64, 48)), Settings())


def test_a_jpeg_that_was_read_is_painted_nowhere(fresh: Photo) -> None:
    assert fresh.painted == ()


def test_windows_add_up(fresh: Photo) -> None:
    once = fresh.with_pixels(fresh.pixels.copy(), [EYE])
    assert once.with_pixels(once.pixels.copy(), [BROW]).painted == (EYE, BROW)


def test_pixels_whose_windows_were_told_cannot_be_painted_elsewhere(fresh: Photo) -> None:
    told = fresh.with_pixels(fresh.pixels.copy(), [EYE])
    with pytest.raises(ValueError, match="read-only"):
        told.pixels[0, 0] = 0


def test_nobody_can_tell_where_other_pixels_differ(fresh: Photo) -> None:
    other = fresh.pixels.copy()
    for photo in (fresh.with_pixels(other), replace(fresh, pixels=other), Photo(other)):
        assert photo.painted is None
        assert photo.with_pixels(other.copy(), [EYE]).painted is None
    told = fresh.with_pixels(fresh.pixels.copy(), [EYE])
    assert replace(told, pixels=np.zeros_like(other)).painted is None
