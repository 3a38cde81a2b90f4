"""Curves that never swing past their points."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.monotone import MonotoneCurve

interpolate = pytest.importorskip("scipy.interpolate")


@pytest.mark.parametrize("points", [2, 3, 4, 9])
@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_known_interpolant(points: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.uniform(0.1, 5, points))
    y = np.round(rng.normal(0, 4, points))
    at = np.linspace(x[0], x[-1], 200)
    height, slope = MonotoneCurve.through(x, y).at(at)
    known = interpolate.PchipInterpolator(x, y)
    assert height == pytest.approx(known(at), abs=1e-9)
    assert slope == pytest.approx(known(at, 1), abs=1e-8)


def test_it_keeps_between_its_points() -> None:
    x, y = np.arange(6, dtype=np.float64), np.array([0.0, 0, 1, 7, 7, 7.5])
    height, slope = MonotoneCurve.through(x, y).at(np.linspace(0, 5, 500, dtype=np.float64))
    assert (np.diff(height) >= -1e-12).all()
    assert (slope >= -1e-12).all()
    assert height.max() <= 7.5
