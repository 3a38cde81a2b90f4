"""The face's outline beside a far eye: on a turned head there is no skin past it, and a new eye ends there.

The mesh tells about where the outline runs, and the picture tells exactly: along it skin meets what is behind, and on
most of a line down the face their colours differ. All lengths are shares of an eye's true width.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Rgb
from ..face.eye_corners import eyes_apart, true_eye_width
from ..face.mesh478 import CHIN, OTHER, OUTER_CORNER, Side
from ..geometry import Box, across, along_and_across
from ..smooth import smoothed

_PER: Final = 40
"""Rows and columns that are looked at for each eye width."""
HALF: Final = 0.7
"""How far up and down from the outer corner the outline is looked for."""
WINDOW: Final = 0.2
"""How near to a row a point of the mesh has to be to tell how far the mesh reaches there."""
_EVEN: Final = 13
"""Rows over which the mesh's outline is evened out."""
OFF: Final = (-0.65, 0.3)
"""How far the picture's outline may lie from the mesh's, towards the eye and away from it."""
BESIDE: Final = 0.1
"""Width of the strips on both sides of an outline whose colours are compared."""
CLEAREST: Final = 60.0
"""Most difference between these strips that counts at one place, levels."""
TRUST: Final = 60.0
"""Levels by which an outline has to be clearer for each eye width that it is off the mesh's."""
STEP: Final = 28.0
"""Least difference between skin and what is behind, levels in one of the three colours, in the middle of all places."""
SURE: Final = 6.0
"""Difference, levels, from which one place speaks for an outline."""
SURE_SHARE: Final = 0.75
"""Least share of all places that speak for it."""
STEEP: Final = 4.0
"""Cost of stepping aside by a column from one row to the next, levels."""
DENT: Final = 0.03
"""Distance from a smooth line at which a place counts half for it: lashes make no dent."""
SOFT: Final = 0.03
"""Width of the face's soft end; it is a pixel at least."""
SMALLEST: Final = 8.0
"""Narrowest eye that is looked at, pixels."""
LEAST_PAST: Final = 0.005
"""Least share of an eye's region past the outline that counts."""


def behind_face(pixels: Rgb, region: Plane, landmarks: Points, side: Side) -> Plane | None:
    """(h, w) 0..1: 1 past the face's outline, within the `region` (h, w) around one eye; None where the outline does
    not cross it, or is not clear. `landmarks` (478, 3) lie in the same picture."""
    unit, there = true_eye_width(landmarks, side), Box.holding(region)
    if unit < SMALLEST or eyes_apart(landmarks) < SMALLEST or there is None:
        return None
    corner, other = (landmarks[OUTER_CORNER[one], :2] for one in (side, OTHER[side]))
    out = (corner - other) / np.linalg.norm(corner - other) * unit
    down = across(out, landmarks[CHIN, :2] - corner)
    rows = np.arange(-HALF, HALF, 1 / _PER, dtype=np.float64)
    edge = _of_mesh(landmarks[:, :2] - corner, out, down, rows)
    inside = there.cut(region)
    aside, below = along_and_across(inside.shape, corner - there.offset[:2], out, down)
    if float(aside[inside > 0].max()) < float(edge.min()) + OFF[0]:
        return None
    seen = _seen(pixels, corner, np.stack([out, down]), rows, edge)
    if seen is None:
        return None
    past = np.clip((aside - np.interp(below, rows, seen)) / max(SOFT, 1 / unit) + 0.5, 0, 1) * (inside > 0)
    if float((past * inside).sum()) <= LEAST_PAST * float(inside.sum()):
        return None
    behind = np.zeros_like(region)
    there.cut(behind)[...] = past
    return behind


def _of_mesh(points: Points, out: Points, down: Points, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far out the mesh's `points` (478, 2), counted from the corner, reach in each row."""
    aside, below = (points @ way / (way @ way) for way in (out, down))
    edge = np.where(np.abs(below - rows[:, None]) < WINDOW, aside, -1.0).max(axis=1)
    return np.convolve(np.pad(edge, _EVEN // 2, mode="edge"), np.ones(_EVEN) / _EVEN, mode="valid")


def _seen(
    pixels: Rgb, corner: Points, axes: Points, rows: NDArray[np.float64], edge: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """How far out the picture has the outline in each row; None where it is not clear."""
    beside, (inwards, outwards) = round(BESIDE * _PER), (round(off * _PER) for off in OFF)
    columns = edge[:, None] + np.arange(inwards - beside, outwards + beside) / _PER
    at = corner + np.stack(np.broadcast_arrays(columns, rows[:, None]), axis=-1) @ axes
    unit = float(np.linalg.norm(axes[0]))
    near = Box.around(at.reshape(-1, 2)).moved_out(BESIDE * unit).within(pixels)
    if near.area < 1:
        return None
    picture = smoothed(near.cut(pixels).astype(np.float32), max(0.4 * unit / _PER, 0.7))
    x, y = np.moveaxis(np.asarray(at - near.offset[:2], np.float32), -1, 0)
    colours = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sums = np.cumsum(np.pad(colours, ((0, 0), (1, 0), (0, 0))), axis=1)
    means = (sums[:, beside:] - sums[:, :-beside]) / beside
    clear = np.minimum(np.abs(means[:, beside:] - means[:, :-beside]).max(axis=2), CLEAREST)
    offs = (np.arange(clear.shape[1]) + inwards - 0.5) / _PER  # between two columns
    gain = clear - TRUST * np.abs(offs)
    path = _best_path(gain)
    along = gain[np.arange(len(rows)), path]
    if float(np.median(along)) < STEP or float((along > SURE).mean()) < SURE_SHARE:
        return None
    return _smooth(rows, edge + offs[path])


def _best_path(gain: NDArray[np.float64]) -> NDArray[np.intp]:
    """The column in each row of the way down that gains most, by dynamic programming; it steps aside by one column a
    row at most."""
    best, steps, nowhere = gain[0], [], -1e9
    for row in gain[1:]:
        ways = np.stack([np.append(nowhere, best[:-1]) - STEEP, best, np.append(best[1:], nowhere) - STEEP])
        steps.append(ways.argmax(axis=0) - 1)
        best = row + ways.max(axis=0)
    path = [int(best.argmax())]
    for step in reversed(steps):
        path.append(path[-1] + int(step[path[-1]]))
    return np.array(path[::-1], np.intp)


def _smooth(rows: NDArray[np.float64], aside: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth line through an outline; most of it decides (iteratively reweighted least squares)."""
    weight: NDArray[np.float64] = np.ones(len(rows))
    for _ in range(4):
        line = np.polyval(np.polyfit(rows, aside, 3, w=weight), rows)
        weight = 1 / (1 + (np.abs(aside - line) / DENT) ** 2)
    return np.asarray(line, np.float64)
