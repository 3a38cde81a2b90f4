"""Where a donor's eye shows in the target, and where both show the same skin."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Points
from ...imaging.binary_masks import filled
from ...imaging.easing import unit_smoothstep
from ...imaging.face.eye_corners import ring_ends, ring_width
from ...imaging.face.mesh478 import BROW, FACE_OVAL, OTHER, SIDES, Side
from ...roles import FEATHER, Crop
from ..appearance import layout

FULLY: Final = 0.15
"""How far around the donor's lids and the target's shut ones all is the donor's, in eye widths: lashes and crease."""
RIM: Final = 0.08
"""Width of the rim over which the eye melts in any case, in eye widths: where a donor's lash line reaches it, it is not
cut."""
BROW_RIM: Final = 0.03
"""How far hairs reach beyond a brow's points, in distances between the outer corners of the eyes."""
_BROWS_AT: Final = [[layout.MESH.index(k) for k in BROW[side]] for side in SIDES]


def side_of(crop: Crop, side: Side) -> NDArray[np.bool_]:
    """(h, w): the pixels nearer to this eye than to the other one."""
    points = crop.landmarks[layout.MESH, :2]
    ours, others = (ring_ends(layout.ring_of(points, s)).mean(axis=0) for s in (side, OTHER[side]))
    away = (others - ours).astype(np.float32)
    middle = (ours + others) / 2
    xs = np.arange(crop.mask.shape[1], dtype=np.float32) - np.float32(middle[0])
    ys = np.arange(crop.mask.shape[0], dtype=np.float32)[:, None] - np.float32(middle[1])
    return np.asarray(xs * away[0] + ys * away[1] < 0, np.bool_)


def eye_cover(allowed: Plane, shut: Points, opened: Points) -> Plane:
    """(h, w) 0..1: 1 on the eye, falling over all the skin there is between it and the rim of `allowed`.

    `shut` and `opened` are (16, 2) lids: the target's, to be hidden, and the donor's, to be seen whole. The same skin
    lies on both sides of so wide a melt, so nothing of it is seen.
    """
    both = filled(allowed.shape, _hull(shut), _hull(opened))
    core = _widened(both, FULLY * ring_width(opened)).view(np.uint8)
    inside = (allowed > 0.02).astype(np.uint8)
    to_core = cv2.distanceTransform(1 - core, cv2.DIST_L2, 5)
    to_rim = cv2.distanceTransform(np.pad(inside, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    share = to_rim / np.maximum(to_rim + to_core, 1e-3)
    melting = unit_smoothstep(np.minimum(to_rim / max(RIM * ring_width(opened), 1e-3), 1))
    return np.asarray(unit_smoothstep(share) * melting * np.clip(allowed / FEATHER, 0, 1), np.float32)


def same_skin(crop: Crop, valid: Plane, theirs: Points) -> Plane:
    """(h, w) 0..1: skin of both: inside the face, outside the mask, the donor's rim and the brows of both.

    `valid` (h, w) 0..1 is where the warped donor has pixels (`WarpedDonor`), `theirs` its points in the crop.
    """
    face = filled(crop.mask.shape, crop.landmarks[FACE_OVAL])
    return np.asarray(face * (crop.mask < 0.3) * (valid > 0.99) * ~brows(crop, theirs), np.float32)


def brows(crop: Crop, theirs: Points) -> NDArray[np.bool_]:
    """(h, w): brows of the target or of the donor. Where only one has raised them, hair lies on skin, and neither light
    nor place can be read."""
    ours = crop.landmarks[layout.MESH, :2]
    hairy = filled(crop.mask.shape, *(_hull(points[at]) for points in (ours, theirs) for at in _BROWS_AT))
    return _widened(hairy, BROW_RIM * float(np.linalg.norm(np.subtract(*ours[layout.CORNERS_IN_MESH[:2]]))))


def _hull(points: Points) -> Points:
    """(n, 2) -> (m, 2): the smallest convex outline that holds all."""
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0], np.float64)


def _widened(marked: NDArray[np.uint8], by: float) -> NDArray[np.bool_]:
    """(h, w): the pixels within `by` pixels of a marked one (1). On large faces a dilation would take seconds."""
    away, reach = cv2.distanceTransform(1 - marked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), max(round(by), 1)
    return np.asarray(away**2 < reach**2 + 0.5, np.bool_)  # OpenCV's last digits change with its number of threads
