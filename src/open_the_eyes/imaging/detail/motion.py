"""Painted eyes in a photo that was moved: drawn out along the movement, and no softer across it than the face is.

A movement blurs the edges that lie across it and spares those along it. So the face's blur is told for four directions,
as `imaging.detail.focus` tells it for all: blurred once more along one of them, the slope of an edge across it falls
the more the sharper it was there. How the four differ gives the movement's direction and its length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Tones
from ..channels import as_three
from ..easing import ramp
from ..geometry import Box
from .focus import ENOUGH, LEAST_SLOPE, MANY, SHARPEST, STEEP, eye_scale, measured

BEFORE: Final = 0.6
"""Standard deviation of a first blur, pixels, that makes noise count less; it is subtracted again."""
AGAIN: Final = 1.5
"""Standard deviation of the second blur along the direction that is measured, pixels."""
ALONG: Final = 0.35
"""Standard deviation of the second blur across the direction that is measured, pixels."""
ACROSS: Final = 0.8
"""Least share of an edge's slope that lies along a direction, for the edge to lie across it."""
MOVED: Final = (2.2, 2.8)
"""Blurs along a movement, pixels, between which a face comes to count as moved."""
UNEVEN: Final = (1.5, 1.8)
"""Ratios of the blur along a movement to that across it, between which a face comes to count as moved."""
_WAYS: Final = (0.0, 90.0, 45.0, 135.0)
_FINER: Final = 8
_NOTHING: Final = 1e-6
"""Weight of a kernel below which it is set to 0: processors are slow at far smaller numbers."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How a photo was moved while it was taken.

    Args:
        sigma: standard deviation along the movement, pixels of the photo, of what it adds to the blur across it.
        degrees: of its direction, from the photo's right towards its bottom, 0..180.
        across: blur across it, pixels of the size at which faces are `measured`.
        share: 0..1, how surely it was moved.
    """

    sigma: float
    degrees: float
    across: float
    share: float


@dataclass(frozen=True, slots=True)
class Blurs:
    """The blurs of a face along the direction in which it is softest and across it, standard deviations in pixels of
    the size at which faces are `measured`; `degrees` tells that direction, from the photo's right towards its bottom,
    0..180."""

    most: float
    least: float
    degrees: float


def motion_of(photo: NDArray[Any], covered: Plane, landmarks: Points) -> Motion | None:
    """How a photo (h, w, 3) moved, told by the face around its eyes; None where it did not, or too few edges tell.

    Args:
        covered: (h, w) 0..1, where shut eyes are, which tell nothing.
        landmarks: (478, 2+) of the face, in the same pixels.
    """
    found = blurs_of(photo, covered, landmarks, MOVED[0])
    if found is None:
        return None
    share = ramp(found.most, *MOVED) * ramp(found.most / found.least, *UNEVEN)
    if share <= 0:
        return None
    sigma = math.sqrt(found.most**2 - found.least**2) * eye_scale(landmarks)
    return Motion(sigma, found.degrees, found.least, share)


def blurs_of(photo: NDArray[Any], covered: Plane, landmarks: Points, least: float = 0.0) -> Blurs | None:
    """The blurs of a face in a photo (h, w, 3), as `motion_of` takes it; None where too few edges tell, or none is as
    large as `least`, pixels."""
    level = np.asarray(cv2.GaussianBlur(measured(photo, landmarks), (0, 0), BEFORE), np.float32)
    before, where = _slopes(level), measured(covered, landmarks) <= 0
    told: list[float] = []
    for degrees in _WAYS:
        if len(told) == 2 and math.hypot(*told) < least:
            return None  # squared, the blurs at right angles to each other have one sum whichever way a face moved
        blur = _blur_along(degrees, before, _slopes(_again(level, degrees)), where)
        if blur is None:
            return None
        told.append(blur)
    squares = np.array(told) ** 2
    swing = complex(squares[0] - squares[1], squares[2] - squares[3]) / 2  # of a wave that comes twice in a turn
    most, less = squares.mean() + abs(swing), max(squares.mean() - abs(swing), 0.25)
    degrees = math.degrees(math.atan2(swing.imag, swing.real) / 2) % 180
    return Blurs(math.sqrt(max(most, less)), math.sqrt(less), degrees)


def moved_part(painted: Tones, part: Box, motion: Motion, new: Plane) -> Tones:
    """A part of the painted pixels (H, W, 3), drawn out along the movement where it is `new` (H, W) 0..1."""
    stroke = stroke_of(math.sqrt(12) * motion.sigma, motion.degrees)
    near, here = part.moved_out(stroke.shape[0] // 2 + 1).within(painted), part.cut(painted)
    drawn = part.seen_from(near).cut(cv2.filter2D(near.cut(painted), -1, stroke, borderType=cv2.BORDER_REFLECT_101))
    return np.asarray(here + (drawn - here) * as_three(np.float32(motion.share) * part.cut(new)), np.float32)


def stroke_of(length: float, degrees: float) -> NDArray[np.float32]:
    """(n, n), n odd: the kernel of a movement by so many pixels, of a sum of 1."""
    side = 2 * math.ceil(length / 2) + 3
    middle = (side * _FINER - 1) / 2
    way = np.array([_cos(degrees), _sin(degrees)]) * length * _FINER / 2
    large = np.zeros((side * _FINER, side * _FINER), np.float32)
    first, last = (np.rint(middle + sign * way).astype(int).tolist() for sign in (-1, 1))
    cv2.line(large, first, last, (1.0,), _FINER - 2)
    kernel = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _blur_along(
    degrees: float, before: tuple[Plane, Plane], after: tuple[Plane, Plane], where: NDArray[np.bool_]
) -> float | None:
    """The blur in one direction of the sharpest edges across it, standard deviation in pixels; told by the slopes to
    the right and down, (h, w), of a plane and of that blurred once more."""
    along, again = (np.abs(x * np.float32(_cos(degrees)) + y * np.float32(_sin(degrees))) for x, y in (before, after))
    seen = again[where]
    if len(seen) < ENOUGH:
        return None
    steep = float(np.percentile(seen[:: len(seen) // MANY + 1], STEEP))
    edges = where & (again >= max(steep, LEAST_SLOPE)) & (again > ACROSS * cv2.magnitude(*after))
    if int(np.count_nonzero(edges)) < ENOUGH:
        return None
    fall = float(np.percentile(along[edges] / again[edges], SHARPEST))
    return math.sqrt(max(AGAIN**2 / max(fall * fall - 1, 1e-2) - BEFORE**2, 0))


def _slopes(level: Plane) -> tuple[Plane, Plane]:
    """(h, w) each: how steeply a plane rises to the right, and down."""
    x, y = (cv2.Sobel(level, cv2.CV_32F, *order, ksize=3, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _again(level: Plane, degrees: float) -> Plane:
    """A plane (h, w) blurred once more, along one direction."""
    if degrees in (0.0, 90.0):
        sigmas = (AGAIN, ALONG) if degrees == 0 else (ALONG, AGAIN)
        return np.asarray(cv2.GaussianBlur(level, (0, 0), sigmas[0], None, sigmas[1]), np.float32)
    reach = math.ceil(3 * AGAIN)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along, across = x * _cos(degrees) + y * _sin(degrees), y * _cos(degrees) - x * _sin(degrees)
    kernel = np.exp(-(along**2) / (2 * AGAIN**2) - across**2 / (2 * ALONG**2))
    kernel[kernel < _NOTHING] = 0
    return np.asarray(cv2.filter2D(level, -1, kernel / kernel.sum()), np.float32)


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))
