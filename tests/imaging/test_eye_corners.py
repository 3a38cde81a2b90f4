"""Corners of the eyes, and lengths between them."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.eye_corners import eye_corners, eye_middle, eyes_apart, seen_eye_width, true_eye_width
from open_the_eyes.imaging.mesh478 import INNER_CORNER, OUTER_CORNER


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
