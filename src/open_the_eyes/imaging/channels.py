"""Arithmetic on all three colours of a picture, several times as fast as numpy's broadcasting.

That walks the last axis of (h, w, 3) three numbers at a time where a factor or a bound is the same for all colours or
for all pixels.
"""

from __future__ import annotations

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Rgb, Tones

Picture = TypeVar("Picture", Rgb, Tones)


def as_three(plane: Plane) -> Tones:
    """(h, w) -> (h, w, 3): the same for every colour, to multiply with."""
    return np.asarray(cv2.merge((plane, plane, plane)), np.float32)


def clipped(tones: Tones, low: NDArray[np.float32], high: NDArray[np.float32]) -> Tones:
    """(h, w, 3), clipped between a lowest and a highest value of each colour, (3,) and (3,)."""
    h, w = tones.shape[:2]
    rows = tones.reshape(h, 3 * w)
    limited = np.maximum(rows, np.tile(low, w))
    return np.asarray(np.minimum(limited, np.tile(high, w), out=limited), np.float32).reshape(h, w, 3)


def selected(where: NDArray[np.bool_], these: Picture, others: Picture) -> Picture:
    """(h, w, 3) of one kind twice -> a fresh one: `these` where (h, w) is True, `others` elsewhere."""
    return cast("Picture", cv2.copyTo(np.ascontiguousarray(these), where.astype(np.uint8), others.copy()))
