"""One eye as the eye-state network wants it: upright, centred, at one scale, all eyes turned into left ones."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ..arrays import Matrix, Points, Rgb
from ..geometry import quarter_turned
from .eye_corners import eye_middle, true_eye_width
from .face_crop import warped
from .mesh478 import SIDES, Side
from .pose import roll_of

SIZE_WH: Final = (56, 40)
SPAN: Final = 2.1
"""Width of the crop in eye widths; wide enough for the brow's lower edge and a spectacle rim."""


def eye_crop_to_photo(landmarks: Points, side: Side, size_wh: tuple[int, int] = SIZE_WH, span: float = SPAN) -> Matrix:
    """(2, 3): pixels of the crop -> pixels of the photo; the right eye's is mirrored.

    Scaled by the mean width of both eyes with depth, so a turned head shows a narrower eye, as it should. A small face
    is enlarged to the crop's size.
    """
    width = float(np.mean([true_eye_width(landmarks, one) for one in SIDES]))
    scale = span * width / size_wh[0]
    angle = math.radians(roll_of(landmarks))
    right = scale * np.array([math.cos(angle), math.sin(angle)])
    down = quarter_turned(right)
    if side == "right":
        right = -right
    centre = eye_middle(landmarks, side)
    shift = centre - right * (size_wh[0] - 1) / 2 - down * (size_wh[1] - 1) / 2
    return np.column_stack([right, down, shift])


def eye_crop(pixels: Rgb, landmarks: Points, side: Side, size_wh: tuple[int, int] = SIZE_WH, span: float = SPAN) -> Rgb:
    """(H, W, 3) photo, (478, 3) -> (h, w, 3) eye, always as if it were the left one."""
    return warped(pixels, eye_crop_to_photo(landmarks, side, size_wh, span), size_wh)
