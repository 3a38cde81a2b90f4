"""What tests of the reference engine share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.reference.generator import ReferenceGenerator
from open_the_eyes.roles import Crop


@pytest.fixture(scope="session")
def generator() -> ReferenceGenerator:
    return ReferenceGenerator(AppearanceGenerator())


@pytest.fixture(scope="session")
def crop_with_tail(closed_crop: Crop) -> Crop:
    """The closed eyes, with a tail of shut lashes told beside the left one: four rows of eight pixels."""
    tails = np.zeros(closed_crop.mask.shape, np.float32)
    outer, inner = closed_crop.landmarks[[OUTER_CORNER["left"], INNER_CORNER["left"]], :2]
    x, y = np.rint(outer + 0.35 * (outer - inner)).astype(int)
    tails[y - 2 : y + 2, x - 4 : x + 4] = 1
    return replace(closed_crop, mask=np.maximum(closed_crop.mask, tails), tails=tails)
