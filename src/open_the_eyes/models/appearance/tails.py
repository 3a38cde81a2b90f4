"""Tails of shut lashes beside an eye (`imaging.lash_tails`): painted as skin, with the grain that skin has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane
from ...imaging.grain import continued_grain
from ...imaging.lash_tails import without_tails
from ...imaging.mesh478 import CHIN, FOREHEAD, OUTER_CORNER, SIDES
from ...imaging.threefold import threefold
from ...roles import Crop, Patch
from .pieces import corners_of

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


def skin_around(crop: Crop, mask: Plane) -> NDArray[np.bool_]:
    """Cheeks and the bridge of the nose: skin below the eyes that the patch does not touch."""
    left, right = (crop.landmarks[OUTER_CORNER[side], :2] for side in SIDES)
    centre, reach = (left + right) / 2, float(np.linalg.norm(left - right))
    down = crop.landmarks[CHIN, :2] - crop.landmarks[FOREHEAD, :2]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    xs = np.arange(mask.shape[1], dtype=np.float32) - np.float32(centre[0])
    ys = np.arange(mask.shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    down = down.astype(np.float32)
    below, aside = xs * down[0] + ys * down[1], np.abs(xs * down[1] - ys * down[0])
    return np.asarray((mask <= 0) & (crop.mask <= 0) & (below > 0.1 * reach) & (aside < 0.52 * reach), np.bool_)
