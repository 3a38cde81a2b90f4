"""Where a mesh has the corners of the eyes, and the lengths that most others are multiples of. A blink moves none of
them.

All functions take points of a mesh, and return pixels of the picture that these lie in: its landmarks (478, 2+), or of
one eye the ring of its lids (16, 2+) or its iris (5, 2+), in the order of `mesh478`.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Points
from .mesh478 import INNER_CORNER, OUTER_CORNER, RING_INNER, RING_OUTER, Side


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


def ring_ends(ring: Points) -> Points:
    """(2, 2): the outer corner and the inner one."""
    return ring[[RING_OUTER, RING_INNER], :2]


def ring_width(ring: Points) -> float:
    """From corner to corner as the picture shows it."""
    outer, inner = ring_ends(ring)
    return float(np.linalg.norm(inner - outer))


def radius_of(iris: Points) -> float:
    """From an iris' centre to its rim, on average."""
    return float(np.linalg.norm(iris[1:, :2] - iris[0, :2], axis=1).mean())
