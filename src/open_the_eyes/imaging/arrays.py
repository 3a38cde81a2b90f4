"""The few array kinds that cross doors, named once, and the paired conversions between levels and unit range."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rgb: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) upright RGB, 0..255."""

Tones: TypeAlias = NDArray[np.float32]
"""(H, W, 3) upright RGB, 0..255, not yet rounded."""

Plane: TypeAlias = NDArray[np.float32]
"""(H, W), usually 0..1."""

Points: TypeAlias = NDArray[np.float64]
"""(N, 2) or (N, 3): x to the right, y down, z away from the camera, pixels; a pixel's centre has whole coordinates."""

Ints: TypeAlias = NDArray[np.int64]
"""(N,) whole numbers: places, counts, codes."""

Matrix: TypeAlias = NDArray[np.float64]
"""(2, 3) affine, named by where it goes from and to."""


def to_levels(tones: NDArray[Any]) -> NDArray[np.uint8]:
    """Any shape, float 0..255 -> uint8, to the nearest level, never floored; out of range is clipped."""
    return np.asarray(np.clip(np.rint(tones), 0, 255), dtype=np.uint8)


def to_tones(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Any shape, uint8 -> float32 0..255."""
    return levels.astype(np.float32)


def size_wh_of(picture: NDArray[Any]) -> tuple[int, int]:
    """(width, height) of (H, W, ...), the order in which OpenCV takes sizes: an image of 3 rows and 4 columns has
    (4, 3)."""
    return picture.shape[1], picture.shape[0]


def joint(one: Plane | None, other: Plane | None) -> Plane | None:
    """The higher of two planes (H, W) everywhere; the one of them that there is; None where there is none."""
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(np.maximum(one, other), np.float32)
