"""How far irises are off, and apart: only what shows of an iris counts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from training.faces import Portrait
from training.iris_colour import iris_colour, irises_apart, irises_off


@pytest.fixture
def flat(astronaut: Portrait) -> Rgb:
    return np.full_like(astronaut.pixels, 90)


def with_left_iris(flat: Rgb, portrait: Portrait, level: int) -> Rgb:
    x, y = np.rint(portrait.landmarks[IRIS["left"][0], :2]).astype(int)
    return np.asarray(cv2.circle(flat.copy(), (int(x), int(y)), 12, (level,) * 3, -1), np.uint8)


def test_irises_of_one_colour_lie_not_apart(astronaut: Portrait, flat: Rgb) -> None:
    assert irises_apart(flat, astronaut.landmarks) == 0
    assert irises_apart(with_left_iris(flat, astronaut, 120), astronaut.landmarks) == pytest.approx(30)


def test_of_two_irises_one_that_is_off_counts_half(astronaut: Portrait, flat: Rgb) -> None:
    assert irises_off(flat, flat, astronaut.landmarks) == 0
    assert irises_off(with_left_iris(flat, astronaut, 120), flat, astronaut.landmarks) == pytest.approx(15)


def test_lids_and_skin_do_not_count(astronaut: Portrait, flat: Rgb) -> None:
    covered = flat.copy()
    shown = np.zeros(flat.shape[:2], np.uint8)
    for side in SIDES:
        ring = np.rint(astronaut.landmarks[EYE_RING[side], :2]).astype(np.int32)
        cv2.fillPoly(shown, [ring], (1.0,))
    covered[cv2.dilate(shown, np.ones((3, 3), np.uint8)) == 0] = 255
    assert irises_off(covered, flat, astronaut.landmarks) == 0


def test_an_iris_outside_the_picture_is_passed_over(astronaut: Portrait, flat: Rgb) -> None:
    beyond = astronaut.landmarks + np.array([5000.0, 0.0, 0.0])
    assert iris_colour(flat, beyond, "left") is None
    assert irises_off(flat, np.full_like(flat, 91), beyond) == irises_apart(flat, beyond) == 0
