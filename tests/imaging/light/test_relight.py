"""Light follows, detail stays."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.light.relight import relit

SIZE = 96


@pytest.fixture
def skin() -> Tones:
    rng = np.random.default_rng(0)
    return np.asarray(120 + 12 * rng.standard_normal((SIZE, SIZE, 3)), np.float32)


def known_around(hole: int) -> Plane:
    known = np.ones((SIZE, SIZE), np.float32)
    known[SIZE // 2 - hole : SIZE // 2 + hole, SIZE // 2 - hole : SIZE // 2 + hole] = 0
    return known


@pytest.mark.parametrize("light", [0.4, 0.8, 1.25, 2.5])
def test_a_darker_or_lighter_shot_comes_back_in_the_light_of_the_first(skin: Tones, light: float) -> None:
    out = relit(skin * np.float32(light), skin, known_around(20), 20.0)
    assert float(np.abs(out - skin).mean()) < 0.05 * float(skin.mean())


def test_a_colour_cast_is_followed_channel_by_channel(skin: Tones) -> None:
    cast = np.array([1.3, 1.0, 0.7], np.float32)
    assert np.allclose(
        relit(skin, skin * cast, known_around(20), 20.0).mean((0, 1)), (skin * cast).mean((0, 1)), rtol=0.03
    )


def test_a_light_from_the_side_is_carried_into_what_is_not_known(skin: Tones) -> None:
    ramp = np.linspace(0.8, 1.2, SIZE, dtype=np.float32)[None, :, None]
    out = relit(skin, skin * ramp, known_around(16), 16.0)
    middle = np.s_[SIZE // 2 - 16 : SIZE // 2 + 16]
    left, right = out[middle, 34:44].mean(), out[middle, 52:62].mean()
    assert right > left * 1.02


def test_detail_keeps_its_contrast(skin: Tones) -> None:
    out = relit(skin, skin * np.float32(0.5), known_around(20), 20.0)
    assert float(out.std() / out.mean()) == pytest.approx(float(skin.std() / skin.mean()), rel=0.1)


def test_where_nothing_is_known_the_picture_stays(skin: Tones) -> None:
    assert np.array_equal(relit(skin, skin * 0, np.zeros((SIZE, SIZE), np.float32), 20.0), skin)


def test_the_arguments_are_left_as_they_were(skin: Tones) -> None:
    before = skin.copy()
    relit(skin, skin * np.float32(1.2), known_around(10), 10.0)
    assert np.array_equal(skin, before)
