"""Values that are known in some places, carried to everywhere (normalised convolution, Knutsson & Westin 1993)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane

NEAR_AND_FAR: Final = ((1.0, 1.0), (3.0, 0.02))
"""Gaussians that carry values: (sigma as a multiple of the reach, weight). The wider one counts only where the other
has nothing."""


def normalized_convolution(
    values: NDArray[np.float32], weight: Plane, reach: float, by: Sequence[tuple[float, float]] = NEAR_AND_FAR
) -> NDArray[np.float32]:
    """(h, w, 3) known where `weight` (h, w) 0..1 is, carried over `reach` pixels and further; 0 beyond that."""
    total, known = np.zeros_like(values), np.full((*weight.shape, 1), 1e-6, np.float32)
    for wide, trust in by:
        total += trust * cv2.GaussianBlur(values * weight[..., None], (0, 0), wide * reach)
        known += trust * cv2.GaussianBlur(weight, (0, 0), wide * reach)[..., None]
    return np.asarray(total / known, np.float32)
