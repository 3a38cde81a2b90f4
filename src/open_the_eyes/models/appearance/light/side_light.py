"""From which side a face is lit, as its cheeks tell: there both eyes mirror the light."""

from __future__ import annotations

import math
from typing import Final

from ....imaging.arrays import to_tones
from ....imaging.face.cheeks import cheeks, right_of_face
from ....imaging.face.eye_corners import eyes_apart
from ....imaging.luma import luma_of
from ....roles import Crop

VEIL: Final = 4.0
"""Levels by which both cheeks are taken to be brighter, so that noise on black ones tells of no side."""
MIN_PIXELS: Final = 20
"""Fewest pixels that tell how bright a cheek is."""
EYES_APART: Final = 150.0
"""Distance between the eyes' outer corners, pixels, above which a crop is looked at reduced, by as many whole times as
it is larger."""


def measured_side_light(crop: Crop) -> float:
    """By how much the right cheek is brighter than the left one, as a natural logarithm; 0 where one is not seen."""
    step = max(int(eyes_apart(crop.landmarks) / EYES_APART), 1)
    level, covered = luma_of(to_tones(crop.pixels[::step, ::step])), crop.mask[::step, ::step] > 0
    if crop.cloth is not None:
        covered |= crop.cloth[::step, ::step] > 0
    landmarks = crop.landmarks / step
    skin, right = cheeks(landmarks, covered), right_of_face(landmarks, covered.shape)
    left_level, right_level = level[skin & ~right], level[skin & right]
    if min(left_level.size, right_level.size) < MIN_PIXELS:
        return 0.0
    return math.log((float(right_level.mean()) + VEIL) / (float(left_level.mean()) + VEIL))
