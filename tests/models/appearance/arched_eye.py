"""An eye whose lids are arcs."""

from __future__ import annotations

import numpy as np

from open_the_eyes.imaging.face.lids import EyeShape


def an_eye(height: float, width: float = 90.0) -> EyeShape:
    """Outer corner to the left; the lids are arcs so far apart."""
    along = np.linspace(0, 1, 9)
    arc = np.sin(np.pi * along) * height * width / 2
    upper = np.column_stack([along * width, -arc])
    lower = np.column_stack([along * width, arc])[-2:0:-1]
    return EyeShape(np.vstack([upper, lower]) + np.array([60.0, 70.0]), (60 + width / 2, 70.0), 0.2 * width, "left")
