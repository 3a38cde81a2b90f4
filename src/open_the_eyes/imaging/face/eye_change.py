"""What became of an eye between two pictures of one face: its colour, its shape, where it looks."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Rgb
from ..binary_masks import filled
from .eye_corners import radius_of, ring_ends, ring_width
from .mesh478 import EYE_RING, IRIS, SIDES, Side

COLOURED: Final = (0.4, 0.85)
"""Where an iris shows its own colour, from and to in radii: well outside the pupil, well inside the rim."""


def iris_radius(landmarks: Points, side: Side) -> float:
    """(478, 2+) -> pixels."""
    return radius_of(landmarks[IRIS[side]])


def iris_disc(landmarks: Points, side: Side, shape_hw: tuple[int, int]) -> Plane:
    """(h, w) 0..1: an iris, and beyond its rim softly less over a quarter of its radius."""
    radius = max(iris_radius(landmarks, side), 0.5)
    x, y = landmarks[IRIS[side][0], :2]
    ys, xs = np.ogrid[: shape_hw[0], : shape_hw[1]]
    away = np.hypot(xs - x, ys - y) / radius
    return np.asarray(np.clip((1.25 - away) / 0.25, 0, 1), np.float32)


def iris_ring(
    landmarks: Points, side: Side, shape_hw: tuple[int, int], between: tuple[float, float]
) -> NDArray[np.bool_]:
    """(h, w): what the lids leave free of an iris `between` two distances from its centre, in radii."""
    x, y = landmarks[IRIS[side][0], :2]
    ys, xs = np.ogrid[: shape_hw[0], : shape_hw[1]]
    away = np.hypot(xs - x, ys - y) / max(iris_radius(landmarks, side), 0.5)
    opening = filled(shape_hw, landmarks[EYE_RING[side]])
    return np.asarray((away > between[0]) & (away < between[1]) & (opening > 0), np.bool_)


def iris_shift(before: Rgb, after: Rgb, landmarks: Points, side: Side) -> float:
    """How far the colour of an iris moved between two pictures (h, w, 3), in a*b* units of CIELAB; brightness does not
    count.

    The median between pupil and rim, where the lids leave it free. 2 is just visible (Mahy et al. 1994), brown to green
    is 20 and more. 0 where nothing of the iris shows.
    """
    ring = iris_ring(landmarks, side, (before.shape[0], before.shape[1]), COLOURED)
    if not ring.any():
        return 0.0
    ys, xs = np.nonzero(ring)
    near = np.s_[int(ys.min()) : int(ys.max()) + 1, int(xs.min()) : int(xs.max()) + 1]
    first, second = (np.median(_chroma(picture[near])[ring[near]], axis=0) for picture in (before, after))
    return float(np.linalg.norm(second - first))


def ring_shift(before: Points, after: Points, side: Side) -> float:
    """How far the line of one eye's lids moved, on average over its points, in eye widths."""
    ring, moved = before[EYE_RING[side], :2], after[EYE_RING[side], :2]
    return float(np.linalg.norm(moved - ring, axis=1).mean()) / max(ring_width(ring), 1e-6)


def gaze_shift(before: Points, after: Points, side: Side) -> float:
    """How far the centre of an iris moved within its eye, in eye widths."""
    at = [_centre_in_eye(landmarks, side) for landmarks in (before, after)]
    return float(np.linalg.norm(at[1] - at[0]))


def rightwards(ring: Points, side: Side) -> Points:
    """(16, 2) lids -> (2,), as long as the eye is wide: from the corner at the upright face's left to the other."""
    outer, inner = ring_ends(ring)
    across = inner - outer
    return np.asarray(across if side == "left" else -across)


def along_eye(ring: Points, iris_xy: Points, side: Side) -> float:
    """Where an iris stands between the corners of its lids (16, 2): 0 in the middle, in eye widths, positive to the
    upright face's right."""
    axis = rightwards(ring, side)
    width = max(float(np.linalg.norm(axis)), 1e-6)
    return float((iris_xy - ring_ends(ring).mean(axis=0)) @ axis) / width**2


def convergence(landmarks: Points) -> float:
    """How far both irises stand towards the nose, together, in eye widths: (478, 2+) of a face.

    Of a pair that looks ahead it is about -0.085, as far as the mesh's inner corners lie out; when both look to one
    side, hardly more or less.
    """
    left, right = (along_eye(landmarks[EYE_RING[side], :2], landmarks[IRIS[side][0], :2], side) for side in SIDES)
    return left - right


def _centre_in_eye(landmarks: Points, side: Side) -> NDArray[np.float64]:
    ring = landmarks[EYE_RING[side], :2]
    width = max(ring_width(ring), 1e-6)
    return np.asarray((landmarks[IRIS[side][0], :2] - ring_ends(ring).mean(axis=0)) / width)


def _chroma(picture: Rgb) -> NDArray[np.float32]:
    """(h, w, 3) -> (h, w, 2) a*, b*."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 1:], np.float32)
