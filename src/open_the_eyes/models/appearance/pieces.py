"""The pieces of a crop in which eyes are painted: one an eye, since much that lies between the two never changes; one
for both where those would overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane
from ...imaging.face.cheeks import cheeks
from ...imaging.face.eye_corners import eye_middle, seen_eye_width
from ...imaging.face.mesh478 import Side
from ...imaging.geometry import Box
from ...roles import Crop
from . import layout
from .refiner_frame import REACH_WH

_MORE: Final = 0.03
"""Margin around a piece, as a share of its longer side: room for the filters at its edge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole pixels of a crop, and these as a crop of their own, with the eyes to open that lie there."""

    part: Box
    crop: Crop


def pieces_of(crop: Crop) -> list[Piece]:
    """All that the refiner sees of each eye, and with it all that may change; together, they hold every closed eye."""
    size_wh = (crop.mask.shape[1], crop.mask.shape[0])
    parts = {side: _around(crop, side).clipped(size_wh) for side in crop.sides}
    seen = [part for part in parts.values() if part.area >= 1]
    if not seen:
        return [_piece(crop, Box(0, 0, *size_wh), crop.sides)]
    if len(seen) == 2 and seen[0].intersection(seen[1]).area > 0:
        return [_piece(crop, seen[0].union(seen[1]), crop.sides)]
    return [_piece(crop, part, (side,)) for side, part in parts.items() if part.area >= 1]


def _around(crop: Crop, side: Side) -> Box:
    axes = layout.to_strip(crop.landmarks)[:, :2]
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    frame = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]) * np.array(REACH_WH) / 2 @ axes
    corners = eye_middle(crop.landmarks, side) + frame * seen_eye_width(crop.landmarks, side)
    return Box.around(corners).grown(_MORE).to_whole()


def larger_eye_width(crop: Crop) -> float:
    """Width of the larger of the eyes to open, pixels; it is the nearer one."""
    return max(seen_eye_width(crop.landmarks, side) for side in crop.sides)


def mean_eye_width(crop: Crop) -> float:
    """Width of the eyes to open on average, pixels."""
    return float(np.mean([seen_eye_width(crop.landmarks, side) for side in crop.sides]))


def _piece(crop: Crop, part: Box, sides: tuple[Side, ...]) -> Piece:
    return Piece(part, replace(crop.cut(part), sides=sides))


def skin_around(crop: Crop, mask: Plane) -> NDArray[np.bool_]:
    """Cheeks and the bridge of the nose: skin below the eyes that the patch does not touch."""
    return cheeks(crop.landmarks, (mask > 0) | (crop.mask > 0))
