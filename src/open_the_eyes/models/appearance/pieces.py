"""The pieces of a crop in which eyes are painted: one an eye, since much that lies between the two never changes; one
for both where those would overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane
from ...imaging.eye_corners import eye_middle, eyes_apart, seen_eye_width
from ...imaging.geometry import Box
from ...imaging.mesh478 import CHIN, FOREHEAD, OUTER_CORNER, SIDES, Side
from ...roles import Crop
from . import layout
from .refiner_frame import REACH_WH

_MORE: Final = 0.03
"""Of a piece's longer side: room for the filters at its edge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole pixels of a crop, and these as a crop of their own, with the eyes to open that lie there."""

    part: Box
    crop: Crop


def pieces_of(crop: Crop) -> list[Piece]:
    """All that the refiner sees of each eye, and with it all that may change; together, they hold every closed eye."""
    size_wh = (crop.mask.shape[1], crop.mask.shape[0])
    parts = {side: _around(crop, side).clipped(size_wh) for side in crop.closed}
    seen = [part for part in parts.values() if part.area >= 1]
    if not seen:
        return [_piece(crop, Box(0, 0, *size_wh), crop.closed)]
    if len(seen) == 2 and seen[0].intersection(seen[1]).area > 0:
        return [_piece(crop, seen[0].union(seen[1]), crop.closed)]
    return [_piece(crop, part, (side,)) for side, part in parts.items() if part.area >= 1]


def _around(crop: Crop, side: Side) -> Box:
    axes = layout.to_strip(crop.landmarks)[:, :2]
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    frame = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]) * np.array(REACH_WH) / 2 @ axes
    corners = eye_middle(crop.landmarks, side) + frame * seen_eye_width(crop.landmarks, side)
    return Box.around(corners).grown(_MORE).to_whole()


def _piece(crop: Crop, part: Box, closed: tuple[Side, ...]) -> Piece:
    return Piece(part, replace(crop.cut(part), closed=closed))


def skin_around(crop: Crop, mask: Plane) -> NDArray[np.bool_]:
    """Cheeks and the bridge of the nose: skin below the eyes that the patch does not touch."""
    left, right = (crop.landmarks[OUTER_CORNER[side], :2] for side in SIDES)
    centre, reach = (left + right) / 2, eyes_apart(crop.landmarks)
    down = crop.landmarks[CHIN, :2] - crop.landmarks[FOREHEAD, :2]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    xs = np.arange(mask.shape[1], dtype=np.float32) - np.float32(centre[0])
    ys = np.arange(mask.shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    down = down.astype(np.float32)
    below, aside = xs * down[0] + ys * down[1], np.abs(xs * down[1] - ys * down[0])
    return np.asarray((mask <= 0) & (crop.mask <= 0) & (below > 0.1 * reach) & (aside < 0.52 * reach), np.bool_)
