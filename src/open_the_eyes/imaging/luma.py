"""How bright a colour is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in luma (ITU-R BT.601)."""


def luma_of(picture: NDArray[Any]) -> NDArray[np.float32]:
    """(..., 3) RGB -> (...), in the picture's own units."""
    return np.asarray(picture @ LUMA, np.float32)
