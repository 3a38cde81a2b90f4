"""One catch-light an iris: the refiner paints them where they are likely, elsewhere in either eye, and often two."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from ....imaging.luma import luma_of
from .ball import Ball
from .drawn_light import light_hue
from .pattern import PUPIL, pupil_hue

# Distances are in radii of the iris.
STRAY_FROM: Final = (0.16, 0.26)
"""Distances from the middle of the one light between which another begins to be a stray one."""
WITHIN: Final = (0.7, 0.85)
"""Distances from the iris' centre between which lights may again be white that the rim cuts off."""
IRIS: Final = 1.1
"""Largest brightness of any part of an iris, in times the iris' on the whole."""
IN_PUPIL: Final = 0.5
"""Largest brightness of any part of the pupil, in times the iris': it would be grey where a light was."""
PUPIL_LIMIT: Final = (PUPIL - 0.08, PUPIL + 0.08)
"""Distances from the iris' centre between which the pupil's largest brightness becomes the iris'."""
PLAIN_PUPIL: Final = (PUPIL - 0.02, PUPIL + 0.16)
"""Distances from the iris' centre between which plain hues give way to painted ones."""
CLEAR: Final = (2.2, 1.5)
"""Brightness, in times the iris', from which on a light's own hue stays, and up to which none of it does."""


def without_stray_lights(ball: Ball, middle: tuple[float, float], share: float) -> Ball:
    """The ball with the one light whose middle lies there, radii across and down from the iris' centre: of others a
    share takes the iris' colour and is no brighter than it. Where the one is faint, eyes without others look dull."""
    away = np.hypot(ball.across - middle[0], ball.down - middle[1])
    level = luma_of(ball.pixels)
    pupil = smoothstep(ball.from_centre, *PUPIL_LIMIT[::-1])
    most = ball.iris_level * (IRIS + (IN_PUPIL - IRIS) * pupil)
    stray = smoothstep(away, *STRAY_FROM) * smoothstep(ball.from_centre, *WITHIN[::-1]) * ball.clear
    stray = np.asarray(share * stray * smoothstep(level / most, 1, IRIS), np.float32)
    plain = ball.iris / ball.iris_level * as_three(np.asarray(np.minimum(level, most), np.float32))
    return replace(ball, pixels=np.asarray(ball.pixels + (plain - ball.pixels) * as_three(stray), np.float32))


def with_plain_pupil(ball: Ball) -> Ball:
    """The ball with its pupil, and what is faint of the light that this mirrors, in hues that the face's light gives.

    The lights of many eyes are the sky's: painted as their mean, a faint one is blue in any light.
    """
    level = luma_of(ball.pixels)
    lit = as_three(ramp(level / np.float32(ball.iris_level), IN_PUPIL, IRIS))
    dark, light = pupil_hue(ball), light_hue(ball)
    plain = (dark + (light - dark) * lit) * as_three(level)
    faint = smoothstep(level / np.float32(ball.iris_level), *CLEAR)
    share = np.asarray(smoothstep(ball.from_centre, *PLAIN_PUPIL[::-1]) * ball.clear * faint, np.float32)
    return replace(ball, pixels=np.asarray(ball.pixels + (plain - ball.pixels) * as_three(share), np.float32))
