"""Glints of the tears that stand along the lower lid: what tells a wet eye from a painted one.

Tears are a narrow hollow mirror. It shows the light that the iris shows, right below that, and here and there a little
of it along the lid. Lengths are in radii of the iris.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ....imaging.arrays import Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.smooth import smoothed
from .ball import Ball
from .drawn_light import DrawnLight

MAIN: Final = 0.85
"""Opacity of the glint below the catch-light, 0..1."""
OTHERS: Final = 6
"""Number of further glints."""
OTHERS_ALONG: Final = (-1.3, 1.5)
"""Where further glints lie, from and to across the iris' centre, towards the nose where positive."""
OTHERS_OPACITY: Final = (0.08, 0.5)
"""Least and greatest opacity of a further glint, 0..1."""
LENGTH: Final = 0.08
"""Half the length of a glint."""
HEIGHT: Final = 0.05
"""Half the height of a glint."""
ABOVE: Final = (0.02, 0.025)
"""How far above the lower lid's edge glints lie: mean and standard deviation."""
WITHIN: Final = (-0.09, -0.01)
"""How far inside the lids' edges glints begin to be seen, and are wholly."""
RIM_REACH: Final = 0.12
"""Distance from the iris' rim within which glints are fainter."""
RIM_FAINTER: Final = 0.6
"""Share of their opacity that glints lose on the rim of the iris: a light there would be a bite out of it."""
BRIGHTER: Final = 1.4
"""Brightness of a glint, in times the white's, at most the catch-light's."""


def with_tear_film(eye: Tones, ball: Ball, light: DrawnLight, blur: float, rng: np.random.Generator) -> Tones:
    """An eye (h, w, 3) of the ball's part with glints along its lower lid.

    Args:
        light: what they mirror.
        blur: of what is drawn, pixels.
    """
    seen = ball.close * light.opacity
    if seen <= 0:
        return eye
    along = np.append(light.centre_xy[0], rng.uniform(*OTHERS_ALONG, OTHERS))
    above = rng.normal(*ABOVE, len(along))
    opacity = np.append(MAIN, rng.uniform(*OTHERS_OPACITY, OTHERS))
    spots = [
        share * np.exp(-(((ball.across - u) / LENGTH) ** 2) - ((ball.above_lower - v) / HEIGHT) ** 2)
        for u, v, share in zip(along, above, opacity, strict=True)
    ]
    on_rim = np.exp(-(((ball.from_centre - 1) / RIM_REACH) ** 2))
    within = ramp(np.minimum(ball.above_lower, ball.below_upper), *WITHIN)
    cover = smoothed(np.asarray(np.max(spots, axis=0), np.float32), blur) * (
        np.float32(seen) * within * (1 - RIM_FAINTER * on_rim)
    )
    bright = light.colour * min(1.0, BRIGHTER * ball.white_level / max(float(light.colour.mean()), 1.0))
    return np.asarray(eye + np.maximum(bright - eye, 0) * as_three(cover), np.float32)
