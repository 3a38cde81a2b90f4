"""Halves of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import Place, drawn, warped
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.imaging.pyramid import Pyramid, on_level


def test_a_level_is_the_mean_of_what_it_covers(portrait: Rgb) -> None:
    even = portrait[:200, :300]
    means = even.reshape(50, 4, 75, 4, 3).mean(axis=(1, 3))
    assert np.abs(Pyramid(even).level(2) - means).max() <= 1.5
    assert Pyramid(even).level(0) is even


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 9), (5, 3), (2161, 2)], ids=str)
def test_odd_and_tiny_pictures_have_levels_too(size_hw: tuple[int, int]) -> None:
    level = Pyramid(np.full((*size_hw, 3), 9, np.uint8)).level(3)
    assert min(level.shape) >= 1
    assert (level == 9).all()


@pytest.mark.parametrize(("shrink", "number"), [(0.5, 0), (1, 0), (1.99, 0), (2, 1), (7.9, 2), (1e9, 5)])
def test_the_coarsest_level_is_still_fine_enough(shrink: float, number: int) -> None:
    assert Pyramid(np.zeros((40, 50, 3), np.uint8)).coarsest(shrink) == number


def test_a_pixel_keeps_its_middle_on_every_level() -> None:
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    moved = transformed(np.array([[3.5, 7.5]]), on_level(matrix, 3))
    assert moved == pytest.approx(np.array([[0.0, 0.5]]))


@pytest.mark.parametrize("roll", [0.0, 25.0, 130.0])
def test_a_crop_from_the_halves_is_the_crop(portrait: Rgb, roll: float) -> None:
    large = np.repeat(np.repeat(portrait, 5, axis=0), 5, axis=1)
    matrix = Place(1100.0, 600.0, 700.0, roll).to_photo(64)
    plain, halved = warped(large, matrix, (64, 64)), drawn(Pyramid(large), matrix, (64, 64))
    assert np.abs(plain.astype(int) - halved).mean() < 2


@pytest.mark.parametrize("roll", [0.0, 45.0])
def test_beyond_the_picture_a_crop_is_black(roll: float) -> None:
    plain = np.full((40, 60, 3), 200, np.uint8)
    crop = drawn(Pyramid(plain), Place(30.0, 20.0, 240.0, roll).to_photo(96), (96, 96))
    assert (crop[48, 48] == 200).all()
    assert not crop[[0, 0, -1, -1, 48], [0, -1, 0, -1, 2]].any()
