"""How the hue of skin deepens in the shade is read from its pixels."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.luma import LUMA
from training.appearance import hues
from training.appearance.hues import _powers, off, painted_blinks, shades
from training.faces import Portrait
from training.painters import Bare


def test_the_power_of_a_shade_is_found_again_whatever_lashes_lie_there() -> None:
    rng = np.random.default_rng(0)
    shade = rng.uniform(0.75, 1.1, 4000)
    hue = np.column_stack([shade**-0.2, np.ones_like(shade), shade**0.1]) * [1.4, 1.0, 0.8]
    skin = np.asarray(120 * hue * (shade / (hue @ LUMA))[:, None], np.float32)
    lashes = np.full((300, 3), 30, np.float32)
    (red, usual_red), (blue, usual_blue) = _powers(np.concatenate([skin, lashes]))
    assert (red, blue) == pytest.approx((-0.2, 0.1), abs=0.01)
    assert (usual_red, usual_blue) == pytest.approx((np.log(1.4), np.log(0.8)), abs=0.03)


def test_too_little_skin_tells_nothing() -> None:
    assert _powers(np.zeros((0, 3), np.float32)) == []
    assert _powers(np.full((500, 3), 250, np.float32)) == []


def test_a_portrait_tells_of_both_eyes(astronaut: Portrait) -> None:
    told = shades(astronaut)
    assert [one.shape for one in told] == [(2, 4), (2, 4)]
    assert np.isfinite(told).all()


def test_a_blink_tells_how_far_its_painted_white_and_the_true_one_lie_off(
    astronaut: Portrait, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setattr(hues, "detector", lambda: engine.detector)
    (blink,) = painted_blinks([astronaut])
    told = off(Bare(), *blink)
    assert told.shape == (2, 2)
    assert np.abs(told).max() < 0.5
