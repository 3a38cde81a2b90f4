"""A predicted texture whose whites no eye has is drawn nearer to the mean.

Make-up, dyed hair and blocks of compression around an eye can be unlike all that the model has learnt from. The
regression then takes their colours into the eye, the whites' most of all, and no gain afterwards makes them one white:
what had been neutral turns blue. Such a prediction is not believed altogether.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Tones
from ....imaging.face.mesh478 import SIDES
from ..irises import colour as iris
from ..model import AppearanceModel
from .cast import chroma

OFF: Final = np.array([[-0.13, 0.26], [-0.16, 0.08]])
"""How far whites of 98 of 100 eyes lie off the usual ones, from and to: log R/G and log B/G
(`training.appearance.skins`)."""
FARTHEST: Final = 1.5
"""Most that a prediction's whites may lie off, in halves of the range `OFF`, counted from its middle."""
FARTHER: Final = 0.7
"""How much further off is believed in a coloured light, where the whites of the mean texture lie off already."""
_STEPS: Final = 6
"""Halvings in which the share of a prediction that is believed is found: to 1/64."""


def with_plausible_whites(
    model: AppearanceModel, relative: Tones, skin: NDArray[np.float32], z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Tones]:
    """Texture scores, and the strip that they paint: `z`, or so much of it as leaves whites that eyes have beside such
    a skin (3,).

    `relative` is the strip (H, W, 3) that `AppearanceModel.with_texture` lays the texture on.
    """
    painted = model.with_texture(relative, z)
    predicted = _distance(model, painted, skin)
    if predicted <= FARTHEST:
        return z, painted

    def distance(share: float) -> float:
        return _distance(model, model.with_texture(relative, share * z), skin)

    most = max(FARTHEST, distance(0) + FARTHER)
    if predicted <= most:
        return z, painted
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        low, high = (share, high) if distance(share) <= most else (low, share)
    return low * z, model.with_texture(relative, low * z)


def _distance(model: AppearanceModel, painted: Tones, skin: NDArray[np.float32]) -> float:
    """From the middle of `OFF` to the whites on a strip in multiples of the skin, in halves of that range."""
    low, high = OFF.T
    away = off(model, painted * skin, skin) - (low + high) / 2
    return float(np.abs(away / ((high - low) / 2)).max())


def off(model: AppearanceModel, strip: Tones, skin: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far each eye's white on a strip (H, W, 3) lies off the usual one for such a skin (3,): (2 sides, 2)."""
    usual, _ = iris.usual_white(skin)
    return np.stack([chroma(iris.bright_white(model, strip, side)) - usual for side in SIDES])
