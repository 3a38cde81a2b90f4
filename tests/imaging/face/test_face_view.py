"""The whole face, small and upright, without its eyes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import place_around
from open_the_eyes.imaging.face.face_view import VIEW_PX, face_view
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.roles import Face


def test_what_is_in_the_eyes_does_not_show_and_all_else_does(portrait: Rgb, portrait_face: Face) -> None:
    marks = portrait_face.landmarks
    painted = portrait.copy()
    for side in SIDES:
        cv2.fillPoly(painted, [np.rint(marks[EYE_RING[side], :2]).astype(np.int32)], (0, 255, 0))
    view = face_view(portrait, marks)
    assert view.shape == (VIEW_PX, VIEW_PX, 3)
    assert np.array_equal(face_view(painted, marks), view)
    painted[int(marks[1, 1]), int(marks[1, 0])] = (0, 255, 0)  # the tip of the nose
    assert not np.array_equal(face_view(painted, marks), view)


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_face_that_lies_is_seen_upright(portrait: Rgb, portrait_face: Face, turn: int) -> None:
    h, w = portrait.shape[:2]
    x, y = portrait_face.landmarks[:, 0], portrait_face.landmarks[:, 1]
    at = {
        cv2.ROTATE_90_CLOCKWISE: (h - 1 - y, x),
        cv2.ROTATE_180: (w - 1 - x, h - 1 - y),
        cv2.ROTATE_90_COUNTERCLOCKWISE: (y, w - 1 - x),
    }[turn]
    lying = np.column_stack([*at, portrait_face.landmarks[:, 2]])
    upright, seen = face_view(portrait, portrait_face.landmarks), face_view(cv2.rotate(portrait, turn), lying)  # type: ignore[arg-type]  # OpenCV's
    assert np.abs(upright.astype(int) - seen).mean() < 3


@pytest.mark.parametrize("size", [1, 7, 60, 2048])
def test_it_is_of_one_size_whatever_the_faces(portrait: Rgb, portrait_face: Face, size: int) -> None:
    scaled = cv2.resize(portrait, (size, size), interpolation=cv2.INTER_AREA)
    marks = portrait_face.landmarks * size / portrait.shape[0]
    view = face_view(np.asarray(scaled, np.uint8), marks)
    assert view.shape == (VIEW_PX, VIEW_PX, 3)
    if size > 500:
        assert np.abs(view.astype(int) - face_view(portrait, portrait_face.landmarks)).mean() < 4


def test_beyond_the_picture_it_is_black(portrait: Rgb, portrait_face: Face) -> None:
    left = int(portrait_face.landmarks[:, 0].min()) - 3
    view = face_view(portrait[:, left:], portrait_face.landmarks - [left, 0, 0])
    place = place_around(portrait_face.landmarks - [left, 0, 0])
    edge = transformed(np.array([[0.0, place.y]]), inverted(place.to_photo(VIEW_PX)))[0, 0]
    assert view[VIEW_PX // 2, : int(edge) - 1].max() == 0
    assert view[VIEW_PX // 2, int(edge) + 2 :].max() > 0
