"""Whose eyes come out light, counted over portraits."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.traits import FaceTraits
from training.faces import Portrait
from training.light_eyes import IrisColours, iris_colours_of, row_of

BROWN, BLUE = (np.array(iris.NAMED[name]) for name in ("brown", "blue"))
GROUPS = np.array([BROWN, BLUE], np.float32)


def test_a_portrait_tells_its_true_colour_and_what_is_likely(astronaut: Portrait) -> None:
    model = AppearanceModel.load(MODEL_FILE)
    colours = iris_colours_of(astronaut, model, FaceTraits())
    assert colours is not None
    assert colours.likely.sum() == pytest.approx(1)
    assert np.abs(np.log(colours.predicted) - np.log(colours.true)).mean() < 1


def test_what_light_eyes_begin_at_decides_where_both_are_likely() -> None:
    torn = IrisColours(BLUE, np.array([0.5, 0.5]), np.exp((np.log(BROWN) + np.log(BLUE)) / 2))
    sure = IrisColours(BROWN, np.array([1.0, 0.0]), BROWN)
    assert row_of(0.9, [torn, sure], GROUPS)[:5] == ["0.9", "50.0 %", "50.0 %", "0.0 %", "0.0 %"]
    assert row_of(0.1, [torn, sure], GROUPS)[1:5] == ["100.0 %", "50.0 %", "50.0 %", "0.0 %"]
