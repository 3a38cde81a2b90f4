"""Irises drawn anew on painted eyes: round, with a pupil, and with one light in both.

The refiner paints what is likely at each place, at 110 pixels an eye: rims come out bent, pupils run into the iris, and
the same light lies elsewhere in either eye. Up close that is what is seen first. Here an iris is drawn as it must be,
in the colour, the shadow and at the place that were painted, and laid over that: wholly on eyes larger than the refiner
sees; on small ones, where the network's own is as fine as the photo, mostly at its rim, and by half within.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import SIDES
from ....imaging.luma import luma_of
from ....imaging.smooth import smoothed
from ..refiner import PaintedEyes
from .ball import Ball, CatchLight, balls_of, catch_light, redrawn, same_light, white_share
from .drawn_light import DrawnLight, placed_aside
from .pattern import PUPIL, iris_and_pupil
from .stray_lights import with_plain_pupil, without_stray_lights
from .tear_film import with_tear_film

# Lengths are in radii of the iris, if not said otherwise.
WHOLLY: Final = (85.0, 125.0)
"""Eye widths in pixels between which the drawn iris comes to count wholly."""
DRAWN_SHARE: Final = (0.5, 0.8)
"""Share of the drawn iris on small eyes, in the pupil and at the rim: a rim that is not round is seen before all
else."""
TO_RIM: Final = (0.5, 0.75)
"""Distances from the centre between which the share in the pupil becomes that at the rim."""
DRAWN_TO: Final = (1.15, 1.4)
"""Distances from the centre between which what is drawn gives way to what was painted."""
CRISPER_BY: Final = 0.15
"""How much stronger an iris' detail becomes where two pictures of it are mixed, which makes it paler."""
CRISPER_SIGMA: Final = 0.15
"""Standard deviation of a Gaussian: finer detail becomes stronger."""
REACH: Final = 1.6
"""How far around an iris' centre drawing it looks; it changes less."""
RIM: Final = (0.93, 1.13)
"""Distances from the centre between which the iris becomes white."""
WHITE_REACH: Final = 0.35
"""Standard deviation of the blur that carries the white beside an iris under its rim."""
WHITE_PRIOR: Final = 0.02
"""Weight of the eye's usual white, beside the weights 0..1 of the whites around: it counts where there are none."""
SHADE: Final = 0.22
"""Standard deviation of the blur beyond which light and shadow stay as painted."""
PUPIL_TO: Final = PUPIL + 0.12
"""Distance from the centre up to which a painted pupil may reach."""
LIGHTLESS: Final = (0.9, 1.3)
"""Distance from the centre within which painted brightness is cut off before light and shadow are compared, and where,
in times the iris' brightness: catch-lights are no shading."""
LID_SHADOW: Final = 0.25
"""Share of the light that the upper lid keeps away at its edge."""
LID_SHADOW_REACH: Final = 0.22
"""Distance from the upper lid over which its shadow falls to a third."""
LIT_BELOW: Final = 0.13
"""How much brighter the iris is below than it was painted: light falls in from above and comes out there. What is
likely is the mean of many irises, which lie apart, and loses it."""
BELOW: Final = (0.25, 0.6)
"""Distances under the centre between which the iris comes to be so bright."""
LIT_TO: Final = (0.8, 0.95)
"""Distances from the centre between which the brightness below and painted detail end: the rim stays dark."""
DETAIL_KEPT: Final = 0.25
"""Share of the painted detail that stays."""
DETAIL: Final = (0.07, 0.25)
"""Standard deviations of Gaussians: detail that stays is coarser than the first and finer than the second."""
LIGHT_FROM: Final = 1.15
"""Brightness, in times the iris', above which what was painted is a light: kept on small eyes, and no detail."""
LIGHTS_WITHIN: Final = 0.62
"""Distance from the centre within which painted lights are kept on small eyes; further out they are white that the rim
cuts off."""
UPPER_FADE: Final = 0.2
"""Distance from the upper lid's edge over which the drawn iris comes to count."""
UNDER_LID: Final = (0.1, 0.14)
"""How far the iris goes on beyond the lower lid's edge, and the distance over which it fades out there."""
CORNER: Final = 0.7
"""Radius of the outline of a near eye's iris where the lower lid cuts it off: tears stand there, so no photograph shows
a sharp corner."""
CORNER_BELOW: Final = 0.3
"""How far below the lower lid's edge that round outline would end."""
BLUR: Final = 0.45
"""Least blur of what is drawn, as a share of the photo's softest sharp edge, lashes on skin."""
MIN_BLUR: Final = 0.4
"""Least blur (sigma) of what is drawn, pixels."""
CALMED: Final = 0.7
"""Share by which whites are calmed."""
CALM_REACH: Final = 0.16
"""Standard deviation of the blur that calms whites."""
CALM_ENDS: Final = (0.06, 0.92, 0.08)
"""Where whites are calmed, from and to between the outer corner (0) and the inner one (1), and the distance over which
they come to be."""


def with_round_irises(
    painted: Sequence[PaintedEyes], softness: float, seed: int, seen: CatchLight | None = None, side_light: float = 0.0
) -> list[PaintedEyes]:
    """The same pieces of one photo with their irises drawn.

    Args:
        softness: the photo's blur (sigma), pixels.
        seen: the light in an eye of the face that was open all the time.
        side_light: by how much the right cheek is brighter than the left one, as a natural logarithm; it tells where
            the light lies if no open eye does.
    """
    balls, blur = balls_of(painted), max(BLUR * softness, MIN_BLUR)
    if seen is None:
        light = placed_aside(same_light([catch_light(ball) for piece in balls for _, ball in piece]), side_light)
    else:
        light = placed_aside(seen, 0.0)

    def drawn(shape: EyeShape, ball: Ball) -> Tones:
        wholly = ramp(shape.width, *WHOLLY)
        mirrored = DrawnLight.of(light, ball, wholly, measured=seen is not None)
        return _drawn(ball, mirrored, blur, wholly, np.random.default_rng((seed, SIDES.index(shape.side))))

    return redrawn(painted, balls, drawn)


def _drawn(ball: Ball, light: DrawnLight | None, blur: float, wholly: float, rng: np.random.Generator) -> Tones:
    """The ball's part with its iris drawn."""
    near, out = with_plain_pupil(ball.near(REACH)), ball.pixels.copy()
    if light is not None:
        near = without_stray_lights(near, light.centre_xy, light.opacity)
    near.part.seen_from(ball.part).cut(out)[...] = _with_iris(near, light, blur, wholly, rng)
    if wholly > 0:
        out = _calm(out, ball, wholly)
    return out if light is None else with_tear_film(out, ball, light, blur, rng)


def _with_iris(ball: Ball, light: DrawnLight | None, blur: float, wholly: float, rng: np.random.Generator) -> Tones:
    """The part with an iris laid over the painted one, by how much of it counts at this size."""
    r = ball.from_centre
    iris = iris_and_pupil(ball, rng)
    eye = iris + (_white(ball) - iris) * as_three(smoothstep(_rounded(ball), *RIM))
    eye = eye * as_three(_shadow(ball, eye)) + _detail(ball)
    if light is not None and wholly > 0:
        eye = light.over(eye, ball, wholly)
    eye = smoothed(eye, blur)
    if wholly < 1:  # small eyes keep the lights that were painted
        painted = np.maximum(ball.pixels - _lights_from(ball), 0)
        eye += (1 - wholly) * painted * as_three(ball.clear * (r < LIGHTS_WITHIN))
    between = np.clip(np.minimum(ball.below_upper / UPPER_FADE, (ball.above_lower + UNDER_LID[0]) / UNDER_LID[1]), 0, 1)
    weight = np.asarray(between * smoothstep(r, *DRAWN_TO[::-1]), np.float32)
    share = DRAWN_SHARE[0] + (DRAWN_SHARE[1] - DRAWN_SHARE[0]) * ramp(r, *TO_RIM)
    share += (1 - share) * np.float32(wholly)
    out = ball.pixels + (eye - ball.pixels) * as_three(share * weight)
    if wholly < 1:
        crisper = np.float32(CRISPER_BY * (1 - wholly)) * weight
        out += (out - smoothed(out, CRISPER_SIGMA * ball.radius)) * as_three(crisper)
        if light is not None:
            lit = light.over(out, ball, light.small_share * (1 - wholly)) - out
            out += smoothed(lit, blur) * as_three(weight)
    return np.asarray(out, np.float32)


def _rounded(ball: Ball) -> Plane:
    """(h, w): distance from the iris' centre, as if its outline were round where the lower lid cuts it off."""
    from_rim, from_lid = 1 - ball.from_centre, ball.above_lower + CORNER_BELOW
    corner = np.hypot(np.maximum(CORNER - from_rim, 0), np.maximum(CORNER - from_lid, 0))
    inside = np.maximum(np.minimum(from_rim, from_lid), CORNER) - corner
    farther = np.maximum(1 - inside - ball.from_centre, 0)
    return np.asarray(ball.from_centre + ball.close * farther, np.float32)


def _white(ball: Ball) -> Tones:
    """(h, w, 3): the white beside the iris, carried on under its rim."""
    weight = np.asarray(ball.clear * white_share(ball.from_centre), np.float32)
    reach = WHITE_REACH * ball.radius
    found, total = smoothed(ball.pixels * as_three(weight), reach), smoothed(weight, reach)
    return np.asarray((found + WHITE_PRIOR * ball.white) / as_three(total + WHITE_PRIOR), np.float32)


def _shadow(ball: Ball, drawn: Tones) -> Plane:
    """(h, w): the light on the drawn ball as on the painted one, told beside pupils and rims, which may lie apart."""
    r, level = ball.from_centre, luma_of(ball.pixels)
    sure = (r > PUPIL_TO) & ((r < RIM[0]) | (r > RIM[1]))
    weight = np.asarray(ball.clear * sure, np.float32)
    level = np.where(r < LIGHTLESS[0], np.minimum(level, LIGHTLESS[1] * ball.iris_level), level).astype(np.float32)
    wide, least = SHADE * ball.radius, 0.02 * ball.iris_level
    shadow = (smoothed(level * weight, wide) + least) / (smoothed(luma_of(drawn) * weight, wide) + least)
    lid = 1 - LID_SHADOW * np.exp(-np.maximum(ball.below_upper, 0) / LID_SHADOW_REACH)
    below = 1 + LIT_BELOW * ramp(ball.down, *BELOW) * smoothstep(r, *LIT_TO[::-1])
    return np.asarray(shadow * lid * below, np.float32)


def _detail(ball: Ball) -> Tones:
    """(h, w, 3): some of what was painted in the iris, neither its lights nor its finest."""
    dark = np.minimum(ball.pixels, _lights_from(ball))
    fine, coarse = (smoothed(dark, sigma * ball.radius) for sigma in DETAIL)
    within = np.asarray(ball.clear * smoothstep(ball.from_centre, *LIT_TO[::-1]), np.float32)
    return np.asarray(DETAIL_KEPT * (fine - coarse) * as_three(within), np.float32)


def _lights_from(ball: Ball) -> NDArray[np.float32]:
    """(3,): the brightness above which what was painted is a light."""
    return np.asarray(LIGHT_FROM * np.maximum(ball.iris, ball.iris_level), np.float32)


def _calm(eye: Tones, ball: Ball, wholly: float) -> Tones:
    """Without the lines of the refiner's grid in the whites, which large eyes would show."""
    outer, inner, fade = CALM_ENDS
    ends = np.clip(np.minimum(ball.along - outer, inner - ball.along) / fade, 0, 1)
    weight = np.asarray(ball.clear * ends * white_share(ball.from_centre), np.float32)
    reach = CALM_REACH * ball.radius
    calm = (smoothed(eye * as_three(weight), reach) + 1e-3 * eye) / as_three(smoothed(weight, reach) + 1e-3)
    return np.asarray(eye + (calm - eye) * as_three(np.asarray(CALMED * wholly * weight, np.float32)), np.float32)
