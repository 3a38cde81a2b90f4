"""Where single lashes grow on an open eye, how long, how slanted and how opaque they are: drawn by lot.

Lengths are in eye widths; `u` runs from the outer corner (0) to the inner one (1), `v` downwards.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Points
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape
from .own_lashes import Lashes

Strands: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Outlines (n, 16, 2) of lashes in (u, v), and how opaque each is, (n,) 0..1."""

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

UPPER: Final = 84
"""Lashes of the upper lid, as small eyes show them."""
UPPER_ALONG: Final = (0.02, 0.9)
"""Where upper lashes grow, from and to between the outer corner (0) and the inner one (1)."""
UPPER_LAST: Final = 0.93
"""Place past which chance puts no upper lash, between the outer corner (0) and the inner one (1)."""
UPPER_SCATTER: Final = 0.006
"""Standard deviation of upper roots along the lid, in eye widths."""
ROOTS: Final = (0.006, 0.004)
"""Distance of upper roots below the lid's edge, so that no gap is seen, in eye widths: mean and standard deviation."""
UPPER_TUFTS: Final = (2, 5)
"""Fewest upper lashes that lean together in a tuft, and one more than the most."""
UPPER_TAPER: Final = (1.2, 0.95)
"""Length of upper lashes, in times the longest's, at the outer corner, and what is lost of it up to the inner one."""
UPPER_ONSET: Final = (0.5, 5.0)
"""Length of the first upper lashes, in times what it is further in: at the outer corner, and what a whole eye width
would add; at most 1."""
TUFT_LENGTH: Final = (0.75, 1.1)
"""Least and greatest length of a tuft, in times the length that is usual at its place."""
UPPER_LENGTH: Final = (0.7, 1.1)
"""Least and greatest length of an upper lash, in times its tuft's."""
UPPER_LEAN: Final = (-1.05, 1.3)
"""Slant of upper lashes at the outer corner, in radians from upright and outwards where negative, and what is added up
to the inner one."""
UPPER_SWAY: Final = (0.16, 0.06)
"""Standard deviation of the slant, in radians: of tufts, and of single upper lashes in them."""
TUFT_FAN: Final = 0.05
"""Difference in slant between neighbours in a tuft, in radians: they spread from their roots."""
TUFT_MIDDLE: Final = 1.5
"""Number of lashes before a tuft's end at which its own slant is kept."""
THICKNESS: Final = 0.0035
"""Half the width of an upper lash at its root, in eye widths."""
THICKER: Final = 0.002
"""What full strength adds to that half width, and full make-up as well, in eye widths."""
UPPER_OPACITY: Final = (0.28, 0.5, 0.15)
"""Opacity of upper lashes, 0..1: the faintest ones', and what full strength and full make-up add to it."""
OPACITIES: Final = (0.6, 1.0)
"""Least and greatest opacity of an upper lash, in times what is usual for the eye."""

CORNER: Final = 10
"""Additional upper lashes at the outer corner, as a small eye shows them: they lie over each other, nearly level."""
CORNER_ALONG: Final = (-0.005, 0.12)
"""Where the additional lashes of the outer corner grow, from and to between it (0) and the inner corner (1)."""
CORNER_LEAN: Final = (-1.75, -1.1)
"""Slant of the additional lashes of the outer corner, from and to in radians from upright."""
CORNER_LONGEST: Final = 0.8
"""Length of the longest additional lashes of the outer corner, in times the upper ones'."""
CORNER_LENGTH: Final = (0.5, 1.1)
"""Least and greatest length of a lash of the outer corner, in times `CORNER_LONGEST`."""
CORNER_OPACITY: Final = (0.24, 0.36)
"""Opacity of the outer corner's lashes, 0..1: the faintest ones', and what full strength adds to it."""

LOWER_SEEN_FROM: Final = (42.0, 60.0)
"""Eye widths in pixels between which lower lashes come to be seen."""
LOWER: Final = 20
"""Tufts of lower lashes, as small eyes show them."""
LOWER_ALONG: Final = (0.05, 0.74)
"""Where lower lashes grow, from and to between the outer corner (0) and the inner one (1)."""
LOWER_OUTWARDS: Final = 1.3
"""Exponent by which tufts of lower lashes are crowded towards the outer corner; 1 is evenly."""
LOWER_TUFT: Final = (1, 5)
"""Fewest lower lashes in a tuft, and one more than the most."""
LOWER_SPREAD: Final = 0.01
"""Standard deviation of lower roots along the lid around their tuft, in eye widths."""
LOWER_MEETING: Final = 0.7
"""Share of their distance by which the lower lashes of a tuft draw together up to their tips."""
LOWER_ROOTS: Final = (0.016, 0.007)
"""Distance between the eye and its lower lashes, in eye widths, mean and standard deviation: the lid's wet edge."""
LOWER_LENGTH: Final = (1.35, 1.2)
"""Length of lower lashes, in times the upper ones' longest, at the outer corner, and what is lost up to the inner."""
LOWER_TUFT_LENGTHS: Final = (0.5, 1.1)
"""Least and greatest length of a tuft of lower lashes, in times what is usual at its place."""
LOWER_LENGTHS: Final = (0.5, 1.0)
"""Least and greatest length of a lower lash, in times its tuft's."""
LOWER_LEAN: Final = (-0.95, 1.35)
"""Slant of lower lashes at the outer corner, in radians and outwards where negative, and what is added up to the inner
one."""
LOWER_SWAY: Final = (0.2, 0.08)
"""Standard deviation of the slant, in radians: of tufts, and of single lower lashes in them."""
LOWER_THICKNESS: Final = 0.0034
"""Half the width of a lower lash at its root, in eye widths."""
LOWER_OPACITY: Final = (0.3, 0.75)
"""Opacity of lower lashes, 0..1: the faintest ones', and what full strength adds to it."""
LOWER_FADING: Final = 1.1
"""Share of their opacity that lower lashes would lose over a whole eye width from the outer corner on."""
LOWER_OPACITIES: Final = (0.25, 1.0)
"""Least and greatest opacity of a lower lash, in times what is usual for the eye."""

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
    count = round(UPPER * finer)
    ends, number = np.cumsum(rng.integers(*UPPER_TUFTS, count)), np.arange(count)
    tuft = np.searchsorted(ends, number, side="right")
    swayed, grown = rng.normal(0, UPPER_SWAY[0], count)[tuft], rng.uniform(*TUFT_LENGTH, count)[tuft]
    u = np.clip(np.linspace(*UPPER_ALONG, count) + rng.normal(0, UPPER_SCATTER, count), 0, UPPER_LAST)
    v = np.interp(u, *lid.T) + rng.normal(*ROOTS, count)
    onset = np.minimum(1, UPPER_ONSET[0] + UPPER_ONSET[1] * u)
    length = longest * (UPPER_TAPER[0] - UPPER_TAPER[1] * u) * onset * grown * rng.uniform(*UPPER_LENGTH, count)
    fan = TUFT_FAN * (number - ends[tuft] + TUFT_MIDDLE)
    lean = UPPER_LEAN[0] + UPPER_LEAN[1] * u + swayed + fan + rng.normal(0, UPPER_SWAY[1], count)
    half = THICKNESS + THICKER * (lashes.strength + lashes.made_up)
    faintest, by_strength, by_make_up = UPPER_OPACITY
    usual = faintest + by_strength * lashes.strength + by_make_up * lashes.made_up
    return _outlines(u, v, -length, lean, half / finer), usual * rng.uniform(*OPACITIES, count)


def _corners(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those that lie nearly level over each other at the upper lid's (9, 2) outer corner."""
    count = round(CORNER * finer)
    u = rng.uniform(*CORNER_ALONG, count)
    v = np.interp(u, *lid.T) + rng.normal(*ROOTS, count)
    length = CORNER_LONGEST * longest * rng.uniform(*CORNER_LENGTH, count)
    outlines = _outlines(u, v, -length, rng.uniform(*CORNER_LEAN, count), THICKNESS / finer)
    return outlines, (CORNER_OPACITY[0] + CORNER_OPACITY[1] * lashes.strength) * rng.uniform(*OPACITIES, count)


def _lowers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those under the lower lid's (9, 2) wet edge: fewer, shorter, fainter, in tufts that draw together to a tip."""
    tufts = round(LOWER * finer)
    low, high = LOWER_ALONG
    at = low + (high - low) * ((np.arange(tufts) + rng.uniform(0, 1, tufts)) / tufts) ** LOWER_OUTWARDS
    swayed, grown = rng.normal(0, LOWER_SWAY[0], tufts), rng.uniform(*LOWER_TUFT_LENGTHS, tufts)
    tuft = np.repeat(np.arange(tufts), rng.integers(*LOWER_TUFT, tufts))
    count = len(tuft)
    aside = rng.normal(0, LOWER_SPREAD, count)
    u = at[tuft] + aside
    v = np.interp(u, *lid.T) + rng.normal(*LOWER_ROOTS, count)
    usual = longest * (LOWER_LENGTH[0] - LOWER_LENGTH[1] * at)
    length = usual[tuft] * grown[tuft] * rng.uniform(*LOWER_LENGTHS, count)
    lean = (LOWER_LEAN[0] + LOWER_LEAN[1] * at + swayed)[tuft] + rng.normal(0, LOWER_SWAY[1], count)
    lean -= np.arctan(LOWER_MEETING * aside / length)
    opacity = (LOWER_OPACITY[0] + LOWER_OPACITY[1] * lashes.strength) * (1 - LOWER_FADING * at[tuft])
    return _outlines(u, v, length, lean, LOWER_THICKNESS / finer), opacity * rng.uniform(*LOWER_OPACITIES, count)


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
