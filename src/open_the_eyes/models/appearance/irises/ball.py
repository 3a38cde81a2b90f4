"""The ball of a painted eye: where its iris, its white and its catch-light are, and of what colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Points, Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape, lid_distances
from ....imaging.geometry import Box
from ....imaging.luma import LUMA, luma_of
from ....imaging.smooth import smoothed
from ..refiner import PaintedEyes

COLOURED: Final = (0.5, 0.85)
"""Where an iris shows its colour, from and to in its radii."""
WHITE_FROM: Final = (1.12, 1.22)
"""Where the white begins to be without the iris' soft rim, and where it is, in its radii."""
WHITE_TO: Final = 1.9
"""Distance from the iris' centre up to which the white counts as beside it, in its radii."""
GLINT: Final = 1.25
"""Brightness above which something is a catch-light, in times the iris'."""
FAINT: Final = (0.9, 1.1)
"""Brightness above which something in the pupil is a catch-light, in times the iris' and in times the pupil's, where
nothing else is one."""
FAINT_WITHIN: Final = 0.4
"""How far from the centre of the iris a faint catch-light lies at most, in radii."""
GLINT_WITHIN: Final = 0.7
"""How far from the centre of the iris a catch-light lies at most, in radii."""
GLINT_LOWEST: Final = 0.2
"""How far below the centre of the iris a catch-light lies at most, in radii."""
MIN_PIXELS: Final = 8
"""Fewest pixels that tell a colour."""
CLOSE: Final = (9.0, 12.5)
"""Radii of an iris in pixels between which what only a near eye shows comes to be seen; its eye is then 43 to 60 pixels
wide."""


@dataclass(frozen=True, slots=True)
class CatchLight:
    """The light that an eye mirrors.

    Args:
        xy: from the iris' centre in its radii: x to the upright picture's right, y down the face.
        strength: how much brighter than the iris, as a multiple of it; 0 where there is none.
    """

    xy: tuple[float, float]
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """What lies between the lids, and a little around; all lengths are in radii of the iris.

    Args:
        part: whole pixels of the picture; all planes are (h, w) of it.
        pixels: (h, w, 3).
        side_sign: 1 for a left eye, -1 for a right one.
        radius: of the iris, pixels.
        across: from the iris' centre towards the nose.
        down: from there down the face.
        from_centre: of the iris.
        below_upper: under the upper lid's edge.
        above_lower: over the lower lid's edge.
        along: 0 at the outer corner, 1 at the inner one.
        clear: 0..1, where the lids' edges and their lashes do not reach.
        iris: (3,) 0..255, its colour.
        white: (3,) 0..255, the white's beside it.
    """

    part: Box
    pixels: Tones
    side_sign: int
    radius: float
    across: Plane
    down: Plane
    from_centre: Plane
    below_upper: Plane
    above_lower: Plane
    along: Plane
    clear: Plane
    iris: NDArray[np.float32]
    white: NDArray[np.float32]

    def near(self, reach: float) -> Ball:
        """The same ball, in a part of its part that goes so far from the iris' centre."""
        box = Box.holding(self.from_centre < reach)
        if box is None:
            return self
        planes: dict[str, Any] = {name: box.cut(getattr(self, name)) for name in _PLANES}
        return replace(self, part=box.placed_in(self.part), **planes)

    @property
    def close(self) -> float:
        """0..1: how much is seen of what only a near eye shows."""
        return ramp(self.radius, *CLOSE)

    @property
    def iris_level(self) -> float:
        return max(float(self.iris @ LUMA), 1.0)

    @property
    def white_level(self) -> float:
        return max(float(self.white @ LUMA), 1.0)


_PLANES: Final = ("pixels", "across", "down", "from_centre", "below_upper", "above_lower", "along", "clear")


def ball_of(picture: Tones, shape: EyeShape) -> Ball | None:
    """The ball of an open eye in a picture (h, w, 3); None where too little of iris and white is seen."""
    radius = max(shape.iris_radius, 1e-3)
    iris_xy: Points = np.array([shape.iris_xy])
    reach = Box.around(np.vstack([shape.ring, iris_xy - radius, iris_xy + radius])).moved_out(0.3 * radius)
    part = reach.within(picture)
    if part.area < MIN_PIXELS:
        return None
    pixels: Tones = part.cut(picture)
    lids = lid_distances(shape, part)
    u, v = lids.from_outer
    across, down = (u - lids.iris_at[0]) / radius, (v - lids.iris_at[1]) / radius
    below, above = lids.below_upper / radius, lids.above_lower / radius
    clear = np.clip(np.minimum((below - 0.1) / 0.15, (above - 0.05) / 0.1), 0, 1)
    r, level = np.hypot(across, down), luma_of(pixels)
    coloured = (clear > 0.5) & (r > COLOURED[0]) & (r < COLOURED[1])
    beside = clear * white_share(r) * np.clip((WHITE_TO - r) / 0.2, 0, 1)
    if coloured.sum() < MIN_PIXELS or beside.sum() < MIN_PIXELS:
        return None
    usual = float(np.median(level[coloured]))
    iris = np.median(pixels[coloured & (level <= 1.5 * usual)], axis=0)
    white = (pixels * as_three(beside)).reshape(-1, 3).sum(axis=0) / beside.sum()
    return Ball(
        part=part,
        pixels=pixels,
        side_sign=1 if shape.side == "left" else -1,
        radius=radius,
        across=across,
        down=down,
        from_centre=r,
        below_upper=below,
        above_lower=above,
        along=u / shape.width,
        clear=clear,
        iris=np.asarray(iris, np.float32),
        white=np.asarray(white, np.float32),
    )


def balls_of(painted: Sequence[PaintedEyes]) -> list[list[tuple[EyeShape, Ball]]]:
    """Of each piece the eyes with a ball to be seen."""
    return [
        [(shape, ball) for shape in piece.shapes.values() if (ball := ball_of(piece.pixels, shape)) is not None]
        for piece in painted
    ]


def redrawn(
    painted: Sequence[PaintedEyes],
    balls: Sequence[Sequence[tuple[EyeShape, Ball]]],
    draw: Callable[[EyeShape, Ball], Tones],
) -> list[PaintedEyes]:
    """The pieces with their balls as `draw` makes them, under their masks.

    Args:
        balls: of each piece, as `balls_of` gives them.
        draw: gives the pixels (h, w, 3) of a ball's part.
    """
    out = []
    for piece, eyes in zip(painted, balls, strict=True):
        pixels = piece.pixels.copy()
        for shape, ball in eyes:
            here: Tones = ball.part.cut(pixels)
            here += (draw(shape, ball) - ball.pixels) * as_three(ball.part.cut(piece.mask))
        out.append(replace(piece, pixels=np.asarray(np.clip(pixels, 0, 255), np.float32)))
    return out


def white_share(r: Plane) -> Plane:
    """0..1 at a distance from the iris' centre: how much of what lies there is white."""
    return ramp(r, *WHITE_FROM)


def catch_light(ball: Ball) -> CatchLight:
    """The brightest spot of the iris' upper part; where all of it is dim, that of the pupil."""
    level = smoothed(luma_of(ball.pixels), max(0.05 * ball.radius, 0.5))
    near = (ball.from_centre < GLINT_WITHIN) & (ball.down < GLINT_LOWEST)
    over = np.maximum(level - GLINT * ball.iris_level, 0) * ball.clear * near
    pupil = near & (ball.from_centre < FAINT_WITHIN)
    if not over.any() and pupil.any():
        least = max(FAINT[0] * ball.iris_level, FAINT[1] * float(level[pupil].mean()))
        over = np.maximum(level - least, 0) * ball.clear * pupil
    brightest = int(np.argmax(over))
    strength = float(over.ravel()[brightest]) / ball.iris_level
    if strength <= 0:
        return CatchLight((0.0, 0.0), 0.0)
    x, y = (float(plane.ravel()[brightest]) for plane in (ball.across, ball.down))
    spot = over**2 * (np.hypot(ball.across - x, ball.down - y) < 0.3)
    weight = float(spot.sum())
    at = [float((spot * plane).sum()) / weight for plane in (ball.across, ball.down)]
    return CatchLight((ball.side_sign * at[0], at[1]), strength)


def same_light(lights: list[CatchLight]) -> CatchLight:
    """One light for both eyes of a face: between where they have it, by how strongly each shows it."""
    total = sum(light.strength for light in lights)
    if total <= 0:
        return CatchLight((0.0, 0.0), 0.0)
    x, y = (sum(light.strength * light.xy[k] for light in lights) / total for k in (0, 1))
    return CatchLight((x, y), total / len(lights))
