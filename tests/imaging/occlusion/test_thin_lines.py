"""An eye at one size, and what is thin and dark around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.occlusion.thin_lines import ReducedEye
from tests.imaging.drawn_eye import INNER, OUTER, region, skin


def crossed() -> Rgb:
    """A dark bar below the eye."""
    return np.asarray(cv2.line(skin(), (0, 132), (239, 132), (30, 28, 25), 4), np.uint8)


def one_pixel() -> Plane:
    plane = np.zeros((200, 240), np.float32)
    plane[199, 239] = 1
    return plane


@pytest.mark.parametrize(
    ("mask", "inner"),
    [
        (region(), OUTER),
        (region(), OUTER + np.array([10.0, 0.0])),
        (np.zeros((200, 240), np.float32), INNER),
        (np.zeros((0, 240), np.float32), INNER),
    ],
    ids=["no eye", "a tiny eye", "an empty region", "no picture"],
)
def test_eyes_too_small_to_tell_lines_are_none(mask: Plane, inner: Points) -> None:
    assert ReducedEye.of(crossed()[: mask.shape[0]], mask, OUTER, inner) is None


def test_a_region_of_one_pixel_at_the_edge_is_looked_at() -> None:
    eye = ReducedEye.of(crossed(), one_pixel(), OUTER, INNER)
    assert eye is not None
    assert eye.lines(0.2).shape == eye.region.shape
    assert eye.put_back(np.ones_like(eye.region)).shape == (200, 240)


def test_a_bar_is_a_line_and_skin_is_none() -> None:
    for pixels, told in ((crossed(), True), (skin(), False)):
        eye = ReducedEye.of(pixels, region(), OUTER, INNER)
        assert eye is not None
        assert bool(eye.put_back(eye.lines(0.2))[132, 60:180].min() > 0.9) is told


def test_the_arguments_stay_as_they_were() -> None:
    pixels, mask = crossed(), region()
    eye = ReducedEye.of(pixels, mask, OUTER, INNER)
    assert eye is not None
    eye.put_back(eye.lines(0.2))
    assert np.array_equal(pixels, crossed())
    assert np.array_equal(mask, region())
