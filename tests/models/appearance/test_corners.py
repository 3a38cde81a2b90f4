"""Corners of shut eyes, where they will be."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.models.appearance import corners, layout
from open_the_eyes.roles import Face


@pytest.fixture
def points(portrait_face: Face) -> Points:
    return layout.points_on_strip(portrait_face.landmarks)


def width_of(points: Points, side: Side) -> float:
    ring = layout.ring_of(points, side)
    return float(np.linalg.norm(ring[0] - ring[8]))


@pytest.mark.parametrize("side", SIDES)
def test_the_outer_corner_of_a_shut_eye_goes_up_and_inwards(points: Points, side: Side) -> None:
    kept, width = points.copy(), width_of(points, side)
    before, after = (layout.ring_of(p, side)[0] for p in (points, corners.opened(points, {side: 1.0})))
    inwards = 1 if side == "left" else -1
    assert 0.05 * width < before[1] - after[1] < 0.15 * width
    assert 0.02 * width < inwards * (after[0] - before[0]) < 0.1 * width
    assert np.array_equal(points, kept)


def test_half_a_blink_moves_corners_half_as_far(points: Points) -> None:
    whole, half = (corners.opened(points, dict.fromkeys(SIDES, amount)) for amount in (1.0, 0.5))
    assert half == pytest.approx((points + whole) / 2)


@pytest.mark.parametrize("shut", [{}, {"left": 0.0, "right": 0.0}], ids=["none", "open"])
def test_open_eyes_keep_their_corners(points: Points, shut: dict[Side, float]) -> None:
    assert np.array_equal(corners.opened(points, shut), points)


def test_only_the_corners_of_the_shut_eye_move(points: Points) -> None:
    moved = np.flatnonzero((corners.opened(points, {"right": 1.0}) != points).any(axis=1))
    assert set(moved) == {16, 24}


@pytest.mark.parametrize(("yaw_deg", "far"), [(25.0, "right"), (-25.0, "left")])
def test_on_a_turned_head_the_far_eye_is_raised_and_widened_more(points: Points, yaw_deg: float, far: Side) -> None:
    shut = dict.fromkeys(SIDES, 1.0)
    ahead, turned = corners.opened(points, shut), corners.opened(points, shut, yaw_deg)
    near: Side = "left" if far == "right" else "right"
    raised = {side: layout.ring_of(ahead, side)[0, 1] - layout.ring_of(turned, side)[0, 1] for side in SIDES}
    assert raised[far] > 0.04 * width_of(points, far)
    assert abs(raised[near]) < 0.01 * width_of(points, near)
    assert width_of(turned, far) > 1.01 * width_of(ahead, far)
    assert width_of(turned, near) < 0.99 * width_of(ahead, near)


@pytest.mark.parametrize("yaw_deg", [12.0, -12.0])
def test_a_head_that_is_hardly_turned_is_taken_to_look_ahead(points: Points, yaw_deg: float) -> None:
    shut = dict.fromkeys(SIDES, 1.0)
    assert np.array_equal(corners.opened(points, shut), corners.opened(points, shut, yaw_deg))


def test_a_head_that_is_turned_further_needs_no_more_than_the_most(points: Points) -> None:
    shut = dict.fromkeys(SIDES, 1.0)
    assert np.array_equal(corners.opened(points, shut, 28.0), corners.opened(points, shut, 45.0))
