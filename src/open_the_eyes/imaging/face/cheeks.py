"""Where a face shows plain skin: its cheeks and the bridge of its nose, below the eyes, and its forehead."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Points
from .eye_corners import eyes_apart
from .mesh478 import CHIN, FOREHEAD, OUTER_CORNER, SIDES

# Lengths are shares of the distance between the eyes' outer corners.
BELOW: Final = 0.1
"""Where cheeks begin: how far below the line through the eyes' outer corners."""
ASIDE: Final = 0.52
"""How far cheeks reach to either side of the middle between the eyes' outer corners."""
SPREAD_DOWN: Final = 0.75
"""How far below the line through the eyes' outer corners the places of `cheek_places` reach."""
FOREHEAD_ABOVE: Final = (0.13, 0.6)
"""Where a forehead begins, between the brows, and ends, above the line through the eyes' outer corners."""
FOREHEAD_ASIDE: Final = 0.36
"""How far a forehead reaches to either side of the middle between the eyes' outer corners."""


def cheeks(landmarks: Points, covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(h, w): cheeks and the bridge of the nose, but for what is `covered`; landmarks (478, 2+) in its pixels."""
    centre, down, reach = _frame(landmarks)
    xs = np.arange(covered.shape[1], dtype=np.float32) - np.float32(centre[0])
    ys = np.arange(covered.shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    down = down.astype(np.float32)
    below, aside = xs * down[0] + ys * down[1], np.abs(xs * down[1] - ys * down[0])
    return np.asarray(~covered & (below > BELOW * reach) & (aside < ASIDE * reach), np.bool_)


def right_of_face(landmarks: Points, shape_hw: tuple[int, ...]) -> NDArray[np.bool_]:
    """(h, w): what lies to the right of the line down the middle of the face; landmarks (478, 2+) in its pixels."""
    centre, down, _ = _frame(landmarks)
    xs = np.arange(shape_hw[1], dtype=np.float32) - np.float32(centre[0])
    ys = np.arange(shape_hw[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    return np.asarray(xs * np.float32(down[1]) > ys * np.float32(down[0]), np.bool_)


def cheek_places(landmarks: Points, apart: float, most: int) -> Points:
    """(n, 2): places in rows on the cheeks, whatever covers them; at least so many pixels apart, at most so many in a
    row."""
    return _places(landmarks, ASIDE, (BELOW, SPREAD_DOWN), apart, most)


def forehead_places(landmarks: Points, apart: float, most: int) -> Points:
    """(n, 2): the same on the forehead."""
    low, high = FOREHEAD_ABOVE
    return _places(landmarks, FOREHEAD_ASIDE, (-high, -low), apart, most)


def _places(landmarks: Points, most_aside: float, below: tuple[float, float], apart: float, most: int) -> Points:
    centre, way_down, reach = _frame(landmarks)
    step = max(apart / max(reach, 1e-6), 2 * most_aside / most)
    aside, down = np.meshgrid(np.arange(-most_aside, most_aside, step), np.arange(*below, step))
    rightwards = np.array([way_down[1], -way_down[0]])
    return np.asarray(centre + reach * (aside.reshape(-1, 1) * rightwards + down.reshape(-1, 1) * way_down))


def _frame(landmarks: Points) -> tuple[Points, Points, float]:
    """The middle between the outer corners, the way down the face (both (2,)), and the corners' distance."""
    left, right = (landmarks[OUTER_CORNER[side], :2] for side in SIDES)
    down = landmarks[CHIN, :2] - landmarks[FOREHEAD, :2]
    return (left + right) / 2, down / max(float(np.linalg.norm(down)), 1e-6), eyes_apart(landmarks)
