"""The squares that hard compression leaves in a picture (JPEG: 8 x 8 pixels).

Where two squares meet, the level jumps more than a pixel further on either side (in the manner of Wang, Sheikh, Bovik,
"No-reference perceptual quality assessment of JPEG compressed images", 2002). Where the squares lie is not known: a
picture may have been turned or cropped. So the eight places where lines could lie are held against each other. A
picture that was resized after it was compressed is not told.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..luma import luma_of

BLOCK_PX: Final = 8
"""Side of the squares that JPEG compresses one by one, pixels."""
LEAST: Final = 4
"""Fewest squares along each side of a picture that tell."""


def blockiness(pixels: NDArray[Any]) -> float:
    """How much more the level jumps between squares than within them, in levels 0..255, of a picture (h, w, 3): about 0
    where no squares are seen, or it is too small to tell; 2 to 3 at JPEG quality 20."""
    if min(pixels.shape[:2]) < LEAST * BLOCK_PX:
        return 0.0
    level = luma_of(pixels)
    return float(np.mean([_across(one) for one in (level, level.T)]))


def _across(level: NDArray[Any]) -> float:
    """The same of the lines from top to bottom alone."""
    jumps = np.abs(np.diff(level, axis=1))
    jumps = (jumps[:, 1:-1] - (jumps[:, :-2] + jumps[:, 2:]) / 2).mean(axis=0)
    places = np.array([float(jumps[first::BLOCK_PX].mean()) for first in range(BLOCK_PX)])
    return float(places.max() - np.median(np.delete(places, places.argmax())))
