"""Planes of yes and no: what lies inside an outline, and what of one hangs together."""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Points

BinaryMask: TypeAlias = NDArray[np.bool_]
"""(h, w), true where something is."""

FIXED_BITS: Final = 4
"""Fraction bits of the coordinates that OpenCV draws at: sixteenths of a pixel."""


def fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Any shape of pixels -> of sixteenths, as OpenCV's drawing takes them with a shift of FIXED_BITS."""
    return np.asarray(np.rint(points * 2**FIXED_BITS), np.int32)


def filled(shape_hw: tuple[int, ...], *outlines: Points) -> NDArray[np.uint8]:
    """(h, w, ...) -> (h, w) 0 or 1: 1 inside any of the closed outlines, (n, 2+), and on their lines."""
    out = np.zeros(shape_hw[:2], np.uint8)
    for outline in outlines:  # one by one: what lies inside two of them would be a hole
        cv2.fillPoly(out, [np.rint(outline[:, :2]).astype(np.int32)], (1.0,))
    return out


def between(values: NDArray[np.float64], limits: tuple[float, float]) -> BinaryMask:
    return np.asarray((values > limits[0]) & (values < limits[1]), np.bool_)


def joined(shapes: BinaryMask, start: BinaryMask) -> BinaryMask:
    """The connected shapes that have a part in `start`."""
    _, labels = cv2.connectedComponents(shapes.astype(np.uint8), connectivity=8)
    return np.asarray(np.isin(labels, np.setdiff1d(labels[start], 0)), np.bool_)
