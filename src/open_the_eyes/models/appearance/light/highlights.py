"""Overexposed skin: where the brightest colours of a photo end at white, less light would first bring these back. So
eyes are painted as a shorter exposure would show them, and are then exposed, and cut off, like the photo.

Painted straight into such a photo, a lid's shade darkens a skin that has lost its red and comes out green or blue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Tones, to_levels, to_tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.geometry import Box
from ....imaging.light.palette import palette_of
from ....imaging.smooth import smoothed
from ....roles import Crop, Patch
from ..pieces import mean_eye_width, skin_around
from .cast import SKINS

CLIPPED: Final = (236.0, 250.0)
"""Levels between which a colour comes to be taken for cut off."""
SHARE: Final = 0.04
"""Least share of what is to be painted over that is cut off for this to matter."""
TOLD_BY: Final = (205.0, 238.0)
"""Levels of skin between which it tells how its colours go together."""
MIN_SHARE: Final = 0.02
"""Least share of the skin's pixels that tells it; else it is what skins have in the mean."""
MIN_PIXELS: Final = 30
"""Fewest pixels of skin that tell it."""
_LOOKED_AT: Final = 50_000
"""Pixels of a crop that are looked at, about, evenly spread."""
LEAST: Final = 1.02
"""Gain below which nothing is done."""
SATURATION: Final = 0.7
"""Saturation of what was cut off, in times the skin's: cameras let colours fade towards white, so it was paler than
darker skin."""
HEADROOM: Final = 1.25
"""Most that a cut-off colour is taken for, in times white, or in times the next darker colour where that was cut off
too; white, of which nothing else tells, is taken for this."""
EVEN_SIGMA: Final = 0.05
"""Standard deviation of the blur that smooths where skin counts as white, in eye widths. By single pixels, skin that is
nearly white came out in patches."""
EVEN_FROM: Final = 190.0
"""Level above which skin takes part in that blur; from the lower of `CLIPPED` on it does wholly."""


@dataclass(frozen=True, slots=True)
class ShorterExposure:
    """A crop as a shorter exposure would have taken it.

    Args:
        crop: darker, with nothing of the skin cut off.
        scene: (h, w, 3), the crop's pixels with what was cut off put back: 0..255 and beyond.
        gain: the darker crop's pixels times this are the scene's.
    """

    crop: Crop
    scene: Tones
    gain: float

    @classmethod
    def of(cls, crop: Crop) -> ShorterExposure | None:
        """None where little is cut off."""
        step = max(round((crop.mask.size / _LOOKED_AT) ** 0.5), 1)
        some = (slice(None, None, step), slice(None, None, step))
        masked_pixels = crop.pixels[some][crop.mask[some] > 0]
        if not len(masked_pixels) or np.mean(masked_pixels.max(axis=1) >= CLIPPED[1]) < SHARE:
            return None
        toned = palette_of(crop.pixels) is not None
        skin = to_tones(crop.pixels[some][skin_around(crop, crop.mask)[some]])
        ratios = np.zeros(2) if toned else _ratios(skin)
        gain = float(np.percentile(_put_back(to_tones(masked_pixels)[None], ratios).max(axis=2), 99)) / 255
        if gain <= LEAST:
            return None
        scene = _put_back(to_tones(crop.pixels), ratios, EVEN_SIGMA * mean_eye_width(crop))
        return cls(replace(crop, pixels=to_levels(scene / np.float32(gain))), scene, gain)

    def exposed(self, patch: Patch, crop: Crop) -> Patch:
        """A patch for the darker crop in the light of the crop itself; outside its mask that crop's very pixels."""
        part, pixels = Box.holding(patch.mask > 0), to_tones(crop.pixels)
        if part is not None:
            # what the darker crop itself cuts off at white is no brighter to whoever paints in it
            scene = np.minimum(part.cut(self.scene), np.float32(255 * self.gain))
            by = (part.cut(patch.pixels) - part.cut(self.crop.pixels)) * np.float32(self.gain)
            photo: Tones = part.cut(pixels)
            photo += np.clip(scene + by, 0, 255) - np.clip(scene, 0, 255)
            np.clip(photo, 0, 255, out=photo)
        return replace(patch, pixels=pixels)


def _ratios(skin: Tones) -> NDArray[np.float64]:
    """Log R/G and log B/G of skin (n, 3), as far as its colours are not cut off."""
    ratios = SKINS.copy()
    low, high = TOLD_BY
    r, g, b = (skin[:, k].astype(np.float64) for k in range(3))
    for k, (one, other) in enumerate(((r, g), (b, g))):
        whole = (np.maximum(one, other) > low) & (np.maximum(one, other) < high)
        if whole.sum() >= max(MIN_SHARE * len(skin), MIN_PIXELS):
            ratios[k] = np.median(np.log(np.maximum(one[whole], 1) / np.maximum(other[whole], 1)))
    return ratios


def _put_back(pixels: Tones, ratios: NDArray[np.float64], even: float = 0.0) -> Tones:
    """The colours (h, w, 3) that were cut off, told by darker ones that were not.

    Args:
        even: what is white is told over so many pixels (sigma); 0 for each by itself.
    """
    colour = np.exp(SATURATION * np.array([ratios[0], 0.0, ratios[1]])).astype(np.float32)
    darkest, middle, brightest = np.argsort(colour)
    least = pixels.min(axis=2)
    white = _cut_off(least)
    if even > 0:
        bright = ramp(least, EVEN_FROM, CLIPPED[0])
        white = bright * smoothed(white * bright, even) / np.maximum(smoothed(bright, even), 1e-3)
    scene = pixels * as_three(1 + (HEADROOM - 1) * white)
    for darker, brighter in ((darkest, middle), (middle, brightest)):
        likely = scene[..., darker] * (colour[brighter] / colour[darker])
        likely = np.minimum(likely, HEADROOM * np.maximum(scene[..., darker], 255))
        more = np.maximum(likely - scene[..., brighter], 0)
        scene[..., brighter] += _cut_off(pixels[..., brighter]) * more
    return np.asarray(scene, np.float32)


def _cut_off(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """How surely a colour was cut off, 0..1."""
    return ramp(pixels, *CLIPPED)
