"""Lay a patch into its crop, and crops into the photo."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Plane, Rgb, to_levels, to_tones
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
    for eye in _eyes(crop.mask):
        where = np.nonzero(eye.any(axis=0))[0]
        lit = tinted(matched, around, np.asarray(patch.mask * eye, np.float32), RING * (where[-1] - where[0] + 1))
        matched = np.where(eye[..., None], lit, matched)
    mixed = around + (matched - around) * show[..., None]
    return np.where(show[..., None] > 0, to_levels(mixed), crop.pixels)


def _eyes(mask: Plane) -> list[NDArray[np.bool_]]:
    """The connected parts of a crop's mask, one an eye, as boolean planes."""
    count, labels = cv2.connectedComponents((mask > 0).astype(np.uint8))
    return [labels == k for k in range(1, count)]


def lay(pixels: Rgb, crop: Crop, opened: Rgb) -> Rgb:
    """A fresh photo with an opened crop in its place; only pixels under the crop's mask are taken."""
    out = pixels.copy()
    lay_into(out, crop, opened)
    return out


def lay_into(canvas: Rgb, crop: Crop, opened: Rgb) -> None:
    """The same into a canvas of the caller's own, for photos with many faces."""
    view = crop.window.cut(canvas)
    view[crop.mask > 0] = opened[crop.mask > 0]
