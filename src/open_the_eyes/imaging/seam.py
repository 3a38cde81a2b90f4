"""How visible the border of a painted region is."""

from __future__ import annotations

import cv2
import numpy as np

from .arrays import Plane, Rgb
from .palette import LUMA


def seam_step(before: Rgb, after: Rgb, mask: Plane) -> float:
    """Levels of brightness by which the painted side of the border differs from what was there, 0 for no seam.

    Both pictures are smoothed over a twentieth of the mask's width first, so that grain, hairs and lashes do not count.
    `mask` is (h, w) 0..1; the border is where it rises from 0 to a third, and for a mask that rises at once, its rim.
    """
    rows, columns = np.nonzero(mask > 0)
    if len(rows) == 0:
        return 0.0
    sigma = max((int(columns.max()) - int(columns.min())) / 20, 1.0)
    border = (mask > 0.02) & (mask < 0.35)
    if not border.any():
        border = (mask > 0) & (cv2.erode((mask > 0).astype(np.uint8), np.ones((3, 3))) == 0)
    if not border.any():
        return 0.0
    change = (after.astype(np.float32) - before.astype(np.float32)) @ LUMA
    smooth = cv2.GaussianBlur(change, (0, 0), sigma)
    return float(np.percentile(np.abs(smooth[border]), 90))
