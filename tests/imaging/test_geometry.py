"""Rectangles and similarities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from open_the_eyes.imaging.geometry import (
    Box,
    across,
    along_and_across,
    from_reduced,
    inverted,
    quarter_turned,
    scale_of,
    similarity_from_two,
    transformed,
)

BOX = Box(10, 20, 40, 80)


def test_left_and_top_belong_to_a_box_right_and_bottom_do_not() -> None:
    picture = np.arange(100 * 90).reshape(100, 90)
    assert BOX.cut(picture).shape == (BOX.height, BOX.width)
    assert BOX.cut(picture)[0, 0] == picture[20, 10]
    assert BOX.cut(picture)[-1, -1] == picture[79, 39]


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        pytest.param(Box(0, 0, 0, 0), Box(0, 0, 0, 0), id="empty"),
        pytest.param(Box(0, 0, 50, 40), Box(0, 0, 50, 40), id="the whole picture"),
        pytest.param(Box(-5, -5, 20, 20), Box(0, 0, 20, 20), id="over the left top corner"),
        pytest.param(Box(30, 30, 99, 99), Box(30, 30, 50, 40), id="over the right bottom corner"),
        pytest.param(Box(60, 50, 70, 60), Box(50, 40, 50, 40), id="beyond the picture"),
    ],
)
def test_clipping_keeps_what_lies_inside(box: Box, clipped: Box) -> None:
    assert box.clipped((50, 40)) == clipped
    assert box.clipped((50, 40)).area == Box.cut(clipped, np.zeros((40, 50))).size


def test_a_box_seen_from_another_can_be_placed_in_it_again() -> None:
    assert BOX.seen_from(Box(3, 4, 99, 99)) == Box(7, 16, 37, 76)
    assert BOX.seen_from(Box(3, 4, 99, 99)).placed_in(Box(3, 4, 50, 50)) == BOX


def test_what_is_within_a_picture_is_whole_pixels_of_it() -> None:
    assert Box(-3.5, 2.4, 7.2, 40.0).within(np.zeros((30, 20, 3))) == Box(0, 2, 8, 30)


def test_a_union_holds_both_and_what_lies_between() -> None:
    assert BOX.union(Box(50, 0, 60, 30)) == Box(50, 0, 60, 30).union(BOX) == Box(10, 0, 60, 80)


def test_landmarks_less_the_offset_count_from_the_corner_and_keep_their_depth() -> None:
    assert (np.array([[12.0, 25.0, -7.0]]) - BOX.offset).tolist() == [[2.0, 5.0, -7.0]]


def test_a_box_turned_inside_out_has_no_area() -> None:
    assert Box(10, 0, 5, 5).area == 0


def test_growing_keeps_the_centre_and_counts_in_the_longer_side() -> None:
    grown = BOX.grown(0.5)
    assert grown.centre_xy == BOX.centre_xy
    assert (grown.width, grown.height) == (30 + 60, 60 + 60)


def test_whole_sides_hold_the_box_and_stay_if_they_are_whole() -> None:
    assert Box(0.2, -0.2, 3.1, 4.0).to_whole() == Box(0, -1, 4, 4)
    assert BOX.to_whole() == BOX


def test_around_takes_points_of_any_dimension() -> None:
    assert Box.around(np.array([[3.0, 9.0, -50.0], [1.0, 4.0, 99.0]])) == Box(1, 4, 3, 9)
    assert Box.around(np.array([[3.0, 9.0]])).area == 0


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.bool_])
def test_holding_takes_what_is_above_zero_and_nothing_else(kind: type[np.generic]) -> None:
    plane = np.zeros((30, 40), kind)
    assert Box.holding(plane) is None
    plane[[3, 12], [39, 7]] = 1
    assert Box.holding(plane) == Box(7, 3, 40, 13)
    assert Box.holding(plane[:, 10:]) == Box(29, 3, 30, 4)
    assert Box.holding(np.zeros((0, 5), kind)) is None


@pytest.mark.parametrize(
    ("other", "share"),
    [
        pytest.param(Box(0, 0, 0, 0), 0, id="an empty one"),
        pytest.param(BOX, 1, id="itself"),
        pytest.param(Box(10, 20, 40, 50), 0.5, id="its half"),
        pytest.param(Box(40, 20, 70, 80), 0, id="its neighbour"),
        pytest.param(Box(100, 100, 110, 110), 0, id="far away"),
    ],
)
def test_intersection_over_union(other: Box, share: float) -> None:
    assert BOX.intersection_over_union(other) == pytest.approx(share)
    assert other.intersection_over_union(BOX) == pytest.approx(share)


def test_two_empty_boxes_share_nothing() -> None:
    assert Box(0, 0, 0, 0).intersection_over_union(Box(0, 0, 0, 0)) == 0


def test_a_similarity_carries_two_points_and_keeps_shapes() -> None:
    a, b, c = np.array([0.0, 0.0]), np.array([4.0, 0.0]), np.array([0.0, 3.0])
    matrix = similarity_from_two(a, b, np.array([10.0, 20.0]), np.array([10.0, 28.0]))
    at = transformed(np.array([a, b, c]), matrix)
    assert at[:2] == pytest.approx(np.array([[10, 20], [10, 28]]))
    assert np.linalg.norm(at[2] - at[0]) == pytest.approx(2 * 3)
    assert (at[1] - at[0]) @ (at[2] - at[0]) == pytest.approx(0)
    assert np.linalg.det(matrix[:, :2]) > 0
    assert scale_of(matrix) == pytest.approx(2)


@pytest.mark.parametrize("degrees", [0, 37, 90, 180, -120])
@pytest.mark.parametrize("scale", [0.01, 1, 300])
def test_the_way_back_leads_back(degrees: float, scale: float) -> None:
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    matrix = np.array([[c, -s, 5], [s, c, -7]])
    points = np.array([[0.0, 0.0], [1.0, 2.0], [-300.0, 40.0]])
    assert transformed(transformed(points, matrix), inverted(matrix)) == pytest.approx(points)
    assert scale_of(inverted(matrix)) == pytest.approx(1 / scale)


def test_depth_is_left_out_of_a_transform() -> None:
    flat = transformed(np.array([[1.0, 2.0, 99.0]]), np.array([[1.0, 0, 10], [0, 1.0, 20]]))
    assert flat == pytest.approx(np.array([[11, 22]]))


def test_a_map_from_a_reduced_picture_takes_pixels_where_the_middle_of_those_they_are_made_of_goes() -> None:
    matrix = np.array([[2.0, 1.0, 5.0], [-1.0, 2.0, 3.0]])
    made_of = np.array([[3.0, 4.0], [4.0, 4.0], [5.0, 4.0], [3.0, 5.0], [4.0, 5.0], [5.0, 5.0]])
    middle = transformed(made_of, matrix).mean(axis=0)
    assert transformed(np.array([[1.0, 2.0]]), from_reduced(matrix, 3, 2))[0] == pytest.approx(middle)


def test_all_of_a_picture_is_a_box() -> None:
    assert Box.of(np.zeros((30, 20, 3))) == Box(0, 0, 20, 30)


def test_what_points_right_is_turned_down_and_twice_backwards() -> None:
    assert quarter_turned(np.array([2.0, 0.0])).tolist() == [0, 2]
    assert quarter_turned(quarter_turned(np.array([3.0, 1.0]))).tolist() == [-3, -1]


@pytest.mark.parametrize("below", [1.0, -1.0], ids=["upright", "upside down"])
def test_places_along_an_eye_and_below_it_are_told_in_its_widths(below: float) -> None:
    outer, inner = np.array([3.0, 5.0]), np.array([11.0, 9.0])
    axis = inner - outer
    down = across(axis, np.array([0.0, below]))
    assert down @ axis == 0
    u, v = along_and_across((20, 30, 3), outer, axis, down)
    assert u.shape == v.shape == (20, 30)
    assert (u[5, 3], v[5, 3]) == (0, 0)
    assert (u[9, 11], v[9, 11]) == (1, 0)
    assert math.copysign(1, v[19, 3]) == below
