"""What of a face's colour is the light: candles, stages and sunsets take a skin where no skin goes by itself.

A light changes skin and eyes alike; pigment changes the skin alone. Up to what faces in everyday light have, nobody can
tell one from the other; what goes beyond is taken for light.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SKINS: Final = np.array([0.310, -0.197])
"""Mean of a skin's log R/G and log B/G over the 3,572 training faces (`training.appearance.skins`)."""
SPREAD: Final = np.array([[0.0053, -0.0044], [-0.0044, 0.0066]])
"""Covariance of a skin's log R/G and log B/G over the training faces, around `SKINS`."""
FARTHEST: Final = 3.5
"""Mahalanobis' distance that skins go by themselves, without a coloured light; 98 of 100 of the training faces lie
nearer."""


def chroma(colour: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Log R/G and log B/G of a colour (3,), at least 1 in each."""
    r, g, b = np.log(np.maximum(np.asarray(colour, np.float64), 1))
    return np.array([r - g, b - g])


def cast_of(skin: NDArray[np.floating[Any]], farthest: float = FARTHEST) -> NDArray[np.float64]:
    """The part of a skin's chroma that must be the light's, (2,), if skins go as far as `farthest` by themselves; 0 for
    skins in everyday light."""
    away = chroma(skin) - SKINS
    distance = float(np.sqrt(away @ np.linalg.solve(SPREAD, away)))
    return np.asarray(away * (1 - min(1.0, farthest / max(distance, 1e-6))))


def without_cast(skin: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """A skin's colour (3,) as it would be in everyday light, its green kept."""
    r, b = cast_of(skin)
    return np.asarray(skin * np.exp([-r, 0.0, -b]), np.float64)
