"""Wide Gaussian blurs, cheaply."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import size_wh_of

_FINEST: Final = 4.0
"""Standard deviation in pixels down to which a picture is reduced before a wide blur: the result is as smooth."""

SHRINK_BLUR: Final = 0.42
"""Blur before a picture is drawn n times smaller, as a multiple of n of its pixels: detail that has no room would come
out as specks."""


def smoothed(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """(h, w) or (h, w, 3), blurred over `sigma` pixels; a wide blur costs no more than a narrow one."""
    shrink = shrink_for(sigma)
    small = cv2.GaussianBlur(reduced(picture, shrink), (0, 0), max(sigma / shrink, 0.3))
    size_wh = size_wh_of(picture)
    return np.asarray(small if shrink == 1 else cv2.resize(small, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def shrink_for(sigma: float) -> int:
    """How many times as small a picture may be before it is blurred over `sigma` of its pixels."""
    return max(int(sigma / _FINEST), 1)


def reduced(picture: NDArray[Any], shrink: int) -> NDArray[np.float32]:
    """(h, w) or (h, w, 3), so many times as small; a pixel is the mean of those that lay there, a whole level in a
    picture of whole levels."""
    if shrink == 1:
        return np.asarray(picture, np.float32)
    size_wh = max(picture.shape[1] // shrink, 1), max(picture.shape[0] // shrink, 1)
    return np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA), np.float32)
