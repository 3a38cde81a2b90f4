"""Planes of yes and no."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.binary_masks import FIXED_BITS, between, filled, fixed, joined


def square(left: float, top: float, right: float, bottom: float) -> Points:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


@pytest.mark.parametrize(
    ("outline", "pixels"),
    [
        (square(2, 1, 4, 3), 9),
        (square(2, 1, 2, 1), 1),
        (square(1.6, 0.6, 4.4, 3.4), 9),
        (square(-9, -9, 1, 1), 4),
        (square(20, 20, 30, 30), 0),
    ],
    ids=["three by three", "one pixel", "to the nearest pixel", "at the edge", "outside"],
)
def test_an_outline_is_filled_with_its_line(outline: Points, pixels: int) -> None:
    for points in (outline, np.column_stack([outline, np.full(len(outline), 7.0)])):
        found = filled((8, 10), points)
        assert found.dtype == np.uint8
        assert found.sum() == pixels


def test_where_outlines_overlap_is_no_hole() -> None:
    assert filled((8, 10, 3), square(0, 0, 5, 5), square(2, 2, 7, 7)).sum() == 36 + 36 - 16
    assert not filled((8, 10)).any()


def test_shapes_are_joined_by_what_touches_and_begins_there() -> None:
    shapes = np.zeros((6, 6), np.bool_)
    shapes[0, 0] = shapes[1, 1] = shapes[4, 4] = True
    start = np.zeros_like(shapes)
    assert not joined(shapes, start).any()
    start[0] = True
    assert np.argwhere(joined(shapes, start)).tolist() == [[0, 0], [1, 1]]


def test_limits_are_no_part_of_what_lies_between() -> None:
    assert between(np.array([[0.0, 0.5, 1.0]]), (0.0, 1.0)).tolist() == [[False, True, False]]


def test_fixed_points_go_back_to_within_a_thirty_second_of_a_pixel() -> None:
    points = np.random.default_rng(0).uniform(-50, 50, (20, 2))
    assert fixed(points).dtype == np.int32
    assert np.abs(fixed(points) / 2**FIXED_BITS - points).max() <= 1 / 32
