"""Brings a picture of the same skin into another picture's light: slow differences follow, detail stays."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Tones
from ..normalized_convolution import normalized_convolution

MAX_LIGHT: Final = 4.0
"""Largest factor by which the whole may become lighter or darker, a channel."""
MAX_STEP: Final = 1.6
"""Largest factor between the gain of one place and that of the whole, unless told otherwise."""
NEAREST_FIRST: Final = ((0.5, 1.0), (1.5, 0.05), (4.0, 0.002))
"""Gaussians that carry the gain: (sigma as a multiple of the reach, weight)."""
_FINEST: Final = 6.0
"""Reach in pixels to which the picture is reduced before the gain is worked out: it is as smooth as that."""
_FLOOR: Final = 4.0
"""Levels added before ratios are taken, so that black has one."""


def relit(picture: Tones, like: Tones, known: Plane, reach: float, most_step: float = MAX_STEP) -> Tones:
    """`picture` (h, w, 3) multiplied so that, blurred, it equals `like` where `known` (h, w) 0..1 says both show one
    skin; between, the gain is carried over with Gaussians of `reach` pixels and its multiples.

    Retinex's assumption (Land & McCann 1971): light varies slowly, what is drawn on the skin quickly.
    """
    h, w = known.shape
    if float(known.sum()) < 16:
        return picture
    shrink = max(reach / _FINEST, 1.0)
    size_wh = (max(round(w / shrink), 1), max(round(h / shrink), 1))
    shown = np.asarray(cv2.resize(known, size_wh, interpolation=cv2.INTER_AREA), np.float32)
    a, b = (_seen(p, known, shown, size_wh) for p in (like, picture))
    ratio = np.log((a + _FLOOR) / (b + _FLOOR))
    whole = np.clip(_median(ratio, shown), -np.log(MAX_LIGHT), np.log(MAX_LIGHT))
    limit = np.log(most_step)
    step = np.asarray(np.clip(ratio - whole, -limit, limit), np.float32)
    gain = (whole + normalized_convolution(step, shown, reach / shrink, NEAREST_FIRST)).astype(np.float32)
    return np.asarray(picture * np.exp(cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)), np.float32)


def _seen(picture: Tones, known: Plane, shown: Plane, size_wh: tuple[int, int]) -> Tones:
    """The picture reduced, each pixel the mean of what is known of it."""
    total = cv2.resize(np.maximum(picture, 0) * known[..., None], size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(total / np.maximum(shown, 1e-4)[..., None], np.float32)


def _median(ratio: NDArray[np.float32], shown: Plane) -> NDArray[np.float64]:
    """(3,): the middle value where something is known."""
    sure = shown >= min(0.5, float(shown.max()))
    return np.asarray(np.median(ratio[sure], axis=0), np.float64)
