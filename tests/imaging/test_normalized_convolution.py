"""Values that are known in some places, carried to everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.normalized_convolution import NEAR_AND_FAR, normalized_convolution

SHAPE_HW = (40, 60)


def left_half() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    weight = np.zeros(SHAPE_HW, np.float32)
    weight[:, :30] = 1
    return weight


@pytest.mark.parametrize("by", [NEAR_AND_FAR, ((1.0, 1.0),)], ids=["near and far", "near alone"])
def test_a_value_that_is_known_on_one_side_goes_on_unchanged_beyond(by: tuple[tuple[float, float], ...]) -> None:
    values = np.full((*SHAPE_HW, 3), 80, np.float32) * left_half()[..., None]
    carried = normalized_convolution(values, left_half(), 4.0, by)
    assert np.allclose(carried[:, :36], 80, rtol=1e-2)


def test_the_far_gaussian_reaches_where_the_near_one_has_nothing() -> None:
    values = np.full((*SHAPE_HW, 3), 80, np.float32) * left_half()[..., None]
    near = normalized_convolution(values, left_half(), 4.0, NEAR_AND_FAR[:1])
    both = normalized_convolution(values, left_half(), 4.0)
    assert near[20, 58, 0] < 1
    assert both[20, 58, 0] > 70


def test_where_nothing_is_known_there_is_nothing() -> None:
    values = np.full((*SHAPE_HW, 3), 80, np.float32)
    assert normalized_convolution(values, np.zeros(SHAPE_HW, np.float32), 4.0).max() == 0
