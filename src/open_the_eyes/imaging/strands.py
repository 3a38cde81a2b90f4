"""Strands of hair that hang across an eye: a new eye is painted behind them.

Told from lashes, brows and wrinkles by their course: they are thin, straight for most of an eye's width, and steep
across the line between the corners. What prints a mark over a picture in such strokes stays on top, too.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Points, Rgb
from .geometry import Box

THIN: Final = 0.16
"""Strands are thinner than this, in eye widths. Some that are less than three pixels of the reduced picture are missed:
they have to lie in one of the directions that are tried."""
CONTRAST: Final = 0.12
"""How much darker than what surrounds it a strand is, as a fraction of the skin's brightness."""
LENGTH: Final = 0.9
"""They are straight for so many eye widths: lashes are shorter."""
STEEP_DEG: Final = 35
"""Their least angle to the line between the corners: lids, brows and what is painted along them lie flatter."""
ENOUGH: Final = 0.02
"""Their area in the region, squares of an eye's width."""
_FINEST: Final = 50.0
"""Looked for in a picture reduced until an eye is nearly so narrow."""
_TURN_DEG: Final = 10
"""Between directions that are tried."""


def strand_mask(pixels: Rgb, mask: Plane, outer: Points, inner: Points) -> Plane:
    """(h, w) 0..1: 1 on strands over the region `mask` (h, w) around an eye with corners `outer`, `inner`."""
    width = float(np.linalg.norm(inner - outer))
    region = Box.holding(mask)
    out = np.zeros_like(mask)
    if width < 16 or region is None:
        return out
    near = region.moved_out(round(0.3 * width)).within(mask)
    part, shown = near.cut(pixels), near.cut(mask)
    shrink = max(int(width / _FINEST), 1)
    small_wh = max(part.shape[1] // shrink, 1), max(part.shape[0] // shrink, 1)
    small, inside = (cv2.resize(p, small_wh, interpolation=cv2.INTER_AREA) for p in (part, shown))
    slope_deg = float(np.degrees(np.arctan2(*(inner - outer)[::-1])))
    strands = _steep(_lines(np.asarray(small, np.uint8), width / shrink), slope_deg, width / shrink)
    if strands[inside > 0.3].sum() < ENOUGH * (width / shrink) ** 2:
        return out
    grown = cv2.dilate(strands, np.ones((3, 3), np.uint8)).astype(np.float32)
    over = cv2.resize(grown, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR)
    near.cut(out)[...] = np.clip(cv2.GaussianBlur(over, (0, 0), max(0.012 * width, 0.6)) * 1.6, 0, 1)
    return out


def _lines(part: Rgb, width: float) -> NDArray[np.uint8]:
    """1 on what is thin and dark in a picture in which an eye is `width` pixels wide."""
    level = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    side = max(round(THIN * width), 3) | 1
    dark = cv2.morphologyEx(level, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(dark > CONTRAST * max(float(np.median(level)), 20.0), np.uint8)


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
