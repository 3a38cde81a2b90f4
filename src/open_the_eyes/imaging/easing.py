"""Ramps without corners."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)


def smoothstep(t: NDArray[Real]) -> NDArray[Real]:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), t.dtype)


def risen(value: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """0 up to `low`, 1 from `high` on, smooth between."""
    return np.asarray(smoothstep((value - low) / (high - low)), np.float32)
