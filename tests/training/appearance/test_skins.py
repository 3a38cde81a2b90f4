"""A skin's hue is read from a portrait as the product reads it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.light.cast import cast_of
from open_the_eyes.models.appearance.model import AppearanceModel
from training.appearance.skins import chromas, whites_from
from training.faces import Portrait


def test_a_coloured_light_moves_a_skins_hue_by_its_own(astronaut: Portrait) -> None:
    model = AppearanceModel.load(MODEL_FILE)
    plain = chromas(model, astronaut)[0]
    assert cast_of(100 * np.exp(np.array([plain[0], 0.0, plain[1]]))) == pytest.approx([0, 0], abs=1e-9)
    light = np.array([0.9, 0.8, 0.45])
    lit = np.asarray(np.rint(astronaut.pixels * light), np.uint8)
    moved = chromas(model, replace(astronaut, pixels=lit))[0] - plain
    assert moved == pytest.approx([np.log(0.9 / 0.8), np.log(0.45 / 0.8)], abs=0.03)


def test_a_coloured_light_moves_the_whites_as_far(astronaut: Portrait) -> None:
    model = AppearanceModel.load(MODEL_FILE)
    light = np.array([0.9, 0.8, 0.45])
    lit = np.asarray(np.rint(astronaut.pixels * light), np.uint8)
    moved = chromas(model, replace(astronaut, pixels=lit))[1] - chromas(model, astronaut)[1]
    assert moved == pytest.approx([np.log(0.9 / 0.8), np.log(0.45 / 0.8)], abs=0.03)


def test_what_whites_owe_to_skins_is_found_again() -> None:
    rng = np.random.default_rng(0)
    skins = rng.normal([0.3, -0.2], 0.1, (4000, 2))
    owed = np.array([[0.06, 0.5, 0.35], [-0.03, 0.1, 0.3]])
    whites = skins @ owed[:, 1:].T + owed[:, 0] + rng.normal(0, [0.07, 0.04], (4000, 2))
    found, off = whites_from(skins, whites)
    assert found == pytest.approx(owed, abs=0.03)
    assert off == pytest.approx([0.07, 0.04], rel=0.05)
