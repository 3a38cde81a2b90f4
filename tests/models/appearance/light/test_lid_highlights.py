"""Light on painted lids, held to the photo's own skin."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.lids import lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.appearance.light.lid_highlights import with_plausible_highlights
from open_the_eyes.models.appearance.model import AppearanceModel


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


@pytest.fixture(scope="module")
def over_lid(model: AppearanceModel) -> NDArray[np.float64]:
    """(H, W): how far above the left eye's upper lid a place lies, in eye widths; 1 on the other side of the nose."""
    shape = eye_shape(model.mean_points, "left")
    over = -lid_distances(shape, Box(0, 0, *layout.SIZE_WH)).below_upper / shape.width
    return np.where(np.arange(layout.SIZE_WH[0]) < layout.SIZE_WH[0] // 2, over, 1.0)


def even(level: float) -> Tones:
    return np.full((*layout.SIZE_WH[::-1], 3), level, np.float32)


def with_light(level: float, light: float, where: NDArray[np.bool_]) -> Tones:
    out = even(level)
    out[where] = light
    return out


def test_a_lid_is_not_much_brighter_than_pale_skin(model: AppearanceModel, over_lid: NDArray[np.float64]) -> None:
    rim = (over_lid > 0.05) & (over_lid < 0.12)
    lit = with_light(230, 262, rim)
    held = with_plausible_highlights(model, lit, even(230))
    assert 232 < held[rim].max() < 240
    assert np.array_equal(held[~rim], lit[~rim])
    assert lit[rim].min() == 262


def test_on_a_dark_face_the_light_on_a_lid_stays(model: AppearanceModel, over_lid: NDArray[np.float64]) -> None:
    lit = with_light(90, 105, (over_lid > 0.05) & (over_lid < 0.12))
    assert np.array_equal(with_plausible_highlights(model, lit, even(90)), lit)


def test_light_that_the_photo_has_beside_it_stays(model: AppearanceModel, over_lid: NDArray[np.float64]) -> None:
    rim = (over_lid > 0.05) & (over_lid < 0.12)
    held = with_plausible_highlights(model, with_light(180, 230, rim), with_light(180, 240, over_lid > 0.1))
    assert held[rim].min() > 222


def test_whites_may_be_brighter_than_skin(model: AppearanceModel) -> None:
    shape = eye_shape(model.mean_points, "right")
    lids = lid_distances(shape, Box(0, 0, *layout.SIZE_WH))
    lit = with_light(100, 250, (lids.below_upper > 0) & (lids.above_lower > 0))
    assert np.array_equal(with_plausible_highlights(model, lit, even(100)), lit)
