"""Where the donor's irises look once they are in the target."""

from __future__ import annotations

import numpy as np

from ...imaging.arrays import Points
from ...imaging.mesh478 import Side
from ..appearance import layout


def along_eye(points: Points, side: Side) -> float:
    """Where one iris stands between the corners: 0 in the middle, in eye widths, positive to the picture's right."""
    ring, iris = layout.ring_of(points, side), layout.iris_of(points, side)
    axis = ring[8] - ring[0] if side == "left" else ring[0] - ring[8]
    width = max(float(np.linalg.norm(axis)), 1e-6)
    return float((iris[0] - (ring[0] + ring[8]) / 2) @ axis) / width**2
