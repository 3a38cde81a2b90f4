"""What shut lashes leave around an eye (`imaging.lash_tails`, `imaging.lash_tips`): painted as skin, with its grain."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ...imaging.eye_corners import seen_eye_width
from ...imaging.grain import continued_grain
from ...imaging.lash_tails import without_tails
from ...imaging.lash_tips import without_tips
from ...imaging.threefold import threefold
from ...roles import Crop, Patch
from .pieces import skin_around

GRAIN: Final = 0.05
"""Skin that was continued is smooth, so it gets the grain of skin that is finer than this, in eye widths."""


def tailless(crop: Crop) -> Crop:
    """The crop with skin where its tails were, and without the tips of lashes."""
    pixels = crop.pixels
    if crop.tips is not None:
        pixels = without_tips(pixels, crop.tips, _larger_eye_width(crop))
    if crop.tails is not None:
        pixels = without_tails(pixels, crop.tails)
    return crop if pixels is crop.pixels else replace(crop, pixels=pixels, tails=None, tips=None)


def over_tails(patch: Patch, crop: Crop) -> Patch:
    """A patch for the tailless crop, made to cover the tails and tips of this one."""
    pixels, mask, tails = patch.pixels, patch.mask, crop.tails
    if tails is not None:
        skin = skin_around(crop, crop.mask)
        grain = continued_grain(crop.pixels, skin, tails > 0, max(GRAIN * _larger_eye_width(crop), 0.8), patch.seed)
        pixels = np.asarray(np.clip(pixels + grain * threefold(tails * (mask == 0)), 0, 255), np.float32)
        mask = np.maximum(mask, tails)
    if crop.tips is not None:
        mask = np.maximum(mask, crop.tips)
    return patch if mask is patch.mask else replace(patch, pixels=pixels, mask=mask)


def _larger_eye_width(crop: Crop) -> float:
    """Of the eyes to open; the larger one is the nearer one."""
    return max(seen_eye_width(crop.landmarks, side) for side in crop.closed)
