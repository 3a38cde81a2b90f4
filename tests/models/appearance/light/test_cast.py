"""Skins in everyday light have no cast; what a coloured light adds is told from the skin."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.light.cast import FARTHEST, SKINS, SPREAD, cast_of, chroma, without_cast

SKIN = np.array([190.0, 140, 115])
CANDLE = np.array([1.2, 1.0, 0.42])


@pytest.mark.parametrize("skin", [(190, 140, 115), (95, 62, 48), (235, 205, 190), (128, 104, 96)], ids=str)
def test_skins_of_everyday_have_none(skin: tuple[int, int, int]) -> None:
    colour = np.array(skin, np.float64)
    assert cast_of(colour) == pytest.approx([0, 0], abs=0.05)
    assert without_cast(colour) == pytest.approx(colour, rel=0.05)


@pytest.mark.parametrize("light", [CANDLE, np.array([1.0, 0.5, 1.1]), np.array([0.6, 1.0, 1.3])], ids=str)
def test_a_coloured_light_is_found_as_far_as_no_skin_explains_it(
    light: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    found = cast_of(SKIN * light)
    true = chroma(light * 100)
    assert found @ true > 0
    assert 0.3 < float(np.linalg.norm(found) / np.linalg.norm(true)) < 1.2
    left = chroma(without_cast(SKIN * light)) - SKINS
    assert float(np.sqrt(left @ np.linalg.solve(SPREAD, left))) == pytest.approx(FARTHEST, rel=1e-3)


def test_black_has_a_colour_too() -> None:
    assert np.isfinite(cast_of(np.zeros(3))).all()
    assert np.isfinite(without_cast(np.zeros(3))).all()


def test_by_candle_light_whites_are_as_warm_as_the_light() -> None:
    usual = iris.plausible_white(np.array([170.0, 150, 140]), SKIN.astype(np.float32))
    lit = iris.plausible_white(np.array([170.0, 150, 140]) * CANDLE, (SKIN * CANDLE).astype(np.float32))
    assert chroma(100 * lit)[0] > chroma(100 * usual)[0]
    assert chroma(100 * lit)[1] < chroma(100 * usual)[1] - 0.4
