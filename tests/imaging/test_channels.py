"""The fast ways give what the plain ones give, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.channels import as_three, clipped, selected

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("shape_hw", [(1, 1), (4, 1), (1, 4), (7, 5)], ids=str)
def test_the_fast_ways_give_what_the_plain_ones_give(shape_hw: tuple[int, int]) -> None:
    tones = RNG.normal(0, 100, (*shape_hw, 3)).astype(np.float32)
    plane = RNG.random(shape_hw).astype(np.float32)
    low, high = np.array([-50, -20, 0], np.float32), np.array([50, 30, 10], np.float32)
    np.testing.assert_array_equal(tones * as_three(plane), tones * plane[..., None])
    np.testing.assert_array_equal(clipped(tones, low, high), np.clip(tones, low, high))
    levels = RNG.integers(0, 256, (2, *shape_hw, 3), dtype=np.uint8)
    before = levels.copy()
    for these, others in (levels, (tones, tones + 1)):
        expected = np.where(plane[..., None] > 0.5, these, others)
        np.testing.assert_array_equal(selected(plane > 0.5, these, others), expected)
    np.testing.assert_array_equal(levels, before)
