"""The skin beyond an eye's outer corner: nothing there moves in a blink.

The model and its refiner paint there what lashes and folds of many people are on average, which is a dark smear; the
person's own lashes are drawn over it. Lengths are in eye widths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.easing import smoothstep
from ....imaging.geometry import Box
from ....imaging.luma import LUMA, luma_of
from ....imaging.smooth import smoothed
from .surroundings import Surroundings

Colour: TypeAlias = "NDArray[np.float32]"
"""(3,) 0..255."""

# Lengths are in eye widths.
NEAR: Final = (0.26, 0.34)
"""Distances from the corner, along the eye and across it, beyond which nothing changes."""
BESIDE: Final = (0.04, 0.19)
"""How far beyond the outer corner the photo sets in, and is all there is."""
LEVEL: Final = (0.22, 0.32)
"""Distances across the eye between which the photo fades out."""
LIT: Final = (0.6, 0.85)
"""Brightness of skin, in times what is usual there, between which it comes to count as lit."""
SMEAR_AT: Final = -0.03
"""Middle of the smear, from the corner towards the nose."""
SMEAR_ALONG: Final = 0.07
"""Standard deviation of the smear along the eye."""
SMEAR_ACROSS: Final = 0.05
"""Standard deviation of the smear across the eye."""
CLEARED: Final = 0.6
"""Share of the smear that is cleared; lids do cast a shadow there."""
SKIN_ALONG: Final = (-0.3, -0.16)
"""Where skin shows how the corner would be without the smear: along the eye from the corner, from and to."""
SKIN_ACROSS: Final = 0.12
"""How far across the eye that skin reaches."""
OVER_ALONG: Final = 0.25
"""How far along from the corner the skin over it reaches."""
OVER_ABOVE: Final = (0.15, 0.3)
"""Where the skin over the corner lies above the shut lids, from and to."""
HUE: Final = 0.15
"""Most that the ratios of colours of one face's skin differ, in logarithms."""
BRIGHTNESS: Final = 0.7
"""Most that the brightness of one face's skin differs, in logarithms."""
MIN_PIXELS: Final = 10
"""Fewest pixels that tell a colour; half of them have to be skin."""


def with_own_corner(
    pixels: Tones, photo: Tones, around: Surroundings, under: NDArray[np.bool_], bare: Plane, strength: float
) -> Tones:
    """The painted pixels (h, w, 3) with the photo's at the outer corner, and without the smear; `strength` is 0..1.

    What lies between the lids stays. On a turned head a wall or hair may lie beyond the corner: skin there is like that
    of the photo `under` the eye (h, w), or over its outer corner; the light may change in between. `bare` (h, w) 0..1
    tells where no shut lashes are.
    """
    near = Box.holding((around.along < NEAR[0]) & (np.abs(around.across) < NEAR[1]))
    if near is None:
        return pixels
    over = (around.along > 0) & (around.along < OVER_ALONG)
    over &= (around.above_shut > OVER_ABOVE[0]) & (around.above_shut < OVER_ABOVE[1])
    skins = [np.median(photo[known], axis=0) for known in (under, over) if known.any()]
    around, before = around.cut(near), near.cut(photo)
    out = pixels.copy()
    here: Tones = near.cut(out)
    here += (before - here) * as_three(strength * _beside(before, around, near.cut(bare)))
    here[...] = _cleared(here, around, skins, strength)
    return out


def _beside(photo: Tones, around: Surroundings, bare: Plane) -> Plane:
    """(h, w) 0..1: what stays as it was: skin, where it is `bare` (h, w) of lashes and not in a lid's dark."""
    level = 1 - smoothstep(np.abs(around.across), *LEVEL)
    beyond = around.covered(smoothstep(-np.maximum(around.along, around.along_shut), *BESIDE) * level)
    if not beyond.any():
        return beyond
    light = luma_of(smoothed(photo, 0.02 * around.width))
    lit = smoothstep(light / max(float(np.percentile(light[beyond > 0], 60)), 1.0), *LIT)
    return np.asarray(beyond * bare * lit, np.float32)


def _cleared(pixels: Tones, around: Surroundings, skins: Sequence[Colour], strength: float) -> Tones:
    least, most = SKIN_ALONG
    beyond = (around.along > least) & (around.along < most) & (np.abs(around.across) < SKIN_ACROSS)
    skin = pixels[beyond & _skin_in(pixels, skins)]
    if len(skin) < max(MIN_PIXELS, beyond.sum() / 2):
        return pixels
    usual = np.median(skin, axis=0).astype(np.float32)
    smear = np.exp(-0.5 * (((around.along - SMEAR_AT) / SMEAR_ALONG) ** 2 + (around.across / SMEAR_ACROSS) ** 2))
    outside = np.clip(np.maximum(around.above, around.below) / 0.03, 0, 1)
    dark = pixels @ LUMA < usual @ LUMA
    weight = np.asarray(strength * CLEARED * around.mask * smear * outside * dark, np.float32)
    return np.asarray(pixels + (usual - pixels) * as_three(weight), np.float32)


def _skin_in(pixels: Tones, skins: Sequence[Colour]) -> NDArray[np.bool_]:
    """(h, w): where the pixels (h, w, 3) may be skin."""
    found = np.zeros(pixels.shape[:2], np.bool_)
    for skin in skins:
        found |= _like(pixels, skin)
    return found


def _like(pixels: Tones, skin: Colour) -> NDArray[np.bool_]:
    """(h, w): which of the pixels (h, w, 3) may be such skin (3,) in another light."""
    r, g, b = cv2.split(np.log(np.maximum(pixels, 1) / np.maximum(skin, 1)))
    hue = np.maximum(np.abs(r - g), np.abs(b - g))
    return np.asarray((hue < HUE) & (np.abs(g) < BRIGHTNESS), np.bool_)
