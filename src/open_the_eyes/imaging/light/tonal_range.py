"""From the darkest to the brightest of what pictures show: narrower than usual where a photo is faded, or taken through
haze, or in too little light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Rgb
from ..luma import luma_of

ENDS: Final = 0.3
"""Percent of the pixels that lie beyond either end of the range."""
SAMPLE: Final = 16_000
"""How many pixels of a whole photo tell its range, about."""
FLAT: Final = 24
"""Levels within which a row or column at the photo's edge varies that belongs to a frame around it, as scans and
screenshots have one."""


@dataclass(frozen=True, slots=True)
class TonalRange:
    """Where the tones of pictures end.

    Args:
        darkest: (3,), levels of each colour.
        brightest: level of luma.
    """

    darkest: NDArray[np.float64]
    brightest: float

    @classmethod
    def of(cls, pictures: Iterable[NDArray[np.uint8]]) -> TonalRange:
        """Of all the pixels (n, 3) of several pictures; usual where there are none."""
        seen = [pixels for pixels in pictures if len(pixels)]
        if not seen:
            return cls(np.zeros(3), 255.0)
        darkest = np.min([np.percentile(pixels, ENDS, axis=0) for pixels in seen], axis=0)
        brightest = max(float(np.percentile(luma_of(pixels), 100 - ENDS)) for pixels in seen)
        return cls(np.asarray(darkest, np.float64), brightest)


def tones_across(photo: Rgb) -> TonalRange:
    """Of a whole photo without a frame of one colour around it, told by pixels in rows across it."""
    step = max(int(np.sqrt(photo.shape[0] * photo.shape[1] / SAMPLE)), 1)
    seen = photo[step // 2 :: step, step // 2 :: step]
    for axis in (0, 1):
        lively = np.flatnonzero((np.ptp(seen, axis=1 - axis) >= FLAT).any(axis=-1))
        if len(lively):
            seen = np.take(seen, range(lively[0], lively[-1] + 1), axis=axis)
    return TonalRange.of([seen.reshape(-1, 3)])


def within_photo(view: Rgb) -> NDArray[np.bool_]:
    """(h, w): where a view (`face_view`) shows the photo, and not the black beyond its edge; not up to the very rim."""
    black = (view.max(axis=2) == 0).astype(np.uint8)
    beyond = cv2.copyMakeBorder(black, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(1,))
    cv2.floodFill(beyond, None, (0, 0), (2,))
    near = cv2.dilate((beyond == 2).astype(np.uint8), np.ones((5, 5)))  # half of an edge's pixels are black as well
    return np.asarray(near[1:-1, 1:-1] == 0)
