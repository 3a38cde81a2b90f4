"""Where single lashes grow on an open eye, how long, how slanted and how opaque they are: drawn by lot.

Lengths are in eye widths; `u` runs from the outer corner (0) to the inner one (1), `v` downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Points
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape
from .own_lashes import Lashes

Strands: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Outlines (n, 16, 2) of lashes in (u, v), and how opaque each is, (n,) 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How the lashes of one lid grow, in tufts.

    Args:
        along: where they grow, from and to in u.
        root: how far below the lid's edge.
        length: in times the longest upper ones', at the outer corner, and what of it is lost up to the inner one.
        lengths: least and greatest length of a lash, in times what is usual at its place.
        lean: slant at the outer corner, in radians from upright and outwards where negative, and what is added up to
            the inner one.
        sway: standard deviation of the slant of tufts, in radians.
        opacity: the faintest ones', 0..1, and what full strength adds to it.
    """

    along: tuple[float, float]
    root: float
    length: tuple[float, float]
    lengths: tuple[float, float]
    lean: tuple[float, float]
    sway: float
    opacity: tuple[float, float]


UPPER: Final = Row(
    along=(0.02, 0.9),
    root=0.006,  # below the edge, so that no gap is seen
    length=(1.2, 0.95),
    lengths=(0.55, 1.1),
    lean=(-1.05, 1.3),
    sway=0.16,
    opacity=(0.22, 0.4),
)
LOWER: Final = Row(
    along=(0.05, 0.74),
    root=0.016,  # under the lid's wet edge
    length=(1.35, 1.2),
    lengths=(0.3, 0.9),
    lean=(-0.95, 1.35),
    sway=0.2,
    opacity=(0.19, 0.47),
)

LENGTH: Final = (0.05, 0.35)
"""Length of the longest lashes, in eye widths: a constant, and a factor of the shut eye's own."""
LENGTH_BY_STRENGTH: Final = (0.75, 0.5)
"""Factor of all lashes' length: for the faintest ones, and what full strength (1) adds to it."""
MASCARA: Final = 0.5
"""How much longer made-up upper lashes are, as a share, on eyes as wide as `SINGLE`: in small pictures their thin ends
are not seen."""
SINGLE: Final = (120.0, 200.0)
"""Eye widths in pixels between which lashes come to be seen one by one."""
ONSET: Final = (0.5, 5.0)
"""Length of the first upper lashes, in times what it is further in: at the outer corner, and what a whole eye width
would add; at most 1."""
FINER: Final = (110.0, 2.2)
"""Eye width in pixels from which on lashes become, in proportion, thinner and more, and the most times as many: a small
eye's run together by twos."""
THICKNESS: Final = 0.0035
"""Half a lash's width at its root, in eye widths."""
THICKER: Final = 0.002
"""What full strength adds to the half width of upper lashes, and full make-up as well, in eye widths."""
MORE_OPAQUE: Final = 0.12
"""What full make-up adds to the opacity of upper lashes, 0..1."""

UPPERS: Final = 84
"""Lashes of the upper lid, as small eyes show them."""
CORNERS: Final = 8
"""Additional upper lashes at the outer corner, as small eyes show them: they lie over each other, nearly level."""
CORNER: Final = 0.12
"""Distance from the outer corner, in u, up to which the additional lashes grow."""
CORNER_LEAN: Final = -1.42
"""Slant of the additional lashes of the outer corner, in radians from upright."""
LOWER_TUFTS: Final = 17
"""Tufts of lower lashes, as small eyes show them."""
LOWER_OUTWARDS: Final = 1.3
"""Exponent by which tufts of lower lashes are crowded towards the outer corner; 1 is evenly."""
TUFT: Final = (2, 5)
"""Fewest lashes in a tuft, and one more than the most."""
SCATTER: Final = 0.006
"""Standard deviation of upper roots along the lid, in eye widths."""
LOWER_SCATTER: Final = 0.01
"""Standard deviation of lower roots along the lid around their tuft, in eye widths."""
FAN: Final = 0.05
"""Difference in slant between neighbours in an upper tuft, in radians: they spread from their roots."""
LOWER_FADING: Final = 1.1
"""Share of their opacity that lower lashes would lose over a whole eye width from the outer corner on."""

CURL: Final = (1.25, 0.6)
"""Slant of a lash at its root, in times its own, and what it has lost of that at its tip: lashes curl upright."""
TAPERING: Final = 0.6
"""Exponent by which a lash's width falls from its root to 0 at its tip; below 1 it stays thick for long."""
_POINTS: Final = 8
"""Points along a lash."""


def strands(shape: EyeShape, lashes: Lashes, rng: np.random.Generator) -> Strands:
    """All lashes of one eye."""
    usual = LENGTH[0] + LENGTH[1] * lashes.length
    longest = usual * (LENGTH_BY_STRENGTH[0] + LENGTH_BY_STRENGTH[1] * lashes.strength)
    finer = float(np.clip(shape.width / FINER[0], 1, FINER[1]))
    above = longest * (1 + MASCARA * lashes.made_up * ramp(shape.width, *SINGLE))
    upper, opaque_above = _uppers(shape.in_widths(shape.upper), lashes, above, finer, rng)
    lower, opaque_below = _lowers(shape.in_widths(shape.lower), lashes, longest, finer, rng)
    return np.concatenate([upper, lower]), np.concatenate([opaque_above, opaque_below])


def _uppers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those of the upper lid (9, 2), in tufts that lean together, and those that lie nearly level at its outer end."""
    count, corners = round(UPPERS * finer), round(CORNERS * finer)
    ends, number = np.cumsum(rng.integers(*TUFT, count)), np.arange(count)
    tuft = np.searchsorted(ends, number, side="right")
    along = np.linspace(*UPPER.along, count) + rng.normal(0, SCATTER, count)
    u = np.append(np.maximum(along, 0), rng.uniform(0, CORNER, corners))
    sway = rng.normal(0, UPPER.sway, count + corners)
    tufted = UPPER.lean[0] + UPPER.lean[1] * u[:count] + sway[tuft] + FAN * (number - ends[tuft] + 1.5)
    lean = np.append(tufted, CORNER_LEAN + sway[count:])
    half = THICKNESS + THICKER * (lashes.strength + lashes.made_up)
    onset = np.minimum(1, ONSET[0] + ONSET[1] * u)
    opaque = np.full(len(u), _opacity(UPPER, lashes) + MORE_OPAQUE * lashes.made_up)
    return _outlines(_roots(UPPER, lid, u), -longest * onset * _lengths(UPPER, u, rng), lean, half / finer), opaque


def _lowers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those under the lower lid's (9, 2) wet edge: fewer, shorter and fainter, most of all towards the nose."""
    tufts, (low, high) = round(LOWER_TUFTS * finer), LOWER.along
    at = low + (high - low) * ((np.arange(tufts) + rng.uniform(0, 1, tufts)) / tufts) ** LOWER_OUTWARDS
    lean = LOWER.lean[0] + LOWER.lean[1] * at + rng.normal(0, LOWER.sway, tufts)
    tuft = np.repeat(np.arange(tufts), rng.integers(*TUFT, tufts))
    u = at[tuft] + rng.normal(0, LOWER_SCATTER, len(tuft))
    opaque = _opacity(LOWER, lashes) * (1 - LOWER_FADING * at[tuft])
    return _outlines(_roots(LOWER, lid, u), longest * _lengths(LOWER, u, rng), lean[tuft], THICKNESS / finer), opaque


def _opacity(row: Row, lashes: Lashes) -> float:
    return row.opacity[0] + row.opacity[1] * lashes.strength


def _roots(row: Row, lid: Points, u: NDArray[np.float64]) -> Points:
    """(n, 2): where lashes grow that lie so far along the lid (9, 2)."""
    return np.column_stack([u, np.interp(u, *lid.T) + row.root])


def _lengths(row: Row, u: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """(n,): how long lashes are that grow there, in times the longest upper ones."""
    return (row.length[0] - row.length[1] * u) * rng.uniform(*row.lengths, len(u))


def _outlines(
    roots: Points, length: NDArray[np.float64], lean: NDArray[np.float64], half: float
) -> NDArray[np.float64]:
    """(n, 16, 2): tapered lashes from roots (n, 2), up where `length` is negative; they straighten towards their tips.

    `lean` is the slant at the root in radians, towards the nose when positive; `half` is half the width there.
    """
    along = np.linspace(0, 1, _POINTS)
    slant = lean[:, None] * (CURL[0] - CURL[1] * along)
    step = length[:, None] / (_POINTS - 1)
    steps = np.stack([np.sin(slant) * abs(step), np.cos(slant) * step], axis=2)
    spine = roots[:, None] + np.cumsum(steps, axis=1)
    across = np.stack([np.cos(slant), np.sin(slant)], axis=2) * (half * (1 - along) ** TAPERING)[:, None]
    return np.concatenate([spine - across, (spine + across)[:, ::-1]], axis=1)
