"""The canonical strip: an upright picture of both eyes in which every face's outer eye corners lie at the same place.

All arrays of the model live on this strip. Its points are mesh points; some are hidden or moved by a blink and are
therefore predicted, the others stay where they are and are what the prediction starts from.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix, Points
from ...imaging.face import mesh478 as mesh
from ...imaging.face.eye_change import along_eye
from ...imaging.face.eye_corners import ring_ends, ring_width
from ...imaging.face.mesh478 import SIDES, Side
from ...imaging.geometry import similarity_from_two, transformed

SIZE_WH: Final = (320, 140)
"""Size of the strip, pixels."""
CORNERS_AT: Final[dict[Side, tuple[float, float]]] = {"left": (55.0, 78.0), "right": (265.0, 78.0)}
"""Where the outer eye corners lie on the strip, pixels."""

_CREASE: Final = [247, 30, 29, 27, 28, 56, 190, 467, 260, 259, 257, 258, 286, 414]
_UNDER: Final = [
    226, 31, 228, 229, 230, 231, 232, 233, 244, 446, 261, 448,
    449, 450, 451, 452, 453, 464, 130, 359, 243, 463, 112, 341,
]  # fmt: skip
_CHEEK: Final = [111, 340, 117, 346, 118, 347, 119, 348, 120, 349, 121, 350, 128, 357, 35, 265]
_NOSE: Final = [168, 6, 197, 195, 122, 351, 188, 412, 9, 8]
_FAR: Final = [127, 356, 34, 264, 143, 372, 116, 345, 50, 280]
_IRISES: Final = [*mesh.IRIS["left"], *mesh.IRIS["right"]]
_RINGS: Final = [*mesh.EYE_RING["left"], *mesh.EYE_RING["right"]]
_CORNERS: Final = [mesh.OUTER_CORNER["left"], mesh.OUTER_CORNER["right"], *(mesh.INNER_CORNER[s] for s in SIDES)]

HIDDEN: Final = [*_RINGS, *_IRISES, *_CREASE, *_UNDER]
"""Mesh numbers that a blink hides or moves: what is predicted."""
SEEN: Final = [*_CHEEK, *mesh.BROW["left"], *mesh.BROW["right"], *_NOSE, *_FAR]
"""Mesh numbers that a blink leaves where they are."""
MESH: Final = [*HIDDEN, *SEEN]
"""Mesh numbers of the strip's points, in the model's order."""

HIDDEN_AT: Final = np.arange(len(HIDDEN))
"""Places in `MESH` of what is predicted."""
CORNERS_IN_MESH: Final = np.array([MESH.index(i) for i in _CORNERS])
"""Places in `MESH` of the eye corners: outer ones, then inner ones, left first."""
SEEN_AT: Final = np.concatenate([np.array([MESH.index(i) for i in SEEN]), CORNERS_IN_MESH])
"""Places in `MESH` of what a prediction starts from, eye corners included."""

_W, _H = SIZE_WH
_FRAME: Final = np.array(
    [
        [-50, -38], [_W / 2, -38], [_W + 50, -38], [-50, _H / 2], [_W + 50, _H / 2],
        [-50, _H + 50], [_W / 2, _H + 50], [_W + 50, _H + 50],
    ],
    float,
)  # fmt: skip
"""Points that hold the warp still outside the face."""


def to_strip(landmarks: Points) -> Matrix:
    """The similarity from the picture of the (478, 2+) landmarks to the strip."""
    left, right = landmarks[mesh.OUTER_CORNER["left"]], landmarks[mesh.OUTER_CORNER["right"]]
    return similarity_from_two(left, right, np.array(CORNERS_AT["left"]), np.array(CORNERS_AT["right"]))


def points_on_strip(landmarks: Points) -> Points:
    """(478, 2+) landmarks of a picture -> the model's points on the strip, (len(MESH), 2)."""
    return transformed(landmarks, to_strip(landmarks))[MESH]


def framed(points: Points) -> Points:
    """The points with those that hold the frame."""
    return np.vstack([points, _FRAME])


def ring_of(points: Points, side: Side) -> Points:
    """The 16 points of one eye's lids, outer corner first, over the upper lid; (16, 2), a view: writing to it moves the
    points."""
    start = 0 if side == "left" else len(mesh.EYE_RING["left"])
    return points[start : start + 16]


def lid_gaps(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """(16, ...) lids of one eye -> (7, ...): from the upper lid to the lower one, between the corners."""
    return ring[mesh.RING_LOWER] - ring[mesh.RING_UPPER]


def outer_corner_distance(points: Points) -> float:
    """How far the outer corners lie from each other."""
    return float(np.linalg.norm(ring_of(points, "left")[0] - ring_of(points, "right")[0]))


def hidden_of(mean_points: Points, side: Side) -> NDArray[np.bool_]:
    """(len(HIDDEN),): which of the hidden points belong to one eye."""
    on_the_left = mean_points[HIDDEN_AT, 0] < SIZE_WH[0] / 2
    return np.asarray(on_the_left if side == "left" else ~on_the_left)


def iris_of(points: Points, side: Side) -> Points:
    """Centre and four limbus points of one iris; (5, 2), a view: writing to it moves the points."""
    start = len(_RINGS) + (0 if side == "left" else 5)
    return points[start : start + 5]


def iris_along(points: Points, side: Side) -> float:
    """Where one iris stands between its corners: 0 in the middle, in eye widths, positive to the picture's right."""
    return along_eye(ring_of(points, side), iris_of(points, side)[0], side)


def apart_from_pair(left: float, right: float) -> dict[Side, float]:
    """How far each of two irises stands (`iris_along`) from where the pair does on average.

    The middle between the mesh's corners is not where an eye looks ahead: a pair put there squints.
    """
    half = (left - right) / 2
    return {"left": half, "right": -half}


def eye_ellipses(mean_points: Points) -> dict[Side, NDArray[np.uint8]]:
    """What the model paints around each eye of the mean face: (H, W) 0 or 255 a side.

    It reaches further outwards, where upper lid and lashes run on past the corner and a shut eye's lashes end.
    """
    planes: dict[Side, NDArray[np.uint8]] = {}
    for side in SIDES:
        ring = ring_of(mean_points, side)
        (outer, inner), width = ring_ends(ring), ring_width(ring)
        centre = (outer + inner) / 2
        plane = np.zeros((_H, _W), np.uint8)
        outwards = 0.09 * (outer - inner)
        middle = (round(centre[0] + outwards[0]), round(centre[1] - 0.02 * width))
        cv2.ellipse(plane, middle, (round(0.79 * width), round(0.5 * width)), 0, 0, 360, (255,), -1)
        planes[side] = plane
    return planes
