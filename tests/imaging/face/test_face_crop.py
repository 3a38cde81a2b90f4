"""Upright crops and the way back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import Place, lifted, warped
from open_the_eyes.imaging.geometry import inverted, transformed


@pytest.mark.parametrize("roll", [0, 30, 90, -140])
def test_the_middle_stays_and_the_way_back_is_exact(roll: float) -> None:
    matrix = Place(120.0, 80.0, 64.0, roll).to_photo(32)
    assert transformed(np.array([[15.5, 15.5]]), matrix) == pytest.approx(np.array([[120.0, 80.0]]))
    points = np.array([[0.0, 3.0], [31.0, 7.5]])
    assert transformed(transformed(points, matrix), inverted(matrix)) == pytest.approx(points)


def test_a_place_of_whole_pixels_is_a_plain_cut(portrait: Rgb) -> None:
    crop = warped(portrait, Place(131.5, 99.5, 64.0, 0.0).to_photo(64), (64, 64))
    assert np.array_equal(crop, portrait[68:132, 100:164])


@pytest.mark.parametrize("scale", [2, 3, 7])
def test_a_reduced_crop_is_the_mean_of_what_it_covers(portrait: Rgb, scale: int) -> None:
    side = 32 * scale
    place = Place(100 + side / 2 - 0.5, 60 + side / 2 - 0.5, side, 0.0)
    photo = np.asarray(cv2.GaussianBlur(portrait, (0, 0), scale), np.uint8)
    crop = warped(photo, place.to_photo(32), (32, 32))
    blocks = photo[60 : 60 + side, 100 : 100 + side].reshape(32, scale, 32, scale, 3).mean(axis=(1, 3))
    assert np.abs(crop[1:-1, 1:-1] - blocks[1:-1, 1:-1]).mean() < 3


def test_beyond_the_photo_its_rim_goes_on() -> None:
    photo = np.full((20, 20, 3), 77, np.uint8)
    assert (warped(photo, Place(0.0, 0.0, 60.0, 20.0).to_photo(30), (30, 30)) == 77).all()


def test_a_place_outside_the_photo_is_black() -> None:
    photo = np.full((20, 20, 3), 77, np.uint8)
    assert (warped(photo, Place(500.0, 500.0, 10.0, 0.0).to_photo(8), (8, 8)) == 0).all()


def test_depth_is_scaled_like_the_rest() -> None:
    points = lifted(np.array([[0.0, 0.0, 3.0]]), Place(0.0, 0.0, 40.0, 0.0).to_photo(20))
    assert points[0, 2] == pytest.approx(6.0)
