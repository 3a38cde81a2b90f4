"""What shut lashes leave around an eye (`imaging.lashes`): painted as skin, with its grain."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ....imaging.arrays import to_levels
from ....imaging.channels import as_three
from ....imaging.detail.grain import continued_grain
from ....imaging.lashes.tails import without_tails
from ....imaging.lashes.tips import without_tips
from ....roles import Crop, Patch
from ..pieces import larger_eye_width, skin_around

GRAIN: Final = 0.05
"""Standard deviation of a Gaussian, in eye widths: finer grain of skin is laid on skin that was continued, which is
smooth."""


def tailless(crop: Crop, seed: int) -> Crop:
    """The crop with skin where its tails were, and without the tips of lashes."""
    pixels, width = crop.pixels, larger_eye_width(crop)
    if crop.tips is not None:
        pixels = without_tips(pixels, crop.tips, width)
    if crop.tails is not None:
        smooth = without_tails(pixels, crop.tails)
        skin = skin_around(crop, crop.mask)
        grain = continued_grain(crop.pixels, skin, crop.tails > 0, max(GRAIN * width, 0.8), seed)
        pixels = to_levels(smooth + grain * as_three(crop.tails))
    return crop if pixels is crop.pixels else replace(crop, pixels=pixels, tails=None, tips=None)


def over_tails(patch: Patch, crop: Crop) -> Patch:
    """A patch for the tailless crop, made to cover the tails and tips of this one."""
    mask = patch.mask
    for leftover in (crop.tails, crop.tips):
        if leftover is not None:
            mask = np.maximum(mask, leftover)
    return patch if mask is patch.mask else replace(patch, mask=mask)
