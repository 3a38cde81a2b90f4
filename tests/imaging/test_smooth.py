"""Wide blurs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.smooth import smoothed

NOISE = np.random.default_rng(0).uniform(0, 255, (150, 201, 3)).astype(np.float32)
PICTURE = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 3) * 8, np.float32)


@pytest.mark.parametrize("sigma", [0.5, 3.0, 9.0, 23.0])
def test_it_is_the_gaussian_that_it_stands_for(sigma: float) -> None:
    exact = cv2.GaussianBlur(PICTURE, (0, 0), sigma)
    assert np.abs(smoothed(PICTURE, sigma) - exact).mean() < 0.1 * PICTURE.std()
    assert np.abs(smoothed(PICTURE, sigma) - exact).max() < 0.6 * PICTURE.std()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (7, 3, 3)], ids=str)
def test_an_even_picture_stays_as_it_is(shape: tuple[int, ...]) -> None:
    even = np.full(shape, 7.0, np.float32)
    assert np.allclose(smoothed(even, 40.0), 7.0)
    assert smoothed(even, 40.0).shape == shape
