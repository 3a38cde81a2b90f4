"""A whole face, small and upright, with its eyes covered: for what it shows besides them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from ..arrays import Points, Rgb
from ..binary_masks import FIXED_BITS, fixed
from ..geometry import inverted, transformed
from .face_crop import place_around, warped
from .mesh478 import INNER_CORNER, OUTER_CORNER, SIDES, Side

VIEW_PX: Final = 192
"""Side of the view of a face, pixels."""
COVER_WH: Final = (0.725, 0.475)
"""Half axes of the ellipse over one eye, in eye widths: all that a blink moves, and not the brow."""
RIM_WH: Final = (0.875, 0.575)
"""Half axes of a larger ellipse around each eye, in eye widths: the skin between the two tells what the eye is covered
with."""


def face_view(pixels: Rgb, landmarks: Points) -> Rgb:
    """(192, 192, 3): the face of these `landmarks` (478, 2 or 3) in a square half as wide again, each eye filled with
    the median colour around it. Where the square leaves the picture it is black.

    The eyes are covered whether they are open or shut, so that a face looks alike in both.
    """
    to_photo = place_around(landmarks).to_photo(VIEW_PX)
    view = warped(pixels, to_photo, (VIEW_PX, VIEW_PX), beyond=cv2.BORDER_CONSTANT)
    points = transformed(landmarks[:, :2], inverted(to_photo))
    for side in SIDES:
        cover, rim = (_ellipse(points, side, half) for half in (COVER_WH, RIM_WH))
        around = (rim > 0) & (cover == 0)
        if around.any():
            view[cover > 0] = np.median(view[around], axis=0).astype(np.uint8)
    return view


def _ellipse(points: Points, side: Side, half_wh: tuple[float, float]) -> Rgb:
    """(192, 192): 1 within an ellipse around an eye, of so many eye widths."""
    outer, inner = points[OUTER_CORNER[side]], points[INNER_CORNER[side]]
    axis = inner - outer
    half = np.maximum(fixed(np.array(half_wh) * float(np.hypot(*axis))), 1).tolist()
    plane = np.zeros((VIEW_PX, VIEW_PX), np.uint8)
    angle = float(np.degrees(np.arctan2(axis[1], axis[0])))
    cv2.ellipse(plane, fixed((outer + inner) / 2).tolist(), half, angle, 0, 360, (1,), -1, cv2.LINE_8, FIXED_BITS)
    return plane
