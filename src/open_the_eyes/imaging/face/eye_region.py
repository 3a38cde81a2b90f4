"""The region around one eye in which pixels may change."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from ..arrays import Plane, Points
from ..binary_masks import FIXED_BITS, fixed
from ..geometry import Box
from ..smooth import smoothed

MASK_WH: Final = (0.78, 0.58)
"""Half axes of the ellipse around one eye, in eye widths: from the brow's lower edge to the top of the cheek."""
RIM: Final = 0.03
"""Its rim is as soft as a Gaussian of this standard deviation, in eye widths, inwards only."""


def eye_region(shape: tuple[int, ...], ends: Points) -> Plane:
    """(h, w) 0..1, 1 well inside the ellipse around one eye, 0 outside it; `ends` (3, 2) are its outer and inner corner
    and the chin."""
    outer, inner, _ = ends
    centre, axis = (outer + inner) / 2, inner - outer
    width = float(np.linalg.norm(axis))
    angle = float(np.degrees(np.arctan2(axis[1], axis[0])))
    plane = np.zeros(shape[:2], np.float32)
    half = np.maximum(fixed(np.array(MASK_WH) * width), 1).tolist()
    cv2.ellipse(plane, fixed(centre).tolist(), half, angle, 0, 360, (1.0,), -1, cv2.LINE_8, FIXED_BITS)
    sigma = max(RIM * width, 0.4)
    reach = max(half) / 2**FIXED_BITS + 4 * sigma + 2
    part = Box.around(np.stack([centre - reach, centre + reach])).within(plane).cut(plane)
    if part.size:
        part *= smoothed(part, sigma)
    return plane
