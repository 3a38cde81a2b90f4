"""Regions around a shut eye: its lash line, and the skin below, beside which brightness and hue are told."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.face.lids import LidDistances
from ..lashes.shut_lashes import LINE

BELOW: Final = (0.28, 0.45)
"""Where there is skin below a shut eye's lids, and no lashes any more, from and to in eye widths."""
ALONG: Final = (0.1, 0.9)
"""Where the skin below an eye is looked at, from and to between the outer corner (0) and the inner one (1)."""
REDUCED_FROM: Final = 55.0
"""Eye width, pixels, above which an eye's surroundings are looked at reduced, by as many whole times as it is wider."""
MIN_PIXELS: Final = 10
"""Fewest pixels that tell anything."""


def within_corners(lids: LidDistances, width: float, part: tuple[float, float] = ALONG) -> NDArray[np.bool_]:
    """(h, w): over and under that part of an eye so wide, from its outer corner (0) to the inner one (1)."""
    along = lids.along / width
    return np.asarray((along > part[0]) & (along < part[1]), np.bool_)


def skin_below_mask(lids: LidDistances, width: float, part: tuple[float, float] = ALONG) -> NDArray[np.bool_]:
    """(h, w): the skin below that part of a shut eye so wide."""
    below = lids.below_upper / width
    return np.asarray(within_corners(lids, width, part) & (below > BELOW[0]) & (below < BELOW[1]), np.bool_)


def lash_line_mask(lids: LidDistances, width: float, part: tuple[float, float] = ALONG) -> NDArray[np.bool_]:
    """(h, w): where the lash line of that part of a shut eye so wide lies."""
    return np.asarray(within_corners(lids, width, part) & (np.abs(lids.below_upper / width) < LINE), np.bool_)


def shrink_around(width: float) -> int:
    """How many times smaller the surroundings of an eye so wide are looked at."""
    return max(int(width / REDUCED_FROM), 1)
