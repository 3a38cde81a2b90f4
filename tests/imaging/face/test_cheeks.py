"""Which half of a face is its right one, however the head is held."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.face.cheeks import right_of_face
from open_the_eyes.imaging.face.mesh478 import CHIN, FOREHEAD, OUTER_CORNER


@pytest.mark.parametrize("quarters", range(4), ids=["upright", "on its right", "head down", "on its left"])
def test_the_right_half_of_a_face_has_its_right_eye(quarters: int) -> None:
    points = {FOREHEAD: (0, -12), CHIN: (0, 18), OUTER_CORNER["left"]: (-9, 0), OUTER_CORNER["right"]: (9, 0)}
    turn = np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), quarters)
    landmarks = np.zeros((478, 3))
    for number, point in points.items():
        landmarks[number, :2] = turn @ np.array(point) + 20
    right = right_of_face(landmarks, (41, 41))
    xs, ys = landmarks[[OUTER_CORNER["left"], OUTER_CORNER["right"]], :2].astype(int).T
    assert right[ys, xs].tolist() == [False, True]
    assert right.mean() == pytest.approx(0.5, abs=0.02)
