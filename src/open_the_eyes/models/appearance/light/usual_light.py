"""Photos that are faded, hazy, underexposed or taken in coloured light: eyes are painted into a copy in usual light,
and what is new there is shown as the photo would show it.

The model has learnt from photos whose darkest is nearly black and whose brightest is nearly white. Painted straight
into one that has neither, pupils are blacker and whites brighter than all the rest of it. What usual photos of faces
have is told with a margin, and these are painted in as they are. Levels are 0..255.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Rgb, to_levels, to_tones
from ....imaging.easing import ramp
from ....imaging.face.cheeks import cheeks
from ....imaging.light.palette import palette_of
from ....imaging.light.tonal_range import TonalRange, within_photo
from ....imaging.luma import luma_of
from ....roles import Crop, Patch
from ..skin.uncovered import lashless_behind, uncovered
from .cast import cast_of

FADED: Final = (50.0, 66.0)
"""Levels of the darkest, in the colour that is darkest, between which a photo comes to count as faded: where only red
or blue is so bright, that is a colour of skin or of hair."""
FADED_PHOTO: Final = (22.0, 36.0)
"""Levels of the darkest of a whole photo that shows much more than the face, between which it comes to count as faded:
something in such a photo is black."""
BLACK: Final = 10.0
"""How much darker than the darkest that is seen black would be, levels."""
TINTED: Final = 40.0
"""Most levels by which black is brighter in one colour than in another."""
DIM: Final = (140.0, 115.0)
"""Levels of the brightest between which a photo comes to count as underexposed."""
BRIGHTENED: Final = 200.0
"""Level to which the brightest of an underexposed or faded photo is raised."""
COLOURED: Final = (0.18, 0.36)
"""Chroma that must be the light's, in logarithms, between which its colour comes to be taken out."""
SURELY: Final = 1.0
"""Mahalanobis' distance that skins are taken to go by themselves once the light's colour is taken out."""
MAX_LOG_GAIN: Final = 1.2
"""Most that the gain of a colour is from 1, in logarithms."""
MIN_PIXELS: Final = 60
"""Fewest pixels of skin that tell a light's colour."""
_SIDE: Final = 192
"""Longer side at which a crop is looked at, pixels."""


@dataclass(frozen=True, slots=True)
class UsualLight:
    """A crop in usual light.

    Args:
        original: the crop as it was cut.
        crop: (`original` - black) * gain, with skin in place of cloth (`uncovered`); `original` itself where its light
            is usual and nothing covers the face.
        gain: (3,).
    """

    original: Crop
    crop: Crop
    gain: NDArray[np.float32]

    @classmethod
    def of(cls, original: Crop) -> UsualLight:
        crop = uncovered(original)
        small, mask, shrink = _reduced(crop)
        black, gain = _stretch(small, original.view, original.photo_tones)
        skin = small[cheeks(crop.landmarks / shrink, mask > 0)]
        if len(skin) >= MIN_PIXELS and palette_of(crop.pixels) is None:
            gain = gain * _without_colour((np.median(skin, axis=0) - black) * gain)
        if not black.any() and (gain == 1).all():
            return cls(original, crop, np.ones(3, np.float32))
        view = None if crop.view is None else _shown(crop.view, black, gain)
        lit = replace(crop, pixels=_shown(crop.pixels, black, gain), view=view)
        return cls(original, lit, np.asarray(gain, np.float32))

    def back(self, patch: Patch) -> Patch:
        """A patch for the crop in usual light, as one for the original; outside its mask that crop's pixels."""
        if self.crop is self.original:
            return patch
        here, pixels = patch.mask > 0, to_tones(lashless_behind(self.original))
        pixels[here] += (patch.pixels[here] - self.crop.pixels[here]) / self.gain
        return replace(patch, pixels=np.asarray(np.clip(pixels, 0, 255), np.float32))


def _reduced(crop: Crop) -> tuple[Rgb, NDArray[Any], float]:
    """Its pixels and its mask, and how many times they are smaller."""
    h, w = crop.mask.shape
    shrink = max(max(h, w) / _SIDE, 1.0)
    size_wh = max(round(w / shrink), 1), max(round(h / shrink), 1)
    pixels, mask = (cv2.resize(plane, size_wh, interpolation=cv2.INTER_AREA) for plane in (crop.pixels, crop.mask))
    return np.asarray(pixels, np.uint8), mask, shrink


def _stretch(
    around: Rgb, view: Rgb | None, photo: TonalRange | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Black (3,) and gain (3,) with which a photo has the range of usual ones, told by what is around the eyes, by the
    face's view, and by the whole photo."""
    seen = TonalRange.of([around.reshape(-1, 3)] if view is None else [around.reshape(-1, 3), view[within_photo(view)]])
    darkest, brightest = seen.darkest, seen.brightest
    faded = ramp(float(darkest.min()), *FADED)
    if photo is not None:
        everywhere = np.minimum(darkest, photo.darkest)
        surely = ramp(float(everywhere.min()), *FADED_PHOTO)
        if surely > faded:
            faded, darkest = surely, everywhere
    black = faded * np.maximum(np.minimum(darkest, float(darkest.min()) + TINTED) - BLACK, 0)
    brighter = max(BRIGHTENED - brightest, 0) * max(faded, ramp(brightest, *DIM))
    if not brighter and not black.any():
        return black, np.ones(3)
    left = max(brightest - float(luma_of(black)), 1.0)
    return black, np.full(3, (brightest + brighter) / left)


def _without_colour(skin: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,): what brings the light on such a skin (3,) nearly into everyday light, its green kept; 1 where it may be."""
    share = ramp(float(np.abs(cast_of(skin)).max()), *COLOURED)
    red, blue = cast_of(skin, SURELY)
    return np.asarray(np.exp(-share * np.clip([red, 0.0, blue], -MAX_LOG_GAIN, MAX_LOG_GAIN)), np.float64)


def _shown(pixels: Rgb, black: NDArray[np.float64], gain: NDArray[np.float64]) -> Rgb:
    return to_levels((to_tones(pixels) - black.astype(np.float32)) * gain.astype(np.float32))
