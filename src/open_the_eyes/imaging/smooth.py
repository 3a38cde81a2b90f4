"""Wide Gaussian blurs, cheaply."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

_FINEST: Final = 4.0
"""A blur is so smooth that it is worked out on a picture reduced until it has about this many pixels."""


def smoothed(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """(h, w) or (h, w, 3), blurred over `sigma` pixels; a wide blur costs no more than a narrow one."""
    shrink = max(int(sigma / _FINEST), 1)
    h, w = picture.shape[0], picture.shape[1]
    small: NDArray[Any] = picture
    if shrink > 1:
        small = cv2.resize(picture, (max(w // shrink, 1), max(h // shrink, 1)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(sigma / shrink, 0.3))
    return np.asarray(small if shrink == 1 else cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
