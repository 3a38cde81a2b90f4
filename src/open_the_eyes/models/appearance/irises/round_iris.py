"""Irises drawn anew on painted eyes: round, with a pupil, and with one light in both.

The refiner paints what is likely at each place, at 110 pixels an eye: rims come out bent, pupils run into the iris, and
the same light lies elsewhere in either eye. Up close that is what is seen first. Here an iris is drawn as it must be,
in the colour, the shadow and at the place that were painted, and laid over that: wholly on eyes larger than the refiner
sees; on small ones, where the network's own is as fine as the photo, mostly at its rim, and by half within.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ....imaging.arrays import Plane, Tones
from ....imaging.easing import ramp, risen
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import SIDES
from ....imaging.luma import luma_of
from ....imaging.smooth import smoothed
from ....imaging.threefold import threefold
from ..refiner import PaintedEyes
from .ball import Ball, CatchLight, balls_of, catch_light, redrawn, same_light, white_share
from .pattern import PUPIL, iris_and_pupil
from .stray_lights import without_stray_lights

# Lengths are in radii of the iris, if not said otherwise.
WHOLLY: Final = (85.0, 125.0)
"""Eye widths in pixels between which the drawn iris comes to count wholly."""
DRAWN_SHARE: Final = (0.5, 0.8)
"""Share of the drawn iris on small eyes, in the pupil and at the rim: a rim that is not round is seen before all
else."""
TO_RIM: Final = (0.5, 0.75)
"""Distances from the centre between which the share in the pupil becomes that at the rim."""
CRISPER_BY: Final = 0.15
"""How much stronger an iris' detail becomes where two pictures of it are mixed, which makes it paler."""
CRISPER_SIGMA: Final = 0.15
"""Standard deviation of a Gaussian: finer detail becomes stronger."""
REACH: Final = 1.6
"""How far around an iris' centre drawing it looks; it changes less."""
RIM: Final = (0.93, 1.13)
"""Distances from the centre between which the iris becomes white."""
SHADE: Final = 0.22
"""Standard deviation of the blur beyond which light and shadow stay as painted."""
SHADED: Final = (0.5, 1.6)
"""Least and largest factor by which painted light and shadow change a drawn iris."""
UNSURE: Final = 0.15
"""Weight with which pupils and rims tell of light and shadow."""
LID_SHADOW: Final = 0.25
"""Share of the light that the upper lid keeps away at its edge."""
LID_SHADOW_REACH: Final = 0.22
"""Distance from the upper lid over which its shadow falls to a third."""
DETAIL_KEPT: Final = 0.25
"""Share of the painted detail that stays."""
DETAIL_FINEST: Final = 0.07
"""Standard deviation of a Gaussian: finer detail does not stay."""
DETAIL_COARSEST: Final = 0.25
"""Standard deviation of a Gaussian: coarser things are no detail."""
LIGHT_ASIDE: Final = 0.7
"""Share of a painted catch-light's distance to the side that is believed."""
LIGHT_HIGHEST: Final = -0.36
"""Highest place of a painted catch-light that is believed (up is negative)."""
LIGHT_EXPONENT: Final = 2.6
"""Exponent of the superellipse that a light is drawn as: between a disc (2) and a window."""
LEAST_COVER: Final = 0.3
"""Share of what lies below it that the middle of the faintest light hides."""
COVER_SCALE: Final = 0.6
"""Strength of a light by which that share grows by 1; it ends at 1."""
MAX_LIGHT: Final = 252.0
"""Brightest that a light is drawn, 0..255."""
MAX_LIGHT_COLOUR: Final = 253
"""Most of any colour that a light is drawn with, 0..255."""
ON_SMALL: Final = 0.85
"""Share of a catch-light that small eyes get. Theirs are smeared over: the brightest of an iris would be a quarter
darker than in photos."""
LIGHTS_WITHIN: Final = 0.62
"""Distance from the centre within which painted lights are kept on small eyes; further out they are white that the rim
cuts off."""
UNDER_LID: Final = (0.1, 0.14)
"""How far the iris goes on beyond the lower lid's edge, and the distance over which it fades out there."""
BLUR: Final = 0.45
"""Least blur of what is drawn, as a share of the photo's softest sharp edge, lashes on skin."""
CALMED: Final = 0.7
"""Share by which whites are calmed."""
CALM_REACH: Final = 0.16
"""Standard deviation of the blur that calms whites."""


class Spot(NamedTuple):
    """A catch-light as it is drawn; lengths are in radii.

    Args:
        brighter: than the white beside the iris, as a multiple of it.
        full_to: distance from its middle up to which it covers the iris wholly.
        fades_to: distance from which on it covers nothing.
        lowest: lowest place of its middle; up the face is negative.
        glow: share of light that it sheds around itself.
        glow_reach: how far it does.
    """

    brighter: float
    full_to: float
    fades_to: float
    lowest: float
    glow: float
    glow_reach: float

    def towards(self, other: Spot, share: float) -> Spot:
        return Spot(*(one + (two - one) * share for one, two in zip(self, other, strict=True)))


SMALL_EYE_SPOT: Final = Spot(brighter=1.5, full_to=0.08, fades_to=0.16, lowest=-0.1, glow=0.12, glow_reach=0.26)
"""Catch-light of a small eye, which lies on the painted one."""
LARGE_EYE_SPOT: Final = Spot(brighter=2.0, full_to=0.06, fades_to=0.135, lowest=-0.24, glow=0.1, glow_reach=0.22)
"""Catch-light of a large eye, as in the London set."""


def with_round_irises(
    painted: Sequence[PaintedEyes], softness: float, seed: int, seen: CatchLight | None = None
) -> list[PaintedEyes]:
    """The same pieces of one photo with their irises drawn.

    Args:
        softness: the photo's blur (sigma), pixels.
        seen: the light in an eye of the face that was open all the time.
    """
    balls = balls_of(painted)
    light = seen if seen is not None else same_light([catch_light(ball) for piece in balls for _, ball in piece])

    def drawn(shape: EyeShape, ball: Ball) -> Tones:
        return _drawn(ball, shape, light, softness, np.random.default_rng((seed, SIDES.index(shape.side))))

    return redrawn(painted, balls, drawn)


def _drawn(ball: Ball, shape: EyeShape, light: CatchLight, softness: float, rng: np.random.Generator) -> Tones:
    """The ball's part with its iris drawn."""
    wholly = ramp(shape.width, *WHOLLY)
    near, out = ball.near(REACH), ball.pixels.copy()
    if light.strength > 0:
        near = without_stray_lights(near, _place_of(light, near, wholly), _covers(light))
    near.part.seen_from(ball.part).cut(out)[...] = _with_iris(near, light, softness, wholly, rng)
    return _calm(out, ball, wholly) if wholly > 0 else out


def _with_iris(ball: Ball, light: CatchLight, softness: float, wholly: float, rng: np.random.Generator) -> Tones:
    """The part with an iris laid over the painted one, by how much of it counts at this size."""
    r = ball.from_centre
    iris = iris_and_pupil(ball, rng)
    eye = iris + (_white(ball) - iris) * threefold(risen(r, *RIM))
    eye = eye * threefold(_shadow(ball, eye)) + _detail(ball)
    eye = _lit(eye, ball, light, wholly, wholly)
    eye = smoothed(eye, max(BLUR * softness, 0.4))
    if wholly < 1:  # small eyes keep the lights that were painted
        painted = np.maximum(ball.pixels - 1.15 * np.maximum(ball.iris, ball.iris_level), 0)
        eye += (1 - wholly) * painted * threefold(ball.clear * (r < LIGHTS_WITHIN))
    between = np.clip(np.minimum(ball.below_upper / 0.2, (ball.above_lower + UNDER_LID[0]) / UNDER_LID[1]), 0, 1)
    weight = np.asarray(between * risen(r, 1.4, 1.15), np.float32)
    share = DRAWN_SHARE[0] + (DRAWN_SHARE[1] - DRAWN_SHARE[0]) * ramp(r, *TO_RIM)
    share += (1 - share) * np.float32(wholly)
    out = ball.pixels + (eye - ball.pixels) * threefold(share * weight)
    if wholly < 1:
        crisper = np.float32(CRISPER_BY * (1 - wholly)) * weight
        out += (out - smoothed(out, CRISPER_SIGMA * ball.radius)) * threefold(crisper)
        lit = _lit(out, ball, light, wholly, ON_SMALL * (1 - wholly)) - out
        out += smoothed(np.asarray(lit, np.float32), max(BLUR * softness, 0.4)) * threefold(weight)
    return np.asarray(out, np.float32)


def _white(ball: Ball) -> Tones:
    """(h, w, 3): the white beside the iris, carried on under its rim."""
    weight = np.asarray(ball.clear * white_share(ball.from_centre), np.float32)
    reach = 0.35 * ball.radius
    found, total = smoothed(ball.pixels * threefold(weight), reach), smoothed(weight, reach)
    return np.asarray((found + 0.02 * ball.white) / threefold(total + 0.02), np.float32)


def _shadow(ball: Ball, drawn: Tones) -> Plane:
    """(h, w): the light on the drawn ball as on the painted one, told less where pupils and rims may lie apart."""
    r, level = ball.from_centre, luma_of(ball.pixels)
    unsure = (r < PUPIL + 0.12) | (np.abs(r - 1.02) < 0.14)
    weight = ball.clear * np.clip((1.5 - r) / 0.2, 0, 1) * np.where(unsure, UNSURE, 1)
    weight = np.asarray(weight, np.float32)
    level = np.where(r < 0.9, np.minimum(level, 1.3 * ball.iris_level), level).astype(np.float32)
    wide, least = SHADE * ball.radius, 0.02 * ball.iris_level
    shadow = (smoothed(level * weight, wide) + least) / (smoothed(luma_of(drawn) * weight, wide) + least)
    lid = 1 - LID_SHADOW * np.exp(-np.maximum(ball.below_upper, 0) / LID_SHADOW_REACH)
    return np.asarray(np.clip(shadow, *SHADED) * lid, np.float32)


def _detail(ball: Ball) -> Tones:
    """(h, w, 3): some of what was painted in the iris, neither its lights nor its finest."""
    most = 1.4 * np.maximum(ball.iris, 0.5 * ball.iris_level)
    dark = np.minimum(ball.pixels, most)
    between = smoothed(dark, DETAIL_FINEST * ball.radius) - smoothed(dark, DETAIL_COARSEST * ball.radius)
    within = ball.clear * np.clip((0.85 - ball.from_centre) / 0.15, 0, 1)
    return np.asarray(DETAIL_KEPT * between * threefold(np.asarray(within, np.float32)), np.float32)


def _covers(light: CatchLight) -> float:
    """0..1: how much of what lies below it the light's middle hides."""
    return min(1.0, LEAST_COVER + light.strength / COVER_SCALE)


def _place_of(light: CatchLight, ball: Ball, wholly: float) -> tuple[float, float]:
    """Where the middle of the light is drawn: radii across and down from the iris' centre."""
    lowest = SMALL_EYE_SPOT.towards(LARGE_EYE_SPOT, wholly).lowest
    return ball.side_sign * LIGHT_ASIDE * light.xy[0], min(max(light.xy[1], LIGHT_HIGHEST), lowest)


def _lit(eye: Tones, ball: Ball, light: CatchLight, wholly: float, share: float) -> Tones:
    """With so much of the light that both eyes mirror: rather a window than a point."""
    if light.strength <= 0 or share <= 0:
        return eye
    spot = SMALL_EYE_SPOT.towards(LARGE_EYE_SPOT, wholly)
    x, y = _place_of(light, ball, wholly)
    n = LIGHT_EXPONENT
    away = (np.abs(ball.across - x) ** n + np.abs(ball.down - y) ** n) ** (1 / n)
    level = min(max(spot.brighter * ball.white_level, ball.iris_level * (1 + light.strength)), MAX_LIGHT)
    colour = np.minimum(level * (0.5 + 0.5 * ball.white / ball.white_level), MAX_LIGHT_COLOUR).astype(np.float32)
    weight = np.maximum(risen(away, spot.fades_to, spot.full_to), spot.glow * np.exp(-((away / spot.glow_reach) ** 2)))
    cover = _covers(light) * share * weight
    return np.asarray(eye + (colour - eye) * threefold(np.asarray(cover, np.float32)), np.float32)


def _calm(eye: Tones, ball: Ball, wholly: float) -> Tones:
    """Without the lines of the refiner's grid in the whites, which large eyes would show."""
    weight = np.clip(np.minimum(ball.below_upper - 0.02, ball.above_lower) / 0.12, 0, 1)
    ends = np.clip(np.minimum(ball.along - 0.06, 0.92 - ball.along) / 0.08, 0, 1)
    weight = np.asarray(weight * ends * risen(ball.from_centre, 1.05, 1.25), np.float32)
    reach = CALM_REACH * ball.radius
    calm = (smoothed(eye * threefold(weight), reach) + 1e-3 * eye) / threefold(smoothed(weight, reach) + 1e-3)
    return np.asarray(eye + (calm - eye) * threefold(np.asarray(CALMED * wholly * weight, np.float32)), np.float32)
