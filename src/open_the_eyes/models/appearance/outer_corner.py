"""The skin beyond an eye's outer corner: nothing there moves in a blink.

The model and its refiner paint there what lashes and folds of many people are on average, which is a dark smear; the
person's own lashes are drawn over it. Lengths are in eye widths.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...imaging.arrays import Plane, Tones
from ...imaging.palette import LUMA
from ...imaging.smooth import smoothed
from ...imaging.threefold import threefold
from .surroundings import Surroundings, set_in

BESIDE: Final = (0.04, 0.19)
"""Beyond the outer corner the photo sets in, and is all there is."""
LEVEL: Final = (0.22, 0.32)
"""Not so far over and under it."""
LIT: Final = (0.6, 0.85)
"""Skin is so bright at least, beside what is usual there."""
SMEAR: Final = (-0.03, 0.07, 0.05)
"""Where the smear is, from the corner towards the nose, and its standard deviations along the eye and across."""
CLEARED: Final = 0.6
"""So much of it goes; lids do cast a shadow there."""
SKIN: Final = (-0.3, -0.16, 0.12)
"""Skin that shows how it would be without: so far along from the corner, and across."""
ENOUGH: Final = 10
"""Pixels that tell a colour."""


def beside(photo: Tones, there: Surroundings, width: float) -> Plane:
    """(h, w) 0..1: skin that stays as it was; not where it lies in a lid's or lash's dark."""
    beyond = set_in(-np.maximum(there.along, there.along_shut), BESIDE) * (1 - set_in(np.abs(there.across), LEVEL))
    light = smoothed(np.asarray(photo @ LUMA, np.float32), 0.02 * width)
    near = there.covered(beyond) > 0
    if not near.any():
        return there.covered(beyond)
    return there.covered(beyond * set_in(light / max(float(np.percentile(light[near], 60)), 1.0), LIT))


def cleared(pixels: Tones, there: Surroundings, by: float) -> Tones:
    """The pixels (h, w, 3) without most of the smear, by 0..1 of that; what lies between the lids stays."""
    least, most, high = SKIN
    skin = (there.along > least) & (there.along < most) & (np.abs(there.across) < high)
    if int(skin.sum()) < ENOUGH:
        return pixels
    usual = np.median(pixels[skin], axis=0).astype(np.float32)
    middle, along, across = SMEAR
    smear = np.exp(-0.5 * (((there.along - middle) / along) ** 2 + (there.across / across) ** 2))
    outside = np.clip(np.maximum(there.above, there.below) / 0.03, 0, 1)
    dark = pixels @ LUMA < usual @ LUMA
    weight = np.asarray(by * CLEARED * there.mask * smear * outside * dark, np.float32)
    return np.asarray(pixels + (usual - pixels) * threefold(weight), np.float32)
