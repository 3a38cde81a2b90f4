"""An eye that looks elsewhere: the ball moves, the lids stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from .arrays import Plane, Points, Tones
from .easing import smoothstep
from .geometry import Box
from .lids import EyeShape, lid_distances

FURTHEST: Final = 1.0
"""Of the iris' radius: a ball is turned by no more, or the white beside it would smear."""
RIM: Final = 1.15
"""Radii of the iris that move as a whole: its rim is soft."""
EDGE: Final = 0.2
"""Radii within which the move sets in at the lids."""
GIVING: Final = (0.9, 1.7)
"""Radii within which the white beyond gives way, and at least so many times the move, or it would fold."""


def turned(picture: Tones, shape: EyeShape, by: Points) -> Tones:
    """The picture (h, w, 3) with the iris of `shape` moved `by` (2,) pixels, inside the lids only.

    The iris moves as a whole; the white around it stretches on one side and is pressed on the other.
    """
    by = within_reach(shape, by)
    if float(np.linalg.norm(by)) < 0.05:
        return picture
    h, w = picture.shape[:2]
    share = _share(moved(shape, by), float(np.linalg.norm(by)), (h, w))
    x = np.arange(w, dtype=np.float32)[None] - np.float32(by[0]) * share
    y = np.arange(h, dtype=np.float32)[:, None] - np.float32(by[1]) * share
    out = cv2.remap(picture, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(out, 0, 255), np.float32)


def within_reach(shape: EyeShape, by: Points) -> Points:
    """A move of (2,) pixels, no longer than the iris of `shape` can be moved."""
    length = float(np.linalg.norm(by))
    return by * min(1.0, FURTHEST * shape.iris_radius / max(length, 1e-9))


def moved(shape: EyeShape, by: Points) -> EyeShape:
    """The same lids with the iris `by` (2,) pixels elsewhere."""
    return replace(shape, iris_xy=(shape.iris_xy[0] + float(by[0]), shape.iris_xy[1] + float(by[1])))


def _share(shape: EyeShape, length: float, shape_hw: tuple[int, int]) -> Plane:
    """(h, w) 0..1: how much of a move of `length` pixels, after which the eye is `shape`, each pixel takes part in."""
    there = lid_distances(shape, Box(0, 0, shape_hw[1], shape_hw[0]))
    r = shape.iris_radius
    giving = max(GIVING[0] * r, GIVING[1] * length)
    near = smoothstep((RIM * r + giving - there.to_iris) / giving)
    return np.asarray(near * there.aperture(EDGE * r), np.float32)
