"""Strands of hair that hang across an eye: a new eye is painted behind them.

Told from lashes, brows and wrinkles by their course: they are thin, straight for most of an eye's width, and steep
across the line between the corners. What prints a mark over a picture in such strokes stays on top, too.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane
from .thin_lines import ReducedEye

CONTRAST: Final = 0.12
"""How much darker a strand is than what surrounds it, at least, as a share of the skin's brightness."""
LENGTH: Final = 0.9
"""Least length over which a strand is straight, in eye widths: lashes are shorter."""
STEEP_DEG: Final = 35
"""Least angle of a strand to the line between the corners: lids, brows and make-up along them lie flatter."""
ENOUGH: Final = 0.02
"""Least area of strands in the region, squares of an eye's width."""
_TURN_DEG: Final = 10
"""Angle between directions that are tried: strands thinner than three reduced pixels are missed between two."""


def strand_mask(eye: ReducedEye) -> Plane:
    """(H, W) 0..1 of the picture: 1 on strands over the region around an eye."""
    outer, inner = eye.corners
    slope_deg = float(np.degrees(np.arctan2(*(inner - outer)[::-1])))
    strands = _steep(eye.lines(CONTRAST).astype(np.uint8), slope_deg, eye.width)
    if strands[eye.region > 0.3].sum() < ENOUGH * eye.width**2:
        return np.zeros(eye.shape_hw, np.float32)
    return eye.put_back(np.asarray(cv2.dilate(strands, np.ones((3, 3), np.uint8)), np.uint8))


def _steep(lines: NDArray[np.uint8], slope_deg: float, width: float) -> NDArray[np.uint8]:
    """What of the lines a long straight piece fits into that is steep to a line of such a slope."""
    out = np.zeros_like(lines)
    for turn in range(STEEP_DEG, 181 - STEEP_DEG, _TURN_DEG):
        fitting = cv2.morphologyEx(lines, cv2.MORPH_OPEN, _piece(slope_deg + turn, int(LENGTH * width) | 1))
        out = np.asarray(np.maximum(out, fitting), np.uint8)
    return out


def _piece(angle_deg: float, length: int) -> NDArray[np.uint8]:
    """A straight line of so many pixels as a structuring element."""
    out = np.zeros((length, length), np.uint8)
    half = (length - 1) / 2
    way = half * np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    first, last = ([round(float(half + sign * step)) for step in way] for sign in (-1, 1))
    cv2.line(out, first, last, (1.0,), 1)
    return out
