"""Eyes painted by rule, for tests of what is drawn over an iris."""

from __future__ import annotations

import numpy as np

from open_the_eyes.imaging.arrays import Points, Tones
from open_the_eyes.imaging.face.lids import EyeShape, LidDistances, lid_distances
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.irises.round_iris import WHOLLY
from open_the_eyes.models.appearance.refiner import PaintedEyes

SKIN, WHITE, BROWN = (np.array(colour, np.float32) for colour in ((200, 150, 130), (205, 195, 190), (95, 65, 45)))
LARGE, SMALL = WHOLLY[1] + 20, WHOLLY[0] - 20


def an_eye(width: float, side: Side = "left", height: float = 0.46) -> EyeShape:
    """In a picture of 1.6 x 1 of its widths; lids are arcs so far apart."""
    along = np.linspace(0, 1, 9)
    arc = np.sin(np.pi * along) * height * width / 2
    ring = np.vstack([np.column_stack([along * width, -arc]), np.column_stack([along * width, arc])[-2:0:-1]])
    if side == "right":
        ring[:, 0] = width - ring[:, 0]
    return EyeShape(ring + np.array([0.3, 0.5]) * width, (0.8 * width, 0.5 * width), 0.2 * width, side)


def painted_eye(shape: EyeShape, light_xy: tuple[float, float] = (0.2, -0.2)) -> tuple[Tones, LidDistances]:
    """An iris with four corners and without a pupil, and a light so many radii to the right and down."""
    w, h = round(1.6 * shape.width), round(shape.width)
    there = lid_distances(shape, Box(0, 0, w, h))
    ys, xs = np.mgrid[:h, :w]
    x, y = (xs - shape.iris_xy[0]) / shape.iris_radius, (ys - shape.iris_xy[1]) / shape.iris_radius
    picture = np.broadcast_to(SKIN, (h, w, 3)).astype(np.float32)
    picture[there.aperture(1) > 0.5] = WHITE
    picture[(there.aperture(1) > 0.5) & (x**4 + y**4 < 0.95**4)] = BROWN
    picture[np.hypot(x - light_xy[0], y - light_xy[1]) < 0.12] = 250
    return picture, there


def pieces(*pictures: tuple[Tones, EyeShape]) -> list[PaintedEyes]:
    marks: Points = np.zeros((478, 3))
    return [PaintedEyes(p, np.ones(p.shape[:2], np.float32), marks, {shape.side: shape}) for p, shape in pictures]
