"""How bright a colour is."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import to_tones
from open_the_eyes.imaging.luma import LUMA, luma_of


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(3,), (0, 4, 3), (1, 1, 3), (2, 3, 4, 3)], ids=str)
def test_greys_are_as_bright_as_their_levels(shape: tuple[int, ...], dtype: type[np.generic]) -> None:
    for level in (0, 1, 128, 255):
        found = luma_of(np.full(shape, level, dtype))
        assert found.dtype == np.float32
        assert found.shape == shape[:-1]
        assert found == pytest.approx(level, abs=1e-4)


def test_green_counts_most_and_levels_are_weighed_like_tones() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    assert LUMA.argmax() == 1
    assert np.array_equal(luma_of(levels), luma_of(to_tones(levels)))
