"""Planes of yes and no, and what of one hangs together."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Marks: TypeAlias = NDArray[np.bool_]
"""(h, w)."""


def between(values: NDArray[np.float64], limits: tuple[float, float]) -> Marks:
    return np.asarray((values > limits[0]) & (values < limits[1]), np.bool_)


def joined(shapes: Marks, start: Marks) -> Marks:
    """The connected shapes that have a part in `start`."""
    _, labels = cv2.connectedComponents(shapes.astype(np.uint8), connectivity=8)
    return np.asarray(np.isin(labels, np.setdiff1d(labels[start], 0)), np.bool_)
