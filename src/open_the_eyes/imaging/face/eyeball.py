"""An eye that looks elsewhere: the ball moves, the lids stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from ..arrays import Plane, Points, Tones
from ..channels import as_three
from ..easing import smoothstep, unit_smoothstep
from ..geometry import Box
from ..smooth import smoothed
from .lids import EyeShape, lid_distances

FURTHEST: Final = 1.0
"""Longest move of an iris, in its radii: turned further, the white beside it would smear."""
RIM: Final = 1.15
"""How far from its centre the iris moves as a whole, in its radii: its rim is soft."""
EDGE: Final = 0.2
"""Width over which the lids' soft edges end on the ball, half of it outside them, in radii of the iris."""
RIM_SOFT: Final = (0.85, 1.15)
"""Distances from the iris' centre between which it turns to white, in radii."""
GOES_ON: Final = ((0.3, 1.0), (1.2, 0.01))
"""Gaussians that carry the visible part of the ball on under the lids: (sigma in radii, weight). The wider one counts
only where the other finds nothing."""
GIVING: Final = (0.9, 1.7)
"""Least width of the white that gives way around the iris: in radii, and in times the length of the move, or it would
fold; the larger one counts."""


def turned(picture: Tones, shape: EyeShape, by: Points) -> Tones:
    """The picture (h, w, 3) with the iris of `shape` moved `by` (2,) pixels, inside the lids only.

    The iris moves as a whole, and under the lids; the white around it stretches on one side and is pressed on the
    other. The lids' shadow and lashes stay.
    """
    by = within_reach(shape, by)
    if float(np.linalg.norm(by)) < 0.05:
        return picture
    h, w = picture.shape[:2]
    ball, free = behind_lids(picture, shape)
    share = _share(moved(shape, by), float(np.linalg.norm(by)), (h, w))
    x = np.arange(w, dtype=np.float32)[None] - np.float32(by[0]) * share
    y = np.arange(h, dtype=np.float32)[:, None] - np.float32(by[1]) * share
    other = cv2.remap(ball, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(picture + (other - ball) * as_three(free), 0, 255), np.float32)


def behind_lids(picture: Tones, shape: EyeShape) -> tuple[Tones, Plane]:
    """The picture (h, w, 3) as if no lid lay on the ball of `shape`, and (h, w) 0..1, where none does."""
    h, w = picture.shape[:2]
    there, r = lid_distances(shape, Box(0, 0, w, h)), shape.iris_radius
    free = there.aperture(EDGE * r)
    white = smoothstep(there.to_iris, RIM_SOFT[0] * r, RIM_SOFT[1] * r)
    return _whole_ball(picture, np.maximum(2 * free - 1, 0), white, r), free  # none of the lids' edges


def within_reach(shape: EyeShape, by: Points) -> Points:
    """A move of (2,) pixels, no longer than the iris of `shape` can be moved."""
    length = float(np.linalg.norm(by))
    return by * min(1.0, FURTHEST * shape.iris_radius / max(length, 1e-9))


def moved(shape: EyeShape, by: Points) -> EyeShape:
    """The same lids with the iris `by` (2,) pixels elsewhere."""
    return replace(shape, iris_xy=(shape.iris_xy[0] + float(by[0]), shape.iris_xy[1] + float(by[1])))


def _share(shape: EyeShape, length: float, shape_hw: tuple[int, int]) -> Plane:
    """(h, w) 0..1: the share of a move of `length` pixels that each pixel makes; `shape` is the eye after it."""
    there, r = lid_distances(shape, Box(0, 0, shape_hw[1], shape_hw[0])), shape.iris_radius
    giving = max(GIVING[0] * r, GIVING[1] * length)
    return unit_smoothstep((RIM * r + giving - there.to_iris) / giving)


def _whole_ball(picture: Tones, free: Plane, white: Plane, radius: float) -> Tones:
    """The picture as if no lid lay on the ball: iris and white each go on as they are where they are `free`."""
    under = np.zeros_like(picture)
    for part in (white, 1 - white):
        known, seen = np.zeros_like(picture), np.zeros_like(free)
        for sigma, counts in GOES_ON:
            known += counts * smoothed(picture * as_three(free * part), sigma * radius)
            seen += counts * smoothed(free * part, sigma * radius)
        under += known * as_three(part / np.maximum(seen, 1e-6))
    return np.asarray(under + (picture - under) * as_three(free), np.float32)
