"""How far irises are off in colour, in levels: the measure that painters are judged by while they are made.

The product's bench asks what people see instead (CIEDE2000 of medians, `bench.measures.iris_difference`), and its
restorer how far a hue moved (`imaging.face.eye_change.iris_shift`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES, Side
from open_the_eyes.imaging.geometry import Box

INSIDE_RIM: Final = 0.9
"""Two irises of one photo are held against each other so far from their centres, in radii: each has a rim of its own,
and the white beside it."""


def iris_colour(pixels: Rgb, marks: Points, side: Side, reach: float = 1.0) -> NDArray[np.float64] | None:
    """(3,): the mean colour of an iris between the lids, within `reach` radii; None where none of it shows."""
    iris = marks[IRIS[side], :2]
    shape = EyeShape.of(marks[EYE_RING[side], :2], iris, side)
    part = Box.around(iris).moved_out(shape.iris_radius).within(pixels)
    lids = lid_distances(shape, part)
    visible = (lids.to_iris < reach * shape.iris_radius) & (lids.aperture(1.0) > 0.5)
    return np.asarray(part.cut(pixels)[visible].mean(axis=0), np.float64) if visible.any() else None


def irises_off(made: Rgb, true: Rgb, marks: Points) -> float:
    """How far the irises are from their true colours where the true ones lie, levels 0..255: mean of R, G, B and of the
    eyes; 0 where no iris shows."""
    each = [[iris_colour(picture, marks, side) for picture in (made, true)] for side in SIDES]
    apart = [float(np.abs(ours - theirs).mean()) for ours, theirs in each if ours is not None and theirs is not None]
    return float(np.mean(apart)) if apart else 0.0


def irises_apart(pixels: Rgb, marks: Points) -> float:
    """How far both irises of one photo are from each other, levels 0..255: mean of R, G, B; 0 where one does not
    show."""
    left, right = (iris_colour(pixels, marks, side, INSIDE_RIM) for side in SIDES)
    return 0.0 if left is None or right is None else float(np.abs(left - right).mean())
