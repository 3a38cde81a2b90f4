"""How visible the border of a painted region is."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..arrays import Plane, Rgb
from ..geometry import Box
from ..luma import luma_of
from ..smooth import reduced, shrink_for


def seam_step(before: Rgb, after: Rgb, mask: Plane) -> float:
    """Levels of brightness by which the painted side of the border differs from what was there, 0 for no seam.

    Both pictures are smoothed over a twentieth of the mask's width first, so that grain, hairs and lashes do not count.
    `mask` is (h, w) 0..1; the border is where it rises from 0 to a third, and for a mask that rises at once, its rim.
    """
    changed = Box.holding(mask)
    if changed is None:
        return 0.0
    sigma = max((changed.width - 1) / 20, 1.0)
    near = changed.moved_out(math.ceil(3 * sigma)).within(mask)
    mask = near.cut(mask)
    border = (mask > 0.02) & (mask < 0.35)
    if not border.any():
        border = (mask > 0) & (cv2.erode((mask > 0).astype(np.uint8), np.ones((3, 3))) == 0)
    if not border.any():
        return 0.0
    ys, xs = np.nonzero(border)
    smooth, shrink = _smooth_change(near.cut(before), near.cut(after), sigma)
    at_y, at_x = (np.minimum(k // shrink, n - 1) for k, n in zip((ys, xs), smooth.shape, strict=True))
    return float(np.percentile(np.abs(smooth[at_y, at_x]), 90))


def _smooth_change(before: Rgb, after: Rgb, sigma: float) -> tuple[Plane, int]:
    """The change of brightness, smoothed, on a picture reduced as far as the smoothness allows, and how far that is."""
    shrink = shrink_for(sigma)
    small = [luma_of(reduced(p, shrink)) for p in (before, after)]
    return np.asarray(cv2.GaussianBlur(small[1] - small[0], (0, 0), sigma / shrink), np.float32), shrink
