"""Where a mesh has the corners of the eyes, and the lengths that most others are multiples of. None moves in a blink.

All take landmarks (478, 2+) and tell pixels of the picture that these lie in.
"""

from __future__ import annotations

import numpy as np

from .arrays import Points
from .mesh478 import INNER_CORNER, OUTER_CORNER, Side


def eye_corners(landmarks: Points, side: Side) -> Points:
    """(2, 2): the outer corner and the inner one."""
    return landmarks[[OUTER_CORNER[side], INNER_CORNER[side]], :2]


def eye_middle(landmarks: Points, side: Side) -> Points:
    """(2,): half-way between the corners."""
    return np.asarray(eye_corners(landmarks, side).mean(axis=0))


def seen_eye_width(landmarks: Points, side: Side) -> float:
    """From corner to corner as the picture shows it: on a turned head it is shorter."""
    outer, inner = eye_corners(landmarks, side)
    return float(np.linalg.norm(inner - outer))


def true_eye_width(landmarks: Points, side: Side) -> float:
    """From corner to corner with depth, of landmarks (478, 3), so that a turned head's eye is not shorter."""
    return float(np.linalg.norm(landmarks[OUTER_CORNER[side]] - landmarks[INNER_CORNER[side]]))


def eyes_apart(landmarks: Points) -> float:
    """From one outer corner to the other as the picture shows it."""
    left, right = (landmarks[OUTER_CORNER[side], :2] for side in ("left", "right"))
    return float(np.linalg.norm(right - left))
