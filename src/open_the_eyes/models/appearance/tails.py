"""Tails of shut lashes beside an eye (`imaging.lash_tails`): painted as skin, with the grain that skin has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ...imaging.grain import continued_grain
from ...imaging.lash_tails import without_tails
from ...imaging.threefold import threefold
from ...roles import Crop, Patch
from .pieces import corners_of, skin_around

GRAIN: Final = 0.05
"""Skin that was continued is smooth, so it gets the grain of skin that is finer than this, in eye widths."""


def tailless(crop: Crop) -> Crop:
    """The crop with skin where its tails were."""
    if crop.tails is None:
        return crop
    return replace(crop, pixels=without_tails(crop.pixels, crop.tails), tails=None)


def over_tails(patch: Patch, crop: Crop) -> Patch:
    """A patch for the tailless crop, made to cover the tails of this one."""
    tails = crop.tails
    if tails is None:
        return patch
    width = float(np.mean([np.linalg.norm(np.subtract(*corners_of(crop, side))) for side in crop.closed]))
    skin = skin_around(crop, crop.mask)
    grain = continued_grain(crop.pixels, skin, tails > 0, max(GRAIN * width, 0.8), patch.seed)
    pixels = np.clip(patch.pixels + grain * threefold(tails * (patch.mask == 0)), 0, 255)
    return replace(patch, pixels=np.asarray(pixels, np.float32), mask=np.maximum(patch.mask, tails))
