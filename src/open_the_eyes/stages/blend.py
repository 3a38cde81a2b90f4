"""Lay a patch into its crop, and crops into the photo."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Rgb, to_levels, to_tones
from ..imaging.mesh478 import INNER_CORNER, OUTER_CORNER, SIDES
from ..imaging.tint import tinted
from ..roles import Crop, Patch

FEATHER: Final = 0.25
"""A patch shows fully from this mask value on, so that its rim melts in and its middle is as it was painted."""
RING: Final = 0.2
"""Reach of the colour match at the ring, as a fraction of the mask's width."""


def blend(crop: Crop, patch: Patch) -> Rgb:
    """The crop with the patch in it, (h, w, 3); where either mask is 0 the pixels are the crop's own.

    Per eye, the patch is first brought to the light of the ring around it: a gain that is right on the ring and
    harmonic-like inside, which is gradient-domain blending (Pérez et al. 2003) of the logarithms.
    """
    show = np.asarray(np.clip(np.minimum(patch.mask, crop.mask) / FEATHER, 0, 1), np.float32)
    if not show.any():
        return crop.pixels.copy()
    around = to_tones(crop.pixels)
    matched = patch.pixels
    for eye in _eyes(crop):
        where = np.nonzero(eye.any(axis=0))[0]
        lit = tinted(matched, around, np.asarray(patch.mask * eye, np.float32), RING * (where[-1] - where[0] + 1))
        matched = np.where(eye[..., None], lit, matched)
    mixed = around + (matched - around) * show[..., None]
    return np.where(show[..., None] > 0, to_levels(mixed), crop.pixels)


def _eyes(crop: Crop) -> list[NDArray[np.bool_]]:
    """The parts of a crop's mask around each eye, as boolean planes; none for an eye outside the photo."""
    ys, xs = np.mgrid[: crop.mask.shape[0], : crop.mask.shape[1]]
    away = {}
    for side in SIDES:
        x, y = crop.landmarks[[OUTER_CORNER[side], INNER_CORNER[side]], :2].mean(axis=0)
        away[side] = (xs - x) ** 2 + (ys - y) ** 2
    nearer = {"left": away["left"] <= away["right"], "right": away["left"] > away["right"]}
    parts = [nearer[side] & (crop.mask > 0) for side in crop.closed]
    return [part for part in parts if part.any()]


def lay(pixels: Rgb, crop: Crop, opened: Rgb) -> Rgb:
    """A fresh photo with an opened crop in its place; only pixels under the crop's mask are taken."""
    out = pixels.copy()
    lay_into(out, crop, opened)
    return out


def lay_into(canvas: Rgb, crop: Crop, opened: Rgb) -> None:
    """The same into a canvas of the caller's own, for photos with many faces."""
    view = crop.window.cut(canvas)
    view[crop.mask > 0] = opened[crop.mask > 0]
