"""One eye open: what it shows corrects what was predicted for both, so that the eyes come out as a pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points, Tones
from ...imaging.face import mesh478 as mesh
from ...imaging.face.mesh478 import Side
from . import layout
from .model import AppearanceModel, Components, Prediction

SHAPE_NOISE: Final = 0.8
"""Standard deviation of landmarks of an open eye, pixels on the strip: how well they are trusted."""
TEXTURE_NOISE: Final = 0.12
"""Standard deviation, in multiples of the skin's colour: how well the model's texture describes any one pixel."""


def posterior(
    components: Components, rows: NDArray[np.intp], seen: NDArray[Any], prior: Prediction, noise: float
) -> Prediction:
    """The prediction once some rows of the data are known: the posterior of a Gaussian (Bishop 2006, 2.3.3)."""
    basis = components.basis[rows].astype(np.float64)
    precision = np.diag(1 / np.maximum(prior.sigma, 1e-6) ** 2) + basis.T @ basis / noise**2
    evidence = basis.T @ (seen - components.mean[rows] - basis @ prior.mean) / noise**2
    covariance = np.linalg.inv(precision)
    return Prediction(prior.mean + covariance @ evidence, np.sqrt(np.maximum(np.diag(covariance), 0)))


def shape_given_eyes(
    model: AppearanceModel, points: Points, sides: Iterable[Side], prior: Prediction, noise: float = SHAPE_NOISE
) -> Prediction:
    """The eye shapes once lids and irises of some eyes are known, to within `noise` pixels on the strip."""
    ours = {number for side in sides for number in (*mesh.EYE_RING[side], *mesh.IRIS[side])}
    at = np.array([k for k, number in enumerate(layout.HIDDEN) if number in ours], np.intp)
    rows = np.stack([2 * at, 2 * at + 1], axis=1).ravel()
    return posterior(model.eye_shape, rows, points[layout.HIDDEN_AT].ravel()[rows], prior, noise)


def texture_given_eye(model: AppearanceModel, relative: Tones, open_side: Side, prior: Prediction) -> Prediction:
    """Both eyes' texture once the open eye's is known."""
    column = np.nonzero(model.inside)[1]
    ours = (column < layout.SIZE_WH[0] / 2) == (open_side == "left")
    pixels = np.nonzero(ours)[0][::2]
    rows = (3 * pixels[:, None] + np.arange(3)).ravel()
    return posterior(model.texture, rows, relative[model.inside].ravel()[rows], prior, TEXTURE_NOISE)
