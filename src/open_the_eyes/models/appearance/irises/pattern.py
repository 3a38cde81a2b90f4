"""What every iris has, whatever its colour: a round pupil, fibres from there to the rim, a darker ring at the rim.

Lengths are in radii of the iris. Brightness and sizes are what `training.appearance.iris_profile` tells of the London
set (`identity`).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.easing import smoothstep
from .ball import Ball

PUPIL: Final = 0.34
"""Radius of the pupil, in radii of the iris."""
PUPIL_EDGE: Final = 0.045
"""Half the width of the pupil's edge, in radii of the iris."""
PUPIL_LEVEL: Final = (0.22, 0.8)
"""Brightness of a pupil beside the white, and most of it beside the iris: it mirrors the room."""
RING_RADIUS: Final = 0.93
"""Radius of the ring at the rim, in radii of the iris."""
RING_WIDTH: Final = 0.09
"""Width of the ring at the rim, in radii of the iris."""
RING_DARKNESS: Final = 0.2
"""How much darker the ring at the rim is, as a share."""
FIBRES: Final = ((9, 3, 0.35), (34, 4, 0.6), (90, 4, 0.7), (190, 5, 0.5))
"""Layers of fibres: how many around the pupil, how many from it to the rim, and how strong."""
FINEST: Final = 4.0
"""Most fibres around, in times the iris' radius in pixels: more would be noise."""
CONTRAST: Final = 0.15
"""Standard deviation of an iris' log brightness that fibres make."""


def iris_and_pupil(ball: Ball, rng: np.random.Generator) -> Tones:
    """(h, w, 3) over the ball's part: an iris of the ball's colour, as if there were no rim, lids and shadows."""
    r = ball.from_centre
    level = 1 - RING_DARKNESS * np.exp(-(((r - RING_RADIUS) / RING_WIDTH) ** 2))
    shown = np.clip((1.02 - r) / 0.15, 0, 1) * np.clip((r - PUPIL) / 0.05, 0, 1)
    iris = ball.iris * as_three(np.asarray(level * np.exp(CONTRAST * shown * _fibres(ball, rng)), np.float32))
    black = pupil_hue(ball) * min(PUPIL_LEVEL[0] * ball.white_level, PUPIL_LEVEL[1] * ball.iris_level)
    within = as_three(smoothstep(r, PUPIL - PUPIL_EDGE, PUPIL + PUPIL_EDGE))
    return np.asarray(black + (iris - black) * within, np.float32)


def pupil_hue(ball: Ball) -> NDArray[np.float32]:
    """(3,) at brightness 1: a pupil mirrors the light that falls on the white."""
    return np.asarray(ball.white / ball.white_level, np.float32)


def _fibres(ball: Ball, rng: np.random.Generator) -> Plane:
    """Noise of mean 0 and standard deviation about 1, long from the pupil to the rim and narrow around it."""
    r = ball.from_centre
    turn = np.arctan2(ball.down, ball.across) / (2 * np.pi) % 1
    way = np.clip((r - PUPIL) / (1 - PUPIL), 0, 1)
    out = np.zeros(r.shape, np.float32)
    for around, along, strength in FIBRES:
        if around > FINEST * ball.radius:
            continue
        noise = rng.standard_normal((along, around)).astype(np.float32)
        noise = np.hstack([noise, noise[:, :2]])
        bent = turn * around + around / 180 * np.sin(6 * r + around)
        x, y = np.mod(bent, around).astype(np.float32), (way * (along - 1)).astype(np.float32)
        out += strength * cv2.remap(noise, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out
