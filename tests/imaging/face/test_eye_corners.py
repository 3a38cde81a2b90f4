"""Corners of the eyes, and lengths between them."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.face.eye_corners import (
    eye_corners,
    eye_middle,
    eyes_apart,
    radius_of,
    ring_ends,
    ring_width,
    seen_eye_width,
    true_eye_width,
)
from open_the_eyes.imaging.face.mesh478 import EYE_RING, INNER_CORNER, OUTER_CORNER, SIDES


def test_widths_go_from_corner_to_corner_and_depth_counts_in_the_true_one_alone() -> None:
    landmarks = np.zeros((478, 3))
    landmarks[OUTER_CORNER["left"]] = 10, 20, 12
    landmarks[INNER_CORNER["left"]] = 13, 24, 0
    landmarks[OUTER_CORNER["right"]] = 70, 100, 0
    assert eye_corners(landmarks, "left").tolist() == [[10, 20], [13, 24]]
    assert eye_middle(landmarks, "left").tolist() == [11.5, 22]
    assert seen_eye_width(landmarks, "left") == pytest.approx(5)
    assert true_eye_width(landmarks, "left") == pytest.approx(13)
    assert eyes_apart(landmarks) == pytest.approx(100)


def test_a_ring_ends_where_the_mesh_has_the_corners() -> None:
    landmarks = np.random.default_rng(0).normal(100, 30, (478, 3))
    for side in SIDES:
        ring = landmarks[EYE_RING[side]]
        assert np.array_equal(ring_ends(ring), eye_corners(landmarks, side))
        assert ring_width(ring) == seen_eye_width(landmarks, side)


def test_an_iris_is_as_large_as_its_rim_is_far() -> None:
    rim = np.array([[0, 0, 9], [3, 4, 0], [-5, 0, 0], [0, 5, 0], [0, -5, 0]], np.float64)
    assert radius_of(rim) == pytest.approx(5)
    assert radius_of(np.zeros((5, 2))) == 0
