"""A smooth curve through points that never swings past them.

Cubic pieces with the slopes of Fritsch & Butland 1984 ("A method for constructing local monotone piecewise cubic
interpolants"), as scipy's `PchipInterpolator` has them: importing that takes longer than opening an eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MonotoneCurve:
    """Knots (n,), rising; heights and slopes there."""

    x: Row
    y: Row
    slope: Row

    @classmethod
    def through(cls, x: Row, y: Row) -> MonotoneCurve:
        """The curve through at least two points with rising `x`."""
        gap = np.diff(x)
        secant = np.diff(y) / gap
        if len(x) == 2:
            return cls(x, y, np.repeat(secant, 2))
        before, after = 2 * gap[1:] + gap[:-1], gap[1:] + 2 * gap[:-1]
        alike = secant[:-1] * secant[1:] > 0
        safe = [np.where(alike, s, 1.0) for s in (secant[:-1], secant[1:])]
        inner = np.where(alike, (before + after) / (before / safe[0] + after / safe[1]), 0.0)
        first = _end_slope(gap[0], gap[1], secant[0], secant[1])
        last = _end_slope(gap[-1], gap[-2], secant[-1], secant[-2])
        return cls(x, y, np.concatenate([[first], inner, [last]]))

    def at(self, x: Row) -> tuple[Row, Row]:
        """Height and slope for every `x` between the ends."""
        k = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        gap = self.x[k + 1] - self.x[k]
        t = (x - self.x[k]) / gap
        rise = self.y[k + 1] - self.y[k]
        a, b = self.slope[k] * gap, self.slope[k + 1] * gap
        height = self.y[k] + t * (a + t * (3 * rise - 2 * a - b + t * (a + b - 2 * rise)))
        slope = (a + t * (2 * (3 * rise - 2 * a - b) + 3 * t * (a + b - 2 * rise))) / gap
        return np.asarray(height), np.asarray(slope)


def _end_slope(gap: float, next_gap: float, secant: float, next_secant: float) -> float:
    """From the first three points, limited so that the curve keeps its direction."""
    slope = ((2 * gap + next_gap) * secant - gap * next_secant) / (gap + next_gap)
    if slope * secant <= 0:
        return 0.0
    if secant * next_secant <= 0 and abs(slope) > 3 * abs(secant):
        return 3 * float(secant)
    return float(slope)
