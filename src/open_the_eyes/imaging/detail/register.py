"""Two pictures of one piece of skin laid exactly on each other, by what is drawn on it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Matrix, Plane, Tones
from ..luma import luma_of
from .grain import MAD_TO_SIGMA

WANTED: Final = 80.0
"""Width of an eye at which pictures are registered, pixels."""
STEPS: Final = 30
PRECISION: Final = 1e-4
LOUD: Final = 3.0
"""Strength of detail above which it is no skin's, in standard deviations of the skin's detail."""


def registered(moving: Tones, still: Tones, known: Plane, size: float) -> tuple[Matrix, float]:
    """The affine map (2, 3) from `still`'s pixels to where `moving` shows the same, and how alike they are then, -1..1.

    Both are (h, w, 3) and nearly in place; `known` (h, w) 0..1 says where they show the same. `size` is the length
    in pixels of what matters in them, an eye: the pictures are reduced until it is WANTED, and only detail between a
    hundredth and a sixth of it counts, so that light does not. Maximises the enhanced correlation coefficient
    (Evangelidis & Psarakis 2008). Where nothing can be said the map is the identity, and the likeness -1.
    """
    share = min(WANTED / max(size, 1e-6), 1.0)
    small = [_detail(picture, share, share * size) for picture in (still, moving)]
    mask = cv2.resize(known, (small[0].shape[1], small[0].shape[0]), interpolation=cv2.INTER_AREA) > 0.9
    mask &= ~(_loud(small[0], mask) | _loud(small[1], mask))
    if int(mask.sum()) < 200:
        return np.eye(2, 3), -1.0
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, STEPS, PRECISION)
    start = np.eye(2, 3, dtype=np.float32)
    try:
        alike, found = cv2.findTransformECC(
            small[0], small[1], start, cv2.MOTION_AFFINE, stop, mask.astype(np.uint8), 1
        )
    except cv2.error:  # it raises where it does not converge
        return np.eye(2, 3), -1.0
    matrix = np.asarray(found, np.float64)
    half = matrix[:, :2] @ [0.5, 0.5] - 0.5  # pixels are counted from their centres, sizes from their corners
    matrix[:, 2] = (matrix[:, 2] - half) / share + half
    return (matrix, float(alike)) if np.isfinite(matrix).all() else (np.eye(2, 3), -1.0)


def _detail(picture: Tones, share: float, size: float) -> Plane:
    """Brightness as a logarithm, reduced, without what is coarser than a sixth of `size`."""
    level = np.log(luma_of(np.maximum(picture, 0)) + 8)
    small = cv2.resize(level, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8) - cv2.GaussianBlur(small, (0, 0), size / 6), np.float32)


def _loud(detail: Plane, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(h, w): rims of glasses and strands of hair, which need not lie where the skin behind them does."""
    limit = LOUD * MAD_TO_SIGMA * float(np.median(np.abs(detail[known]))) if known.any() else 0.0
    return np.asarray(cv2.dilate((np.abs(detail) > limit).astype(np.uint8), np.ones((5, 5))) > 0)
