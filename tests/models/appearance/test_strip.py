"""Pictures to strips and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.strip import from_mean_shape, to_mean_shape
from open_the_eyes.roles import Face
from tests.faces import opening

W, H = layout.SIZE_WH


@pytest.fixture(scope="module")
def points(portrait_face: Face) -> Points:
    return layout.points_on_strip(portrait_face.landmarks)


@pytest.fixture(scope="module")
def mean_points(points: Points) -> Points:
    """Another face's: the same points, a little elsewhere."""
    moved: Points = points + np.random.default_rng(0).normal(0, 0.8, points.shape)
    return moved


def test_the_eyes_are_drawn_where_the_mean_face_has_them(
    portrait: Rgb, portrait_face: Face, points: Points, mean_points: Points
) -> None:
    marked = portrait.copy()
    wanted = {}
    for side in SIDES:
        x, y = transformed(layout.iris_of(points, side)[:1], inverted(layout.to_strip(portrait_face.landmarks)))[0]
        cv2.circle(marked, (round(x * 16), round(y * 16)), 24, (0, 255, 0), -1, cv2.LINE_AA, 4)
        wanted[side] = layout.iris_of(mean_points, side)[0]
    strip = to_mean_shape(marked, portrait_face.landmarks, points, mean_points)
    assert strip.shape == (H, W, 3)
    green = np.clip(strip[..., 1] - strip[..., 0] - 100, 0, None)
    for side, half in zip(SIDES, (np.s_[:, : W // 2], np.s_[:, W // 2 :]), strict=True):
        ys, xs = np.nonzero(green[half] > 0)
        centre = np.array([xs.mean() + (0 if side == "left" else W // 2), ys.mean()])
        assert np.linalg.norm(centre - wanted[side]) < 3


def test_a_strip_laid_back_gives_the_picture_again(
    portrait: Rgb, portrait_face: Face, points: Points, mean_points: Points
) -> None:
    strip = to_mean_shape(portrait, portrait_face.landmarks, points, mean_points)
    back = from_mean_shape(strip, portrait_face.landmarks, points, mean_points, (512, 512))
    assert back.shape == (512, 512, 3)
    for side in SIDES:
        eye = opening(portrait_face.landmarks, side, (512, 512))
        assert np.abs(back[eye] - portrait[eye]).mean() < 6


def test_on_a_small_face_fine_lines_turn_grey_and_not_to_specks(
    portrait_face: Face, points: Points, mean_points: Points
) -> None:
    lines = np.repeat(np.tile(np.array([0, 0, 200], np.float32), W // 3 + 1)[None, :W, None], H, axis=0)
    small = portrait_face.landmarks / 4
    back = from_mean_shape(lines, small, points, mean_points, (128, 128))
    eye = opening(small, "left", (128, 128))
    assert back[eye].mean() == pytest.approx(200 / 3, rel=0.15)
    assert back[eye].std() < 15


def test_past_the_strips_edges_there_is_nothing(portrait_face: Face, points: Points, mean_points: Points) -> None:
    ones = np.ones((H, W, 1), np.float32)
    back = from_mean_shape(ones, portrait_face.landmarks, points, mean_points, (512, 512))
    assert back[300:].max() == 0
    assert back[:, 400:].max() == 0
    middle = portrait_face.landmarks[6, :2].astype(int)
    assert back[middle[1], middle[0], 0] == pytest.approx(1)


@pytest.mark.parametrize("size_hw", [(1, 1), (2, 300), (512, 512)], ids=str)
def test_a_flat_picture_stays_flat_even_past_its_border(
    portrait_face: Face, points: Points, mean_points: Points, size_hw: tuple[int, int]
) -> None:
    picture = np.full((*size_hw, 3), 99, np.uint8)
    assert to_mean_shape(picture, portrait_face.landmarks, points, mean_points) == pytest.approx(99, abs=0.1)


def test_a_large_picture_is_smoothed_before_it_is_reduced(
    portrait_face: Face, points: Points, mean_points: Points
) -> None:
    checks = (np.indices((2048, 2048)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, 2)
    strip = to_mean_shape(checks, portrait_face.landmarks * 8, points, mean_points)
    assert strip.std() < 12


def test_planes_of_any_number_come_back(portrait_face: Face, points: Points, mean_points: Points) -> None:
    for n in (1, 4):
        planes = np.zeros((H, W, n), np.float32)
        assert from_mean_shape(planes, portrait_face.landmarks, points, mean_points, (3, 5)).shape == (3, 5, n)
