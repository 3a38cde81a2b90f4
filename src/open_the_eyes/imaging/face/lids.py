"""The shape of one open eye, and how far every pixel lies from its lids."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ..arrays import Plane, Points
from ..geometry import Box, quarter_turned
from ..monotone import MonotoneCurve
from .eye_corners import radius_of, ring_width
from .mesh478 import RING_INNER, RING_OUTER, Side

_PLACES: Final = (8.0, 128, 2048)
"""Places on a lid at which its edge is worked out: a pixel, fewest and most; every pixel takes the nearest."""


@dataclass(frozen=True, slots=True)
class EyeShape:
    """Lids and iris in picture pixels.

    Args:
        ring: (16, 2), outer corner first, over the upper lid to the inner corner, back along the lower lid.
        iris_xy: centre of the iris.
        iris_radius: pixels.
        side: as which eye it is seen; with the corners it tells which way is down, however the head is turned.
    """

    ring: Points
    iris_xy: tuple[float, float]
    iris_radius: float
    side: Side

    @classmethod
    def of(cls, ring: Points, iris: Points, side: Side) -> EyeShape:
        """Of an eye's `ring` (16, 2) and `iris` (5, 2), its centre first, as the mesh has them."""
        return cls(ring, (float(iris[0, 0]), float(iris[0, 1])), radius_of(iris), side)

    def reduced(self, shrink: float) -> EyeShape:
        """The same eye in the picture that is so many times smaller."""
        x, y = ((at + 0.5) / shrink - 0.5 for at in self.iris_xy)
        return EyeShape((self.ring + 0.5) / shrink - 0.5, (x, y), self.iris_radius / shrink, self.side)

    def seen_from(self, part: Box) -> EyeShape:
        """The same eye in the pixels of a part of the picture."""
        (x, y), offset = self.iris_xy, part.offset[:2]
        return EyeShape(self.ring - offset, (x - float(offset[0]), y - float(offset[1])), self.iris_radius, self.side)

    @property
    def width(self) -> float:
        """Corner to corner, pixels."""
        return ring_width(self.ring)

    @property
    def upper(self) -> Points:
        """(9, 2): the upper lid, from the outer corner to the inner one."""
        return self.ring[:9]

    @property
    def lower(self) -> Points:
        """(9, 2): the lower lid, from the outer corner to the inner one."""
        return self.ring[[0, *range(15, 7, -1)]]

    @property
    def axes(self) -> tuple[Points, Points]:
        """Of length 1: from the outer corner to the inner one, and down the face."""
        axis = (self.ring[RING_INNER] - self.ring[RING_OUTER]) / max(self.width, 1e-6)
        down = quarter_turned(axis)
        return axis, down if self.side == "left" else -down

    def in_widths(self, points: Points) -> Points:
        """(N, 2) picture pixels -> (u, v), eye widths: from the outer corner (0) to the inner one (1), and down the
        face."""
        relative, (axis, down) = (points - self.ring[RING_OUTER]) / self.width, self.axes
        return np.column_stack([relative @ axis, relative @ down])


@dataclass(frozen=True)
class LidDistances:
    """Planes over a region, in pixels along the eye's own axes; those that few need are worked out when asked for.

    Args:
        below_upper: how far under the upper lid's edge; negative above it.
        above_lower: how far over the lower lid's edge; negative below it.
        from_outer: along the eye and across it, from the outer corner.
        iris_at: the same of the iris' centre.
    """

    below_upper: Plane
    above_lower: Plane
    from_outer: tuple[Plane, Plane]
    iris_at: tuple[float, float]

    @property
    def along(self) -> Plane:
        """0 at the outer corner, the eye's width at the inner one."""
        return self.from_outer[0]

    @cached_property
    def to_iris(self) -> Plane:
        """From the iris' centre."""
        u, v = self.from_outer
        return np.asarray(np.hypot(u - self.iris_at[0], v - self.iris_at[1]), np.float32)

    def aperture(self, softness: float) -> Plane:
        """(h, w) 0..1: 1 between the lids, falling over `softness` pixels at their edges."""
        inside = np.minimum(self.below_upper, self.above_lower)
        return np.asarray(np.clip(inside / max(softness, 1e-3) + 0.5, 0, 1), np.float32)


def lid_distances(shape: EyeShape, region: Box) -> LidDistances:
    """Distances for every pixel of `region` (whole pixels of the picture the shape is in)."""
    outer, (axis, down) = shape.ring[RING_OUTER], shape.axes
    xs = np.arange(int(region.left), int(region.right)) - outer[0]
    ys = np.arange(int(region.top), int(region.bottom))[:, None] - outer[1]
    u, v = (np.add((xs * way[0]).astype(np.float32), (ys * way[1]).astype(np.float32)) for way in (axis, down))
    upper, upper_slope = _edge(shape.upper, outer, axis, down, u)
    lower, lower_slope = _edge(shape.lower, outer, axis, down, u)
    iris = np.array(shape.iris_xy) - outer
    below, above = (v - upper) / np.sqrt(1 + upper_slope**2), (lower - v) / np.sqrt(1 + lower_slope**2)
    at = float(iris @ axis), float(iris @ down)
    return LidDistances(below, above, (u, v), at)


def _edge(points: Points, outer: Points, axis: Points, down: Points, u: Plane) -> tuple[Plane, Plane]:
    """Height and slope of a lid's edge above every `u`; past the corners it runs on straight."""
    along, across = (points - outer) @ axis, (points - outer) @ down
    order = np.argsort(along)
    along, across = along[order], across[order]
    keep = np.concatenate([[True], np.diff(along) > 1e-3])
    curve = MonotoneCurve.through(along[keep], across[keep])
    first, last = float(along[keep][0]), float(along[keep][-1])
    count = int(np.clip(_PLACES[0] * (last - first), *_PLACES[1:]))
    places = np.linspace(first, last, count, dtype=np.float64)
    height, slope = (values.astype(np.float32) for values in curve.at(places))
    each = (count - 1) / (last - first)
    place = np.clip(u * each + (0.5 - first * each), 0, count - 1).astype(np.intp)
    return height.take(place), np.clip(slope, -2, 2).take(place)
