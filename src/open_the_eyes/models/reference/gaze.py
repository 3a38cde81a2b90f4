"""Where the donor's irises look once they are in the target, and how they are turned: the ball moves, the lids stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import Plane, Points, Tones
from ...imaging.geometry import Box
from ...imaging.lids import EyeShape, lid_distances
from ...imaging.mesh478 import Side
from ..appearance import layout

FURTHEST: Final = 0.6
"""Of the iris' radius: a ball is turned by no more, or the white beside it would smear."""


def along_eye(points: Points, side: Side) -> float:
    """Where one iris stands between the corners: 0 in the middle, in eye widths, positive to the picture's right."""
    ring, iris = layout.ring_of(points, side), layout.iris_of(points, side)
    axis = ring[8] - ring[0] if side == "left" else ring[0] - ring[8]
    width = max(float(np.linalg.norm(axis)), 1e-6)
    return float((iris[0] - (ring[0] + ring[8]) / 2) @ axis) / width**2


def turned(picture: Tones, shape: EyeShape, by: Points) -> Tones:
    """The picture (h, w, 3) with the iris of `shape` moved `by` (2,) pixels, inside the lids only.

    The iris moves as a whole; the white around it stretches on one side and is pressed on the other.
    """
    length = float(np.linalg.norm(by))
    if length < 0.05:
        return picture
    by = by * min(1.0, FURTHEST * shape.iris_radius / length)
    h, w = picture.shape[:2]
    now = replace(shape, iris_xy=(shape.iris_xy[0] + float(by[0]), shape.iris_xy[1] + float(by[1])))
    share = _share(now, (h, w))
    x = np.arange(w, dtype=np.float32)[None] - np.float32(by[0]) * share
    y = np.arange(h, dtype=np.float32)[:, None] - np.float32(by[1]) * share
    moved = cv2.remap(picture, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(moved, 0, 255), np.float32)


def _share(shape: EyeShape, shape_hw: tuple[int, int]) -> Plane:
    """(h, w) 0..1: how much of the move each pixel takes part in."""
    there = lid_distances(shape, Box(0, 0, shape_hw[1], shape_hw[0]))
    r = shape.iris_radius
    near = np.clip((2.1 * r - there.to_iris) / (1.0 * r), 0, 1)
    return np.asarray(near * near * (3 - 2 * near) * there.aperture(0.25 * r), np.float32)
