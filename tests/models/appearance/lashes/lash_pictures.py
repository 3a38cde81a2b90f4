"""Pictures of a shut eye with a lash line, and of what lies around it."""

from __future__ import annotations

from typing import Final

import numpy as np

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from tests.models.appearance.arched_eye import an_eye

SKIN: Final = np.array([205, 160, 140], np.float32)
SKIN_LEVEL: Final = float(luma_of(SKIN[None, None])[0, 0])
SHUT: Final = an_eye(0.02, 60.0)
SIZE_HW: Final = (140, 190)


def below_lid(shape: EyeShape) -> Plane:
    """(h, w): how far under the upper lid's edge, eye widths; far away beside the eye."""
    there = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    return np.asarray(np.where((there.along > 0) & (there.along < shape.width), there.below_upper / shape.width, 9))


def shut_picture(dark: float, shape: EyeShape = SHUT, lids: float = 0.0) -> Tones:
    """(h, w, 3): skin with a line so dark along the lids, and the lids beside it."""
    away = np.abs(below_lid(shape))
    return np.asarray(SKIN * (1 - np.where(away < 0.04, dark, lids * (away < 0.2)))[..., None], np.float32)
