"""A skin's hue is read from a portrait as the product reads it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.models.appearance.cast import cast_of
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.model import AppearanceModel
from training.appearance.skins import skin_chroma
from training.faces import Portrait


def test_a_coloured_light_moves_a_skins_hue_by_its_own(astronaut: Portrait) -> None:
    model = AppearanceModel.load(MODEL_FILE)
    plain = skin_chroma(model, astronaut)
    assert cast_of(100 * np.exp(np.array([plain[0], 0.0, plain[1]]))) == pytest.approx([0, 0], abs=1e-9)
    light = np.array([0.9, 0.8, 0.45])
    lit = np.asarray(np.rint(astronaut.pixels * light), np.uint8)
    moved = skin_chroma(model, replace(astronaut, pixels=lit)) - plain
    assert moved == pytest.approx([np.log(0.9 / 0.8), np.log(0.45 / 0.8)], abs=0.03)
