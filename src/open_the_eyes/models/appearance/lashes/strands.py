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
    """How the lashes of one lid grow, in tufts; all ranges are from the least to the greatest.

    Args:
        along: where they grow, in u.
        roots: how far below the lid's edge, mean and standard deviation.
        length: in times the longest upper ones', at the outer corner, and what of it is lost up to the inner one.
        tuft_lengths: range of a tuft's length, in times what is usual at its place.
        lengths: range of a lash's length, in times its tuft's.
        lean: slant at the outer corner, in radians from upright and outwards where negative, and what is added up to
            the inner one.
        sway: standard deviation of the slant, in radians: of tufts, and of single lashes in them.
        thickness: half a lash's width at its root.
        opacity: the faintest ones', 0..1, and what full strength adds to it.
        opacities: range of a lash's opacity, in times what is usual for the eye.
    """

    along: tuple[float, float]
    roots: tuple[float, float]
    length: tuple[float, float]
    tuft_lengths: tuple[float, float]
    lengths: tuple[float, float]
    lean: tuple[float, float]
    sway: tuple[float, float]
    thickness: float
    opacity: tuple[float, float]
    opacities: tuple[float, float]


UPPER: Final = Row(
    along=(0.02, 0.9),
    roots=(0.006, 0.004),  # below the edge, so that no gap is seen
    length=(1.2, 0.95),
    tuft_lengths=(0.75, 1.1),
    lengths=(0.7, 1.1),
    lean=(-1.05, 1.3),
    sway=(0.16, 0.06),
    thickness=0.0035,
    opacity=(0.28, 0.5),
    opacities=(0.6, 1.0),
)
LOWER: Final = Row(
    along=(0.05, 0.74),
    roots=(0.016, 0.007),  # under the lid's wet edge
    length=(1.35, 1.2),
    tuft_lengths=(0.5, 1.1),
    lengths=(0.5, 1.0),
    lean=(-0.95, 1.35),
    sway=(0.2, 0.08),
    thickness=0.0034,
    opacity=(0.3, 0.75),
    opacities=(0.25, 1.0),
)

OWN_LENGTHS: Final = (0.06, 0.2)
"""Least and greatest length of a shut eye's lashes that is believed, in eye widths."""
LENGTH: Final = (0.05, 0.35)
"""Length of the longest lashes, in eye widths: a constant, and a factor of the shut eye's own."""
LENGTH_BY_STRENGTH: Final = (0.75, 0.5)
"""Factor of all lashes' length: for the faintest ones, and what full strength (1) adds to it."""
FINER: Final = (110.0, 2.2)
"""Eye width in pixels from which on lashes become, in proportion, thinner and more, and the most times as many: a small
eye's run together by twos."""
MASCARA: Final = 0.5
"""How much longer made-up upper lashes are, as a share, on eyes as wide as `SINGLE`: in small pictures their thin ends
are not seen."""
SINGLE: Final = (120.0, 200.0)
"""Eye widths in pixels between which lashes come to be seen one by one."""

UPPERS: Final = 84
"""Lashes of the upper lid, as small eyes show them."""
UPPER_SCATTER: Final = 0.006
"""Standard deviation of upper roots along the lid, in eye widths."""
UPPER_TUFTS: Final = (2, 5)
"""Fewest upper lashes that lean together in a tuft, and one more than the most."""
UPPER_ONSET: Final = (0.5, 5.0)
"""Length of the first upper lashes, in times what it is further in: at the outer corner, and what a whole eye width
would add; at most 1."""
UPPER_FAN: Final = (0.05, 1.5)
"""Difference in slant between neighbours in an upper tuft, in radians, for they spread from their roots; and the number
of lashes before the tuft's end at which its own slant is kept."""
THICKER: Final = 0.002
"""What full strength adds to the half width of upper lashes, and full make-up as well, in eye widths."""
MORE_OPAQUE: Final = 0.15
"""What full make-up adds to the opacity of upper lashes, 0..1."""

CORNERS: Final = 10
"""Additional upper lashes at the outer corner, as a small eye shows them: they lie over each other, nearly level."""
CORNER_ALONG: Final = (-0.005, 0.12)
"""Where the additional lashes of the outer corner grow, from and to between it (0) and the inner corner (1)."""
CORNER_LEAN: Final = (-1.75, -1.1)
"""Slant of the additional lashes of the outer corner, from and to in radians from upright."""
CORNER_LENGTHS: Final = (0.4, 0.88)
"""Least and greatest length of an additional lash of the outer corner, in times the longest upper ones'."""
CORNER_OPACITY: Final = (0.24, 0.36)
"""Opacity of the additional lashes of the outer corner, 0..1: the faintest ones', and what full strength adds to it."""

LOWER_SEEN_FROM: Final = (42.0, 60.0)
"""Eye widths in pixels between which lower lashes come to be seen."""
LOWER_TUFTS: Final = 20
"""Tufts of lower lashes, as small eyes show them."""
LOWER_OUTWARDS: Final = 1.3
"""Exponent by which tufts of lower lashes are crowded towards the outer corner; 1 is evenly."""
LOWER_TUFT: Final = (1, 5)
"""Fewest lower lashes in a tuft, and one more than the most."""
LOWER_SPREAD: Final = 0.01
"""Standard deviation of lower roots along the lid around their tuft, in eye widths."""
LOWER_MEETING: Final = 0.7
"""Share of their distance by which the lower lashes of a tuft draw together up to their tips."""
LOWER_FADING: Final = 1.1
"""Share of their opacity that lower lashes would lose over a whole eye width from the outer corner on."""

STRAIGHTENING: Final = (1.25, 0.6)
"""Slant of a lash at its root, in times its own, and what it has lost of that at its tip: lashes curl upright."""
TAPERING: Final = 0.6
"""Exponent by which a lash's width falls from its root to 0 at its tip; below 1 it stays thick for long."""
_POINTS: Final = 8
"""Points along a lash."""


def strands(shape: EyeShape, lashes: Lashes, rng: np.random.Generator) -> Strands:
    """All lashes of one eye."""
    own = float(np.clip(lashes.length, *OWN_LENGTHS))
    longest = (LENGTH[0] + LENGTH[1] * own) * (LENGTH_BY_STRENGTH[0] + LENGTH_BY_STRENGTH[1] * lashes.strength)
    finer = float(np.clip(shape.width / FINER[0], 1, FINER[1]))
    above = longest * (1 + MASCARA * lashes.made_up * ramp(shape.width, *SINGLE))
    upper, lower = shape.in_widths(shape.upper), shape.in_widths(shape.lower)
    each = [_uppers(upper, lashes, above, finer, rng), _corners(upper, lashes, above, finer, rng)]
    outlines, opaque = _lowers(lower, lashes, longest, finer, rng)
    each.append((outlines, opaque * ramp(shape.width, *LOWER_SEEN_FROM)))
    return np.concatenate([outlines for outlines, _ in each]), np.concatenate([opaque for _, opaque in each])


def _uppers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those of the upper lid (9, 2), in tufts of two to four that lean together, longest at the outer corner."""
    count = round(UPPERS * finer)
    ends, number = np.cumsum(rng.integers(*UPPER_TUFTS, count)), np.arange(count)
    tuft = np.searchsorted(ends, number, side="right")
    swayed, grown = rng.normal(0, UPPER.sway[0], count)[tuft], rng.uniform(*UPPER.tuft_lengths, count)[tuft]
    u = np.maximum(np.linspace(*UPPER.along, count) + rng.normal(0, UPPER_SCATTER, count), 0)
    v = np.interp(u, *lid.T) + rng.normal(*UPPER.roots, count)
    onset = np.minimum(1, UPPER_ONSET[0] + UPPER_ONSET[1] * u)
    length = longest * (UPPER.length[0] - UPPER.length[1] * u) * onset * grown * rng.uniform(*UPPER.lengths, count)
    fan = UPPER_FAN[0] * (number - ends[tuft] + UPPER_FAN[1])
    lean = UPPER.lean[0] + UPPER.lean[1] * u + swayed + fan + rng.normal(0, UPPER.sway[1], count)
    half = UPPER.thickness + THICKER * (lashes.strength + lashes.made_up)
    usual = UPPER.opacity[0] + UPPER.opacity[1] * lashes.strength + MORE_OPAQUE * lashes.made_up
    return _outlines(u, v, -length, lean, half / finer), usual * rng.uniform(*UPPER.opacities, count)


def _corners(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those that lie nearly level over each other at the upper lid's (9, 2) outer corner."""
    count = round(CORNERS * finer)
    u = rng.uniform(*CORNER_ALONG, count)
    v = np.interp(u, *lid.T) + rng.normal(*UPPER.roots, count)
    length = longest * rng.uniform(*CORNER_LENGTHS, count)
    outlines = _outlines(u, v, -length, rng.uniform(*CORNER_LEAN, count), UPPER.thickness / finer)
    return outlines, (CORNER_OPACITY[0] + CORNER_OPACITY[1] * lashes.strength) * rng.uniform(*UPPER.opacities, count)


def _lowers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those under the lower lid's (9, 2) wet edge: fewer, shorter, fainter, in tufts that draw together to a tip."""
    tufts = round(LOWER_TUFTS * finer)
    low, high = LOWER.along
    at = low + (high - low) * ((np.arange(tufts) + rng.uniform(0, 1, tufts)) / tufts) ** LOWER_OUTWARDS
    swayed, grown = rng.normal(0, LOWER.sway[0], tufts), rng.uniform(*LOWER.tuft_lengths, tufts)
    tuft = np.repeat(np.arange(tufts), rng.integers(*LOWER_TUFT, tufts))
    count = len(tuft)
    aside = rng.normal(0, LOWER_SPREAD, count)
    u = at[tuft] + aside
    v = np.interp(u, *lid.T) + rng.normal(*LOWER.roots, count)
    usual = longest * (LOWER.length[0] - LOWER.length[1] * at)
    length = usual[tuft] * grown[tuft] * rng.uniform(*LOWER.lengths, count)
    lean = (LOWER.lean[0] + LOWER.lean[1] * at + swayed)[tuft] + rng.normal(0, LOWER.sway[1], count)
    lean -= np.arctan(LOWER_MEETING * aside / length)
    opacity = (LOWER.opacity[0] + LOWER.opacity[1] * lashes.strength) * (1 - LOWER_FADING * at[tuft])
    return _outlines(u, v, length, lean, LOWER.thickness / finer), opacity * rng.uniform(*LOWER.opacities, count)


def _outlines(
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    length: NDArray[np.float64],
    lean: NDArray[np.float64],
    half: float,
) -> NDArray[np.float64]:
    """(n, 16, 2): tapered lashes from their roots, up where `length` is negative; they straighten towards their tips.

    `lean` is the slant at the root in radians, towards the nose when positive; `half` is half the width there.
    """
    along = np.linspace(0, 1, _POINTS)
    slant = lean[:, None] * (STRAIGHTENING[0] - STRAIGHTENING[1] * along)
    step = length[:, None] / (_POINTS - 1)
    spine = np.stack(
        [
            u[:, None] + np.cumsum(np.sin(slant) * abs(step), axis=1),
            v[:, None] + np.cumsum(np.cos(slant) * step, axis=1),
        ],
        axis=2,
    )
    across = np.stack([np.cos(slant), np.sin(slant)], axis=2) * (half * (1 - along) ** TAPERING)[:, None]
    return np.concatenate([spine - across, (spine + across)[:, ::-1]], axis=1)
