"""How much of a prediction is believed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.light import likely_whites
from open_the_eyes.models.appearance.model import AppearanceModel

PLAIN = np.ones((*layout.SIZE_WH[::-1], 3), np.float32)
SKIN = np.array([220, 165, 140], np.float32)


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


def tinted(model: AppearanceModel, by: tuple[float, float, float]) -> NDArray[np.float64]:
    """Scores of the mean texture, seen through coloured glass."""
    colours = model.texture.mean.reshape(-1, 3) * np.array(by, np.float32)
    return model.texture.scores(colours.ravel())


def whites(model: AppearanceModel, z: NDArray[np.float64]) -> float:
    """How far log B/G of the whites lies off the usual, in the worse eye."""
    painted = model.with_texture(PLAIN, z) * SKIN
    return float(np.abs(likely_whites.off(model, painted, SKIN)[:, 1]).max())


def test_a_likely_texture_is_believed_altogether(model: AppearanceModel) -> None:
    z = tinted(model, (1.05, 1.0, 0.95))
    assert likely_whites.with_plausible_whites(model, PLAIN, SKIN, z)[0] is z


@pytest.mark.parametrize("by", [(1.2, 1.0, 0.5), (0.8, 1.0, 1.5)])
def test_of_whites_that_no_eye_has_only_so_much_is_believed_as_eyes_can_have(
    model: AppearanceModel, by: tuple[float, float, float]
) -> None:
    z = tinted(model, by)
    less, painted = likely_whites.with_plausible_whites(model, PLAIN, SKIN, z)
    assert np.array_equal(painted, model.with_texture(PLAIN, less))
    assert 0.1 < np.linalg.norm(less) / np.linalg.norm(z) < 0.9
    assert whites(model, less) < 0.23 < 0.35 < whites(model, z)


def test_in_a_light_in_which_the_mean_lies_off_already_a_prediction_may_too(model: AppearanceModel) -> None:
    z, orange = tinted(model, (1.02, 1.0, 0.98)), np.array([200, 90, 10], np.float32)
    assert np.abs(likely_whites.off(model, model.with_texture(PLAIN, z) * orange, orange)).max() > 0.4
    assert likely_whites.with_plausible_whites(model, PLAIN, orange, z)[0] is z


def brightness(model: AppearanceModel, z: NDArray[np.float64]) -> list[float]:
    """Luma of each eye's white, in times the skin's."""
    painted = luma_of(model.with_texture(PLAIN, z))
    return [float(painted[iris.regions(model).white[side]].mean()) for side in SIDES]


def test_whites_that_are_bright_enough_stay(model: AppearanceModel) -> None:
    z = tinted(model, (0.9, 0.9, 0.9))
    assert likely_whites.with_bright_whites(model, PLAIN, z) is z


def test_whites_as_dark_as_no_eye_has_them_become_as_bright_as_eyes_have_them(model: AppearanceModel) -> None:
    z = tinted(model, (0.4, 0.4, 0.4))
    brighter = likely_whites.with_bright_whites(model, PLAIN, z)
    for was, now, usual in zip(*(brightness(model, one) for one in (z, brighter, 0 * z)), strict=True):
        assert was < 0.42 * usual
        assert 0.6 * usual < now < 0.8 * usual


def test_in_the_shade_whites_may_be_dark_and_only_there(model: AppearanceModel) -> None:
    z, shaded = tinted(model, (0.4, 0.4, 0.4)), PLAIN.copy()
    shaded[:, : layout.SIZE_WH[0] // 2] = 0.5
    before, after = brightness(model, z), brightness(model, likely_whites.with_bright_whites(model, shaded, z))
    assert after[1] - before[1] > 2 * (after[0] - before[0])
    assert likely_whites.with_bright_whites(model, 0.5 * PLAIN, z) is z
