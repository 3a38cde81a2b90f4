"""Eye crops: upright, at one scale, all as if left."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.face.eye_crop import SIZE_WH, SPAN, eye_crop, eye_crop_to_photo
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.geometry import inverted, transformed


def mesh(turn: float = 0.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Corners of two level eyes, 30 pixels wide, turned about the middle by radians."""
    points = np.zeros((478, 3))
    for number, x in {33: -50, 133: -20, 362: 20, 263: 50}.items():
        points[number] = (x, 0, 0)
    c, s = np.cos(turn), np.sin(turn)
    turned = points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T
    return np.asarray(turned + np.array([100, 60, 0]), np.float64)


@pytest.mark.parametrize("turn", [0.0, 0.5, -2.0])
@pytest.mark.parametrize("side", SIDES)
def test_the_outer_corner_is_on_the_left_and_the_eye_in_the_middle(side: Side, turn: float) -> None:
    points = mesh(turn)
    corners = points[[OUTER_CORNER[side], INNER_CORNER[side]]]
    outer, inner = transformed(corners, inverted(eye_crop_to_photo(points, side)))
    assert inner[0] - outer[0] == pytest.approx(SIZE_WH[0] / SPAN)
    assert (outer + inner) / 2 == pytest.approx((np.array(SIZE_WH) - 1) / 2)
    assert outer[1] == pytest.approx(inner[1])


def test_a_mirrored_photo_gives_the_same_crops() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (120, 201, 3), dtype=np.uint8)
    left = eye_crop(photo, mesh(), "left")
    right = eye_crop(np.ascontiguousarray(photo[:, ::-1]), mesh(), "right")
    assert left.shape == (SIZE_WH[1], SIZE_WH[0], 3)
    assert np.abs(left.astype(int) - right).max() <= 2
