"""Glasses: thin dark bars that run across the region around an eye and on beyond it, and stay on top of a new eye."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from ..arrays import Plane
from ..binary_masks import BinaryMask, between
from ..geometry import along_and_across, quarter_turned
from .thin_lines import ReducedEye

CONTRAST: Final = 0.22
"""How much darker a bar is than what surrounds it, at least, as a share of the skin's brightness."""
LASH_BAND: Final = 0.17
"""Half width of the band of lashes around the line between the eye's corners, in eye widths: what is dark there is no
frame."""
LASHES_ALONG: Final = (-0.25, 1.1)
"""Ends of that band, from the outer corner (0) to the inner one (1): lashes reach out beyond the outer corner."""
MIN_LENGTH: Final = 0.45
"""Least length of a frame's bar, in eye widths."""


def frame_mask(eye: ReducedEye) -> Plane:
    """(H, W) 0..1 of the picture: 1 on frames of glasses around an eye.

    A frame is told from lashes and brows by its course: it is thin, it leaves the region, and it does not run along the
    line of the lids.
    """
    over = _leaving(eye.lines(CONTRAST), eye)
    return eye.put_back(over) if over.any() else np.zeros(eye.shape_hw, np.float32)


def _leaving(bars: BinaryMask, eye: ReducedEye) -> Plane:
    """The bars that cross the region and go on outside it, away from the line between the corners; 0 or 1."""
    (outer, inner), width, shown = eye.corners, eye.width, eye.region > 0
    along, across = along_and_across(bars.shape, outer, inner - outer, quarter_turned(inner - outer))
    lashes = (np.abs(across) < LASH_BAND) & between(along, LASHES_ALONG)
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
