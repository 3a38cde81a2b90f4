"""The light on painted lids is held to the brightest skin that the photo has around them.

The texture is in multiples of the skin. Light on a lid is as many times as bright as the skin beside pale skin as
beside dark skin, where a camera has hardly any brightness left to give it: it came out as a white rim along the lids.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.face.lids import lid_distances
from ....imaging.face.mesh478 import SIDES
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from .. import layout
from ..irises.colour import eye_shape
from ..model import AppearanceModel

# Lengths are in eye widths.
SPECK: Final = 0.04
"""Standard deviation of a Gaussian: what is brighter in the photo, but finer, is no skin's light."""
NEARBY: Final = 0.35
"""Side of the square around a place in which the photo's brightest skin is looked for."""
BLEND: Final = 0.15
"""Standard deviation of a Gaussian over what is brightest, from place to place."""
HEADROOM: Final = 0.1
"""How much further than the brightest skin a lid may go, as a share of the way from there to 255: in a dark photo the
light on an open lid may well be the brightest there is."""


def with_plausible_highlights(model: AppearanceModel, lit: Tones, strip: Tones) -> Tones:
    """The painted strip `lit` (H, W, 3) with its lids, outside the eyes' opening, no brighter than skin on the photo's
    `strip` (H, W, 3) makes plausible; levels 0..255 both."""
    outside, width = _outside(np.ascontiguousarray(model.mean_points).tobytes())
    most, level = _brightest(luma_of(strip), width), luma_of(lit)
    most += HEADROOM * (255 - most)
    over = np.maximum(level - most, 0)
    return np.asarray(lit * as_three(1 - outside * over / np.maximum(level, 1)), np.float32)


@lru_cache(maxsize=4)
def _outside(mean_points: bytes) -> tuple[Plane, float]:
    """(H, W) 0 or 1: whether a place lies outside both eyes' opening; and the width of an eye, pixels."""
    points = np.frombuffer(mean_points).reshape(-1, 2)
    out = np.ones(layout.SIZE_WH[::-1], np.float32)
    shapes = [eye_shape(points, side) for side in SIDES]
    for shape in shapes:
        lids = lid_distances(shape, Box(0, 0, *layout.SIZE_WH))
        out[np.minimum(lids.below_upper, lids.above_lower) > 0] = 0
    return out, float(np.mean([shape.width for shape in shapes]))


def _brightest(level: Plane, width: float) -> Plane:
    """(H, W): the brightest around each place, but for specks."""
    side = 2 * round(NEARBY * width / 2) + 1
    most = cv2.dilate(cv2.GaussianBlur(level, (0, 0), SPECK * width), np.ones((side, side)))
    return np.asarray(cv2.GaussianBlur(most, (0, 0), BLEND * width), np.float32)
