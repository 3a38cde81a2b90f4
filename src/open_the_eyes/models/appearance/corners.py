"""Where the corners of shut eyes will be once they are open.

The mesh takes the end of the lash line for the outer corner, and shut lids do sink there: laid between the corners that
a blink shows, new eyes droop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...imaging.arrays import Points
from ...imaging.easing import ramp
from ...imaging.face.mesh478 import RING_INNER, RING_OUTER, Side
from . import layout

OUTER: Final = (0.055, 0.095)
"""Move of the outer corner when an eye that is quite shut opens, in eye widths: along the eye, from the outer towards
the inner corner, and up. Measured on eyes 0.05 open: portraits with painted blinks, 0.07 and 0.09; photographed blinks
beside an open frame of the same scene, twelve people, 0.03 and 0.085."""
INNER: Final = (0.025, 0.0)
"""Move of the inner corner, as `OUTER` has that of the outer one: painted 0.04 and 0.01, photographed 0.01 and
-0.02."""
TURNED: Final = (12.0, 28.0)
"""Yaw, degrees, from which corners of a turned head move more than these, and from which they do by all of the rest."""
FAR_OUTER, FAR_INNER, NEAR_OUTER = (0.0, 0.08), (0.03, 0.0), (0.03, 0.0)
"""Further moves on a turned head, as `OUTER` has them: the mesh sees a far eye droop more when it is shut, and narrower
beside the near one, than when it is open."""


def opened(points: Points, shut: Mapping[Side, float], yaw_deg: float = 0.0) -> Points:
    """The model's points on the strip with the eyes' corners where they will be; `shut` is how far each eye of it is
    closed, 0..1, `yaw_deg` how the head is turned, positive to the picture's right."""
    out = points.copy()
    turned, far = ramp(abs(yaw_deg), *TURNED), "right" if yaw_deg > 0 else "left"
    for side, amount in shut.items():
        ring = layout.ring_of(out, side)
        along = ring[RING_INNER] - ring[RING_OUTER]
        up = np.array([along[1], -along[0]])
        up = up if up[1] < 0 else -up
        more = (FAR_OUTER, FAR_INNER) if side == far else (NEAR_OUTER, (0.0, 0.0))
        for k, usual, extra in ((RING_OUTER, OUTER, more[0]), (RING_INNER, INNER, more[1])):
            onwards, upwards = np.add(usual, np.multiply(turned, extra))
            ring[k] += amount * (onwards * along + upwards * up)
    return out
