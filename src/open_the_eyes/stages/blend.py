"""Lay a patch into its crop, and crops into the photo."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..imaging.arrays import Rgb, to_levels, to_tones
from ..roles import Crop, Patch

FEATHER: Final = 0.25
"""A patch shows fully from this mask value on, so that its rim melts in and its middle is as it was painted."""


def blend(crop: Crop, patch: Patch) -> Rgb:
    """The crop with the patch in it, (h, w, 3); where either mask is 0 the pixels are the crop's own.

    A patch comes in the light of its surroundings (`imaging.tint`: a generator has to match colours before it adds
    detail); here its rim is feathered along the lid-shaped mask, and its middle stays as it was painted.
    """
    show = np.asarray(np.clip(np.minimum(patch.mask, crop.mask) / FEATHER, 0, 1), np.float32)[..., None]
    around = to_tones(crop.pixels)
    return np.where(show > 0, to_levels(around + (patch.pixels - around) * show), crop.pixels)


def lay(pixels: Rgb, crop: Crop, opened: Rgb) -> Rgb:
    """A fresh photo with an opened crop in its place; only pixels under the crop's mask are taken."""
    out = pixels.copy()
    lay_into(out, crop, opened)
    return out


def lay_into(canvas: Rgb, crop: Crop, opened: Rgb) -> None:
    """The same into a canvas of the caller's own, for photos with many faces."""
    view = crop.window.cut(canvas)
    view[crop.mask > 0] = opened[crop.mask > 0]
