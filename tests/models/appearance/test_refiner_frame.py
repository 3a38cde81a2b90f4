"""One eye, upright, outer corner to the left."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.models.appearance.refiner_frame import MAX_EYE, MIN_EYE, REACH_WH, RefinerFrame, eye_frame


def an_eye(width: float = 60, degrees: float = 0, mirrored: bool = False) -> EyeShape:
    turn = np.linspace(math.pi, -math.pi, 16, endpoint=False)
    ring = np.column_stack([np.cos(turn), -np.sin(turn) / 3]) * width / 2
    if mirrored:
        ring = ring * [-1, 1]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return EyeShape(
        ring @ np.array([[c, s], [-s, c]]) + [200, 150], (200.0, 150.0), width * 0.2, "right" if mirrored else "left"
    )


def a_frame(width: float = 60, degrees: float = 0, mirrored: bool = False) -> RefinerFrame:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    upright = np.array([[c, s, 4.0], [-s, c, 9.0]])
    return eye_frame(an_eye(width, degrees, mirrored), upright)


@pytest.mark.parametrize("mirrored", [False, True], ids=["left", "right"])
@pytest.mark.parametrize("degrees", [0, 90, -37])
def test_every_eye_lies_upright_in_the_middle_with_its_outer_corner_left(degrees: float, mirrored: bool) -> None:
    frame = a_frame(60, degrees, mirrored)
    outer, inner = frame.shape.ring[0], frame.shape.ring[8]
    assert inner[0] - outer[0] == pytest.approx(60)
    assert inner[1] == pytest.approx(outer[1])
    assert (outer + inner) / 2 == pytest.approx(np.array(frame.size_wh) / 2 - 0.5)
    assert frame.shape.ring[4, 1] < frame.shape.ring[12, 1]
    assert frame.shape.iris_radius == pytest.approx(12)
    assert frame.mirrored is mirrored


@pytest.mark.parametrize(
    ("width", "size"),
    [(0.5, MIN_EYE), (MIN_EYE, MIN_EYE), (66, 66), (MAX_EYE, MAX_EYE), (900, MAX_EYE)],
)
def test_sizes_are_kept_between_the_limits(width: float, size: float) -> None:
    frame = a_frame(width)
    assert frame.shape.width == pytest.approx(size)
    assert frame.size_wh[0] % 8 == frame.size_wh[1] % 8 == 0
    assert frame.size_wh[0] == pytest.approx(REACH_WH[0] * size, abs=4)


def test_an_asked_size_makes_eyes_alike() -> None:
    upright = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    frames = [eye_frame(an_eye(width), upright, 80) for width in (50, 70)]
    assert frames[0].size_wh == frames[1].size_wh == (144, 112)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 20])
def test_what_is_taken_can_be_put_back(degrees: float, mirrored: bool) -> None:
    frame = a_frame(60, degrees, mirrored)
    noise = np.random.default_rng(0).uniform(0, 255, (300, 400, 3)).astype(np.float32)
    picture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    back = frame.put_back(frame.taken(picture), (300, 400))
    eye = np.s_[140:160, 180:220]
    assert np.abs(back[eye] - picture[eye]).max() < 0.15 * picture[eye].std() + 1
    assert not back[:60].any()
    assert not back[:, :100].any()


def test_planes_and_pictures_both_go_in() -> None:
    frame = a_frame()
    assert frame.taken(np.zeros((300, 400), np.float32)).shape == frame.size_wh[::-1]
    assert frame.taken(np.zeros((300, 400, 3), np.float32)).shape == (*frame.size_wh[::-1], 3)


@pytest.mark.parametrize("shape_hw", [(1, 1), (160, 210)], ids=["one pixel", "cut at the eye"])
def test_an_eye_at_the_border_is_taken_as_far_as_it_goes(shape_hw: tuple[int, int]) -> None:
    frame = a_frame()
    assert frame.taken(np.full(shape_hw, 8, np.float32)) == pytest.approx(8, abs=0.01)
    assert frame.put_back(np.ones(frame.size_wh[::-1], np.float32), shape_hw).shape == shape_hw


def test_the_geometry_is_bounded_and_knows_lids_iris_and_size() -> None:
    frame = a_frame(66)
    iris, upper, lower, size = frame.geometry()
    assert all(np.abs(plane).max() <= 1 for plane in (iris, upper, lower))
    y, x = frame.size_wh[1] // 2, frame.size_wh[0] // 2
    assert iris[y, x] < -0.9
    assert upper[y, x] > 0.5
    assert lower[y, x] > 0.5
    assert upper[4, x] < -0.9
    assert lower[-4, x] < -0.9
    assert np.abs(size).max() < 0.01
    assert (a_frame(100).geometry()[3] > 0.4).all()


def test_both_eyes_of_a_face_look_alike_to_the_network() -> None:
    left, right = a_frame(60, 0, False), a_frame(60, 0, True)
    assert left.geometry() == pytest.approx(right.geometry(), abs=0.05)


@pytest.mark.parametrize("degrees", [0, -37])
@pytest.mark.parametrize("height", [1000, 240], ids=["amid the picture", "past its edge"])
def test_a_large_eye_is_taken_as_from_a_picture_blurred_everywhere(degrees: float, height: int) -> None:
    picture = np.random.default_rng(4).normal(128, 40, (height, 900, 3)).astype(np.float32)
    shape = an_eye(250, degrees)
    middle = EyeShape(shape.ring + np.array([250.0, 180.0]), (450.0, 330.0), shape.iris_radius, shape.side)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    frame = eye_frame(middle, np.array([[c, s, 0.0], [-s, c, 0.0]]))
    blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.42 * 250 / MAX_EYE), np.float32)
    expected = cv2.warpAffine(
        blurred, frame.from_picture, frame.size_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    np.testing.assert_array_equal(frame.taken(picture), expected)
