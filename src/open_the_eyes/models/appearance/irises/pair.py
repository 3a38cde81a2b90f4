"""Two irises of one face have one colour, each in the light of its own eye.

The model paints them alike; light on the lids, make-up and the refiner pull them apart. As light falls differently on
either eye, what is compared is the colour beside that of the eye's own white. Brightness stays: one eye may lie in the
shade.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Tones
from ....imaging.channels import as_three
from ....imaging.easing import smoothstep
from ....imaging.luma import LUMA, luma_of
from ..refiner import PaintedEyes
from .ball import GLINT, Ball, balls_of, redrawn

VEIL: Final = 8.0
"""Levels added before colours are divided: black has no hue to tell."""
RIM: Final = (0.95, 1.15)
"""Distances from the iris' centre between which the change ends, in radii."""
LIGHTS: Final = (GLINT, 2.0)
"""Brightness, in times the iris', between which something comes to count as light on it, which stays as it is."""


def with_irises_alike(painted: Sequence[PaintedEyes]) -> list[PaintedEyes]:
    """The pieces of one photo with the irises of both eyes between their two colours, under their masks; as they came
    where not both are painted."""
    balls = balls_of(painted)
    both = [ball for piece in balls for _, ball in piece]
    if len(both) != 2:
        return list(painted)
    one = np.mean([_relative_chroma(ball) for ball in both], axis=0)
    return redrawn(painted, balls, lambda _, ball: _coloured(ball, one))


def _relative_chroma(ball: Ball) -> NDArray[np.float64]:
    """(3,): the logarithms of the iris' colour beside the white's, whatever its brightness."""
    beside = np.log((ball.iris.astype(np.float64) + VEIL) / (ball.white + VEIL))
    return np.asarray(beside - beside @ LUMA)


def _coloured(ball: Ball, hue: NDArray[np.float64]) -> Tones:
    """The ball's part with its iris of another hue, as bright as it was."""
    gain = np.exp(hue - _relative_chroma(ball))
    gain *= ball.iris_level / max(float((ball.iris * gain) @ LUMA), 1.0)
    light = smoothstep(luma_of(ball.pixels) / np.float32(ball.iris_level), *LIGHTS)
    weight = np.asarray(ball.clear * (1 - smoothstep(ball.from_centre, *RIM)) * (1 - light), np.float32)
    return np.asarray(ball.pixels * (1 + (gain - 1).astype(np.float32) * as_three(weight)), np.float32)
