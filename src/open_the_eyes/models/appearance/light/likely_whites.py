"""A predicted texture whose whites no eye has is drawn nearer to textures of eyes.

Make-up, dyed hair and blocks of compression around an eye can be unlike all that the model has learnt from. The
regression then takes their colours into the eye, the whites' most of all, and no gain afterwards makes them one white:
what had been neutral turns blue. Such a prediction is not believed altogether.

Hair or shadow beside an eye can also take the light from its whites, which came out brown. There the model is told how
bright they are at least, and says which texture goes with that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Tones
from ....imaging.face.mesh478 import SIDES, Side
from ....imaging.luma import LUMA, luma_of
from .. import layout
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
DARKEST: Final = 1.0
"""How much darker than usual a white may be on either side of an iris, in standard deviations over the model's eyes."""
UNSURE: Final = 0.3
"""Noise of what is told of each white, in standard deviations that a prediction leaves of it: the model does not have
to bend for the last of it."""
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


def with_bright_whites(model: AppearanceModel, relative: Tones, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Texture scores (k,) whose whites are as bright as eyes have them: `z`, or what the model takes for likeliest once
    it is told so (the posterior of a Gaussian: Bishop 2006, 2.3.3).

    A white is darker in the shade, and so is the skin beside the eye on `relative`, the strip (H, W, 3) in multiples of
    the skin.
    """
    places = [(side, pixels) for side in SIDES for pixels in _whites(model, side)]
    usual = np.array([luma_of(model.texture.mean.reshape(-1, 3)[pixels]).mean() for _, pixels in places])
    by_score = np.stack([_luma_by_score(model, pixels) for _, pixels in places])
    light = np.array([_light_on_skin(model, relative, side) for side, _ in places])
    spread = np.linalg.norm(by_score * model.texture.sigma, axis=1)
    lacking = np.maximum(light * (usual - DARKEST * spread) - (usual + by_score @ z), 0)
    if not lacking.any():
        return z
    left = by_score * model.texture_residual
    together = left @ left.T
    together[np.diag_indices_from(together)] *= 1 + UNSURE**2
    return np.asarray(z + model.texture_residual * (left.T @ np.linalg.solve(together, lacking)))


def _whites(model: AppearanceModel, side: Side) -> list[NDArray[np.intp]]:
    """Of one eye, the places among the modelled pixels of the white to the left and to the right of the iris."""
    white, centre = iris.regions(model).white[side], layout.iris_of(model.mean_points, side)[0, 0]
    to_the_right = np.arange(white.shape[1]) > centre
    return [np.flatnonzero((white & there)[model.inside]) for there in (~to_the_right, to_the_right)]


def _luma_by_score(model: AppearanceModel, pixels: NDArray[np.intp]) -> NDArray[np.float64]:
    """(k,): how the mean luma of some of the modelled pixels, in times the skin's, grows with each texture score."""
    channels = 3 * pixels[:, None] + np.arange(3)
    return np.asarray(np.tensordot(LUMA, model.texture.basis[channels].mean(axis=0), 1), np.float64)


def _light_on_skin(model: AppearanceModel, relative: Tones, side: Side) -> float:
    """How bright the skin beside one eye is, in times the skin beside both, at most 1."""
    left = np.arange(layout.SIZE_WH[0]) < layout.SIZE_WH[0] / 2
    beside = model.ring & (left if side == "left" else ~left)
    return min(float(np.median(luma_of(relative[beside]))), 1.0)


def _distance(model: AppearanceModel, painted: Tones, skin: NDArray[np.float32]) -> float:
    """From the middle of `OFF` to the whites on a strip in multiples of the skin, in halves of that range."""
    low, high = OFF.T
    away = off(model, painted * skin, skin) - (low + high) / 2
    return float(np.abs(away / ((high - low) / 2)).max())


def off(model: AppearanceModel, strip: Tones, skin: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far each eye's white on a strip (H, W, 3) lies off the usual one for such a skin (3,): (2 sides, 2)."""
    usual, _ = iris.usual_white(skin)
    return np.stack([chroma(iris.bright_white(model, strip, side)) - usual for side in SIDES])
