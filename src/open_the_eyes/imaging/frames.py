"""Glasses: thin dark bars that run across the region around an eye and on beyond it, and stay on top of a new eye."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Points, Rgb
from .geometry import Box

BAR: Final = 0.16
"""Bars thinner than this, in eye widths, can be frames."""
CONTRAST: Final = 0.22
"""How much darker than what surrounds it a bar is, as a fraction of the skin's brightness."""
LASH_BAND: Final = 0.17
"""Around the line between the eye corners, in eye widths: what is dark there are lashes, not frames."""
MIN_LENGTH: Final = 0.45
"""A frame crosses at least this much of the region, in eye widths."""
_FINEST: Final = 50.0
"""Frames are looked for in a picture reduced until an eye is nearly so narrow: the cost of looking for thin bars grows
with the fourth power of the picture's size."""


def frame_mask(pixels: Rgb, mask: Plane, outer: Points, inner: Points) -> Plane:
    """(h, w) 0..1: 1 on frames of glasses in `mask` (h, w), the region around an eye with corners `outer`, `inner`.

    A frame is told from lashes and brows by its course: it is thin, it leaves the region, and it does not run along the
    line of the lids.
    """
    width = float(np.linalg.norm(inner - outer))
    region = Box.holding(mask)
    if width < 16 or region is None:
        return np.zeros_like(mask)
    near = region.moved_out(round(0.3 * width)).within(mask)
    part, shown = near.cut(pixels), near.cut(mask)
    out = np.zeros_like(mask)
    shrink = max(int(width / _FINEST), 1)
    small_wh = max(part.shape[1] // shrink, 1), max(part.shape[0] // shrink, 1)
    small, small_shown = (cv2.resize(p, small_wh, interpolation=cv2.INTER_AREA) for p in (part, shown))
    bars = _dark_bars(np.asarray(small, np.uint8), width / shrink)
    corners = (np.stack([outer, inner]) - [near.left, near.top] + 0.5) / shrink - 0.5
    over = _leaving(bars, np.asarray(small_shown > 0), corners, width / shrink)
    if over.any():
        soft = max(0.012 * width, 0.6)
        over = np.asarray(cv2.resize(over, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR))
        near.cut(out)[...] = np.clip(cv2.GaussianBlur(over, (0, 0), soft) * 1.6, 0, 1)
    return out


def _dark_bars(part: Rgb, width: float) -> NDArray[np.bool_]:
    level = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    size = max(round(BAR * width), 3) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    dark = cv2.morphologyEx(level, cv2.MORPH_BLACKHAT, disc)
    return np.asarray(dark > CONTRAST * max(float(np.median(level)), 20.0))


def _leaving(bars: NDArray[np.bool_], shown: NDArray[np.bool_], corners: Points, width: float) -> Plane:
    """The bars that cross the region and go on outside it, away from the line between the corners."""
    axis = (corners[1] - corners[0]) / max(width, 1e-6)
    ys, xs = np.mgrid[: bars.shape[0], : bars.shape[1]]
    along = (xs - corners[0, 0]) * axis[0] + (ys - corners[0, 1]) * axis[1]
    across = -(xs - corners[0, 0]) * axis[1] + (ys - corners[0, 1]) * axis[0]
    lashes = (np.abs(across) < LASH_BAND * width) & (along > -0.25 * width) & (along < 1.1 * width)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bars.astype(np.uint8), connectivity=8)
    out = np.zeros(bars.shape, np.float32)
    for k in range(1, count):
        if float(np.hypot(stats[k, cv2.CC_STAT_WIDTH], stats[k, cv2.CC_STAT_HEIGHT])) <= MIN_LENGTH * width:
            continue
        bar = labels == k
        outside = float((bar & ~shown).sum()) / max(float(bar.sum()), 1.0)
        if outside > 0.2 and not (bar & lashes).any() and (bar & shown).any():
            out[bar] = 1
    grown = cv2.dilate(out, np.ones((3, 3))) if width > 30 else out
    return np.asarray(grown, np.float32)
