"""Levels and tones, there and back."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, joint, size_wh_of, to_levels, to_tones


def test_every_level_survives_the_way_there_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(to_levels(to_tones(levels)), levels)


@pytest.mark.parametrize(
    ("tone", "level"),
    [
        pytest.param(199.6, 200, id="never floored"),
        pytest.param(200.4, 200, id="nearest"),
        pytest.param(-3.0, 0, id="below black"),
        pytest.param(-1e30, 0, id="far below black"),
        pytest.param(255.4, 255, id="white"),
        pytest.param(1e30, 255, id="far above white"),
    ],
)
def test_a_tone_becomes_the_nearest_level(tone: float, level: int) -> None:
    assert to_levels(np.array([tone])) == level


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (2, 5), (7,)], ids=str)
def test_any_shape_is_kept(shape: tuple[int, ...]) -> None:
    assert to_levels(np.zeros(shape)).shape == shape
    assert to_tones(np.zeros(shape, np.uint8)).dtype == np.float32


def test_new_pixels_never_borrowed_ones() -> None:
    tones = np.full((2, 2, 3), 300.0, np.float32)
    to_levels(tones)[:] = 7
    assert (tones == 300).all()
    levels = np.full((2, 2, 3), 9, np.uint8)
    to_tones(levels)[:] = 7
    assert (levels == 9).all()


def test_planes_are_joined_where_either_is_there() -> None:
    one: Plane = np.array([[0.2, 0.9]], np.float32)
    other: Plane = np.array([[0.5, 0.1]], np.float32)
    both = joint(one, other)
    assert both is not None
    assert both == pytest.approx(np.array([[0.5, 0.9]]))
    assert joint(one, None) is one
    assert joint(None, other) is other
    assert joint(None, None) is None


@pytest.mark.parametrize("shape_hw", [(3, 4), (3, 4, 3), (0, 5)], ids=str)
def test_sizes_are_width_first(shape_hw: tuple[int, ...]) -> None:
    assert size_wh_of(np.zeros(shape_hw)) == (shape_hw[1], shape_hw[0])
