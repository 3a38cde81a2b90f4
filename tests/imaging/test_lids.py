"""Eye shapes, distances from the lids, and hairs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.lids import EyeShape, lid_distances, strokes

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
    return EyeShape(ring @ about + [60, 40], (float(at[0]), float(at[1])), 9)


def test_width_goes_from_corner_to_corner_and_the_ratio_says_how_open() -> None:
    assert an_eye().width == pytest.approx(60)
    flat = replace(an_eye(), ring=(an_eye().ring - [60, 40]) * [1, 0.5] + [60, 40])
    assert an_eye().aspect_ratio == pytest.approx(2 * flat.aspect_ratio)
    assert an_eye(33).aspect_ratio == pytest.approx(an_eye().aspect_ratio)
    assert replace(an_eye(), ring=np.zeros((16, 2))).aspect_ratio == 0


@pytest.mark.parametrize(
    ("shape_hw", "area"),
    [((1, 1), 1), ((40, 30), 21 * 31), ((400, 600), 102 * 62)],
    ids=["one pixel", "the eye over the edge", "room enough"],
)
def test_the_region_stays_inside_the_picture(shape_hw: tuple[int, int], area: int) -> None:
    region = an_eye().region(shape_hw)
    assert region == region.to_whole().clipped((shape_hw[1], shape_hw[0]))
    assert region.area == (area if shape_hw != (1, 1) else 0)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 25, -40])
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


@pytest.mark.parametrize("mirrored", [False, True])
def test_right_is_the_pictures_right_and_down_is_down(mirrored: bool) -> None:
    shape = an_eye(mirrored=mirrored)
    there = lid_distances(shape, REGION)
    assert there.right[40, 100] == pytest.approx(100 - shape.iris_xy[0], abs=1e-3)
    assert there.down[70, 60] == pytest.approx(70 - shape.iris_xy[1], abs=1e-3)


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


@pytest.mark.parametrize("shape_hw", [(1, 1), (20, 30)], ids=str)
def test_no_hairs_cover_nothing(shape_hw: tuple[int, int]) -> None:
    plane = strokes(shape_hw, [], 1.0)
    assert plane.shape == shape_hw
    assert not plane.any()


def test_a_hair_lies_where_it_was_put_and_tapers_to_its_tip() -> None:
    plane = strokes((40, 60), [np.linspace([10.0, 20.0], [50.0, 20.0], 6)], 3.0)
    assert 0 <= plane.min() <= plane.max() <= 1
    assert plane[20, 12] > 0.9
    assert plane[:17].max() == plane[24:].max() == 0
    assert plane[:, 12].sum() > 1.5 * plane[:, 45].sum() > 0


def test_hairs_thinner_than_a_pixel_are_faint_not_broken() -> None:
    line = [np.array([[5.0, 20.3], [55.0, 20.6]])]
    covers = [strokes((40, 60), line, thickness)[:, 8:30].sum(axis=0) for thickness in (0.2, 0.5, 2.0)]
    assert (covers[0] > 0).all()
    assert covers[0].mean() < covers[1].mean() < covers[2].mean()


def test_hairs_past_the_edge_are_cut_off() -> None:
    plane = strokes((10, 10), [np.array([[-50.0, 5.0], [70.0, 5.0]]), np.array([[900.0, 900.0], [901.0, 950.0]])], 2.0)
    assert plane[5].min() > 0
    assert plane[0].max() == 0
