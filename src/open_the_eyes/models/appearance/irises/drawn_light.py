"""The catch-light of an iris that is drawn: rather a window than a point, and at the same place in both eyes.

Lengths are in radii of the iris.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from .ball import Ball, CatchLight, catch_light

LOWEST: Final = (-0.1, -0.24)
"""Lowest place of a catch-light's middle on small and on large eyes; up the face is negative."""
PAINTED_SHARE: Final = 0.7
"""Share of a painted catch-light's distance to the side that is believed."""
SIDE_SHIFT: Final = 0.8
"""How far towards the brighter cheek a catch-light lies, for each unit of the logarithm by which that cheek is
brighter."""
FARTHEST_ASIDE: Final = 0.5
"""Largest distance to the side of a catch-light that cheeks have moved."""
SMALL_SHARE: Final = 0.85
"""Share of a catch-light that small eyes get on top of a painted one, which is smeared over."""
MOVED_FROM: Final = 0.1
"""Distance from the painted catch-light up to which a drawn one lies on it."""
MOVED_TO: Final = 0.3
"""Distance from the painted catch-light from which on a drawn one gets nothing of its brightness."""
SQUARENESS: Final = 2.6
"""Exponent of the outline, a superellipse: 2 is a circle, and large ones are squares."""
LEAST_COVER: Final = 0.3
"""Share of what lies below it that the middle of the faintest light hides."""
COVER_SCALE: Final = 0.6
"""Strength of a light by which that share grows by 1; it ends at 1."""


class Spot(NamedTuple):
    """How a catch-light looks.

    Args:
        brighter: than the white beside the iris, as a multiple of it.
        full_to: distance from its middle up to which it covers the iris wholly.
        fades_to: distance from which on it covers nothing.
        glow: share of light that it sheds around itself.
        glow_reach: how far it does.
    """

    brighter: float
    full_to: float
    fades_to: float
    glow: float
    glow_reach: float

    def towards(self, other: Spot, share: float) -> Spot:
        return Spot(*(one + (two - one) * share for one, two in zip(self, other, strict=True)))


SMALL_EYE_SPOT: Final = Spot(brighter=1.05, full_to=0.1, fades_to=0.2, glow=0.12, glow_reach=0.26)
"""Catch-light of a far eye, which lies on the painted one."""
MOVED_SPOT: Final = Spot(brighter=1.1, full_to=0.12, fades_to=0.24, glow=0.13, glow_reach=0.28)
"""Catch-light of a far eye, away from the painted one, which is taken out."""
NEAR_EYE_SPOT: Final = Spot(brighter=2.0, full_to=0.06, fades_to=0.135, glow=0.1, glow_reach=0.22)
"""Catch-light of a near eye (`ball.CLOSE`): in photographs smaller and brighter than a far one's."""


@dataclass(frozen=True, slots=True)
class DrawnLight:
    """The catch-light of one eye.

    Args:
        centre_xy: from the iris' centre, across and down as a ball has it.
        spot: how it looks.
        colour: (3,) 0..255.
        opacity: 0..1, how much of what lies below it its middle hides.
        small_share: 0..1, share of it that small eyes get.
    """

    centre_xy: tuple[float, float]
    spot: Spot
    colour: NDArray[np.float32]
    opacity: float
    small_share: float

    @classmethod
    def of(cls, light: CatchLight, ball: Ball, wholly: float, measured: bool) -> DrawnLight | None:
        """A light as this eye mirrors it; None where there is none to mirror.

        Args:
            light: with x and y as they are to be drawn, but for the limit of height.
            wholly: 0 for a small eye, 1 for a large one.
            measured: whether the light is an open eye's.
        """
        if light.strength <= 0:
            return None
        y = min(light.xy[1], LOWEST[0] + (LOWEST[1] - LOWEST[0]) * wholly)
        centre = (ball.side_sign * light.xy[0], y)
        moved = 0.0 if measured else _moved(ball, centre)
        spot = SMALL_EYE_SPOT.towards(MOVED_SPOT, moved).towards(NEAR_EYE_SPOT, ball.close)
        level = min(max(spot.brighter * ball.white_level, ball.iris_level * (1 + light.strength)), 255.0)
        colour = np.minimum(level * light_hue(ball), 255).astype(np.float32)
        opacity = min(1.0, LEAST_COVER + light.strength / COVER_SCALE)
        return cls(centre, spot, colour, opacity, SMALL_SHARE + (1 - SMALL_SHARE) * moved)

    def over(self, eye: Tones, ball: Ball, share: float) -> Tones:
        """An eye (h, w, 3) of the ball's part with that share of the light, 0..1."""
        x, y, spot = *self.centre_xy, self.spot
        away = (np.abs(ball.across - x) ** SQUARENESS + np.abs(ball.down - y) ** SQUARENESS) ** (1 / SQUARENESS)
        weight = np.maximum(
            smoothstep(away, spot.fades_to, spot.full_to), spot.glow * np.exp(-((away / spot.glow_reach) ** 2))
        )
        cover = np.asarray(self.opacity * share * weight, np.float32)
        return np.asarray(eye + (self.colour - eye) * as_three(cover), np.float32)


def light_hue(ball: Ball) -> NDArray[np.float32]:
    """(3,) at brightness 1: the hue of a light that the eye mirrors, between white and the eye's white."""
    return np.asarray(0.5 + 0.5 * ball.white / ball.white_level, np.float32)


def placed_aside(light: CatchLight, side_light: float) -> CatchLight:
    """A painted light, on the side from which the face is lit.

    Args:
        side_light: by how much the right cheek is brighter than the left one, as a natural logarithm.
    """
    return CatchLight((_aside(light.xy[0], side_light), light.xy[1]), light.strength)


def _aside(painted_x: float, side_light: float) -> float:
    x = PAINTED_SHARE * painted_x
    most = max(FARTHEST_ASIDE, abs(x))
    return min(max(x + SIDE_SHIFT * side_light, -most), most)


def _moved(ball: Ball, centre_xy: tuple[float, float]) -> float:
    """0..1: how far from the light that was painted in this eye a drawn one lies; 1 also where none was painted."""
    painted = catch_light(ball)
    if painted.strength <= 0:
        return 1.0
    apart = np.hypot(ball.side_sign * painted.xy[0] - centre_xy[0], painted.xy[1] - centre_xy[1])
    return ramp(float(apart), MOVED_FROM, MOVED_TO)
