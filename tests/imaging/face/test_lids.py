"""Eye shapes, and distances from the lids."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.geometry import Box

REGION = Box(0, 0, 120, 80)


def an_eye(degrees: float = 0, mirrored: bool = False) -> EyeShape:
    """60 wide and 20 high, around (60, 40); the outer corner on the left unless mirrored."""
    turn = np.linspace(math.pi, -math.pi, 16, endpoint=False)
    ring = np.column_stack([30 * np.cos(turn), -10 * np.sin(turn)])
    iris = np.array([[4.0, -1.0]])
    if mirrored:
        ring, iris = ring * [-1, 1], iris * [-1, 1]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    about = np.array([[c, s], [-s, c]])
    at = (iris @ about + [60, 40])[0]
    return EyeShape(ring @ about + [60, 40], (float(at[0]), float(at[1])), 9, "right" if mirrored else "left")


def test_width_goes_from_corner_to_corner() -> None:
    assert an_eye().width == pytest.approx(60)
    assert an_eye(33).width == pytest.approx(60)
    assert replace(an_eye(), ring=np.zeros((16, 2))).width == 0


def test_in_a_part_of_the_picture_an_eye_has_the_same_distances() -> None:
    part = Box(20, 10, 100, 70)
    there, whole = lid_distances(an_eye(25).seen_from(part), Box(0, 0, 80, 60)), lid_distances(an_eye(25), part)
    np.testing.assert_allclose(there.below_upper, whole.below_upper, atol=1e-3)
    np.testing.assert_allclose(there.to_iris, whole.to_iris, atol=1e-3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 25, -40, 90, -90, 135, 180])
def test_distances_are_the_eyes_own_however_it_lies(degrees: float, mirrored: bool) -> None:
    shape = an_eye(degrees, mirrored)
    there = lid_distances(shape, REGION)
    x, y = (round(v) for v in shape.iris_xy)
    assert there.below_upper[y, x] > 5
    assert there.above_lower[y, x] > 5
    assert there.to_iris[y, x] < 1
    top, bottom = (
        np.rint(shape.ring[4] * 1.6 - 0.6 * shape.ring[12]),
        np.rint(shape.ring[12] * 1.6 - 0.6 * shape.ring[4]),
    )
    assert there.below_upper[int(top[1]), int(top[0])] < -5
    assert there.above_lower[int(bottom[1]), int(bottom[0])] < -5
    for corner, along in ((shape.ring[0], 0.0), (shape.ring[8], shape.width)):
        cx, cy = np.rint(corner).astype(int)
        assert there.along[cy, cx] == pytest.approx(along, abs=1)


@pytest.mark.parametrize("degrees", [0, 120])
@pytest.mark.parametrize("mirrored", [False, True])
def test_both_lids_run_from_the_outer_corner_to_the_inner_one(degrees: float, mirrored: bool) -> None:
    shape = an_eye(degrees, mirrored)
    upper, lower = shape.in_widths(shape.upper), shape.in_widths(shape.lower)
    for lid in (upper, lower):
        assert np.allclose(lid[[0, -1]], [[0, 0], [1, 0]])
        assert (np.diff(lid[:, 0]) > 0).all()
    assert (upper[1:-1, 1] < 0).all()
    assert (lower[1:-1, 1] > 0).all()


def test_the_aperture_is_one_between_the_lids_and_none_outside() -> None:
    aperture = lid_distances(an_eye(), REGION).aperture(2.0)
    assert aperture[40, 60] == 1
    assert aperture[25, 60] == aperture[55, 60] == 0
    assert (lid_distances(an_eye(), REGION).aperture(0.0) >= 0).all()
    area = math.pi * 30 * 10
    assert float(aperture[:, 30:91].sum()) == pytest.approx(area, rel=0.08)


def test_a_region_is_a_window_on_the_same_plane() -> None:
    whole, part = lid_distances(an_eye(25), REGION), lid_distances(an_eye(25), Box(50, 30, 70, 45))
    assert part.below_upper == pytest.approx(whole.below_upper[30:45, 50:70], abs=1e-4)


def test_touching_lids_leave_no_aperture() -> None:
    shut = replace(an_eye(), ring=(an_eye().ring - [60, 40]) * [1, 0] + [60, 40])
    assert lid_distances(shut, REGION).aperture(1.0).max() <= 0.5


def test_under_a_steep_lid_the_way_to_it_is_the_shortest_one() -> None:
    tall = replace(an_eye(), ring=(an_eye().ring - [60, 40]) * [1, 2.5] + [60, 40])
    there = lid_distances(tall, REGION)
    x, y = 42, 28
    turn = np.linspace(0, math.pi, 2000)
    lid = np.column_stack([60 + 30 * np.cos(turn), 40 - 25 * np.sin(turn)])
    assert there.below_upper[y, x] == pytest.approx(np.linalg.norm(lid - [x, y], axis=1).min(), rel=0.15)


def test_an_eye_in_a_smaller_picture_is_smaller_as_a_whole() -> None:
    eye = an_eye(20)
    small = eye.reduced(4)
    assert small.width == pytest.approx(eye.width / 4)
    assert small.iris_radius == eye.iris_radius / 4
    centre, was = (one.in_widths(np.array([one.iris_xy])) for one in (small, eye))
    assert centre == pytest.approx(was)
    assert small.ring[0] == pytest.approx((eye.ring[0] + 0.5) / 4 - 0.5)
