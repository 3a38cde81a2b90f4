"""Eyes painted after those of a photo of the same person: their colour and shape, where they cannot be laid in."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...roles import Donor
from . import condition, layout
from .irises import colour as iris
from .model import AppearanceModel, Prediction
from .strip import to_mean_shape

SHAPE_NOISE: Final = 4.0
"""Standard deviation of a donor's landmarks, pixels on the strip: a donor that cannot be laid in is turned another way,
and its lids tell only about."""

SOFT_RATIO: Final = 1.6
"""Power to which iris : sclera of a donor is raised that is too soft to be laid in, since a blur mixes the two.
Chosen on 20 pairs of shots, of which one was blurred or moved: as it is measured, dark eyes came out grey-blue."""


def shape_given_donor(model: AppearanceModel, donor: Donor, prior: Prediction) -> Prediction:
    """The eye shapes once it is known how the same eyes look elsewhere."""
    points = layout.points_on_strip(donor.crop.landmarks)
    return condition.shape_given_eyes(model, points, donor.crop.sides, prior, SHAPE_NOISE)


def iris_ratio(model: AppearanceModel, donor: Donor) -> NDArray[np.float64]:
    """Iris : sclera in R, G, B of the donor's open eyes; (3,)."""
    points = layout.points_on_strip(donor.crop.landmarks)
    strip = to_mean_shape(donor.crop.pixels, donor.crop.landmarks, points, model.mean_points)
    ratio = iris.photographed_ratio(model, strip, donor.crop.sides)
    return ratio**SOFT_RATIO if donor.is_soft else ratio
