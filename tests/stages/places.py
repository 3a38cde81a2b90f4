"""Where a candidate lies, for tests that do not look."""

from __future__ import annotations

from typing import Final

import numpy as np

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Crop, Face

_NOBODY: Final = Face(Box(0, 0, 1, 1), np.zeros((478, 3)), {}, 0.0, 0.0, 1.0)
NOWHERE: Final = Crop(
    _NOBODY, Box(0, 0, 1, 1), np.zeros((1, 1, 3), np.uint8), _NOBODY.landmarks, np.zeros((1, 1), np.float32), ()
)
