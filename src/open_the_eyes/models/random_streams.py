"""Random numbers of one attempt at a face: each draw has its own stream, so that none repeats another's numbers."""

from __future__ import annotations

from typing import Final

import numpy as np

REFINER: Final = 2
"""Stream of the refiner's noise. The shape and the texture have the seed's own stream, and the irises the first two:
numpy has `(seed, 0)` for `seed`."""
EXEMPLAR: Final = 3
"""Stream by which one of the nearest exemplars is taken."""
DONOR: Final = 4
"""Stream by which one of several donors is taken, and its irises are turned a little."""


def stream(seed: int, which: int) -> np.random.Generator:
    """The stream of that number."""
    return np.random.default_rng((seed, which))
