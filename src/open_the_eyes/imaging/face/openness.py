"""How far an eye is open, from landmarks alone, in units of that face's own geometry."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ..arrays import Points
from ..geometry import quarter_turned
from .eye_corners import true_eye_width
from .mesh478 import EYE_RING, RING_INNER, RING_OUTER, SIDES, Side
from .pose import axes_of

_LID_PAIRS: Final = ((2, 14), (3, 13), (4, 12), (5, 11), (6, 10))
"""Positions in `EYE_RING`: upper-lid points and the lower-lid points under them."""

USUAL_RATIO: Final = 0.24
"""Median lid gap / eye width of 5262 open eyes, in this mesh and by this measure; this ratio is openness 1."""


def lid_gap(landmarks: Points, side: Side) -> float:
    """(478, 3) -> pixels between the lids, measured along the face's own vertical; never negative.

    The mean of five pairs of lid points, where the original measure (Soukupová & Čech 2016) takes two.
    """
    ring = landmarks[EYE_RING[side]]
    across = ring[RING_INNER, :2] - ring[RING_OUTER, :2]
    normal = quarter_turned(across) / max(float(np.hypot(*across)), 1e-9)
    if normal @ axes_of(landmarks)[1, :2] < 0:
        normal = -normal
    gaps = [float((ring[low, :2] - ring[high, :2]) @ normal) for high, low in _LID_PAIRS]
    return max(0.0, float(np.mean(gaps)))


def opennesses(landmarks: Points) -> dict[Side, float]:
    """(478, 3) -> per eye, 1 a usual open eye, 0 lids that touch.

    The gap is divided by the mean width of both eyes with depth, so a turned head does not change it; and by the
    cosine of the head's pitch, through the length that the face's vertical keeps in the picture.
    """
    width = float(np.mean([true_eye_width(landmarks, side) for side in SIDES]))
    upright = max(math.hypot(*axes_of(landmarks)[1, :2]), 0.7)
    return {side: lid_gap(landmarks, side) / max(width * upright, 1e-9) / USUAL_RATIO for side in SIDES}
