"""Faces that the picture's edge cuts off near the eyes, the right way up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.eye_corners import eye_middle
from open_the_eyes.imaging.face.face_crop import Place
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.face.pose import roll_of
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.cut_faces import the_right_way_up
from open_the_eyes.models.faces.finder import FaceFinder, Sighting
from open_the_eyes.models.faces.search import FaceSearch, Found, found_in
from open_the_eyes.roles import Face
from training.masked import MASKS, worn


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture(scope="module")
def cut_off(portrait: Rgb, portrait_face: Face) -> Rgb:
    """The portrait down to half a distance between the eyes below them."""
    left, right = (eye_middle(portrait_face.landmarks, side) for side in SIDES)
    below = (left[1] + right[1]) / 2 + 0.5 * np.hypot(*(right - left))
    return np.ascontiguousarray(portrait[: int(below)])


def turned_over(landmarks: Points) -> Points:
    """The same face head down about the middle between its eyes."""
    middle = np.mean([eye_middle(landmarks, side) for side in SIDES], axis=0)
    return np.column_stack([2 * middle - landmarks[:, :2], landmarks[:, 2]])


class SureOfBoth(FaceFinder):
    """Sees a face in every place, and is surer of those that are head down."""

    def mesh(self, photo: Pyramid, place: Place) -> Points | None:
        points = super().mesh(photo, replace(place, roll_deg=0))
        return points if points is None or abs(place.roll_deg) < 90 else turned_over(points)

    def seen_again(self, photo: Pyramid, place: Place, wider: float) -> Sighting:  # noqa: ARG002
        return Sighting(place, 0.9 if abs(place.roll_deg) > 90 else 0.4)


def test_a_face_taken_for_one_that_is_head_down_is_turned_over(
    finder: FaceFinder, cut_off: Rgb, portrait_face: Face
) -> None:
    seen = the_right_way_up(Pyramid(cut_off), finder, turned_over(portrait_face.landmarks))
    assert seen is not None
    for side in SIDES:
        assert np.linalg.norm(eye_middle(seen, side) - eye_middle(portrait_face.landmarks, side)) < 4


def test_so_is_a_face_with_a_mask_on_wherever_it_is(finder: FaceFinder, portrait: Rgb, portrait_face: Face) -> None:
    misread = turned_over(portrait_face.landmarks)
    assert the_right_way_up(Pyramid(portrait), finder, misread) is misread
    seen = the_right_way_up(Pyramid(worn(portrait, portrait_face.landmarks, MASKS["white"])), finder, misread)
    assert seen is not None
    for side in SIDES:
        assert np.linalg.norm(eye_middle(seen, side) - eye_middle(portrait_face.landmarks, side)) < 4


def test_so_is_one_that_was_looked_for_in_a_photo(
    finder: FaceFinder, cut_off: Rgb, portrait_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    misread = Found(turned_over(portrait_face.landmarks), 0.8)
    monkeypatch.setattr(FaceSearch, "faces", lambda *_, **__: [misread])
    (found,) = found_in(Pyramid(cut_off), finder, 48)
    assert abs(roll_of(found.landmarks)) < 20


def test_one_that_is_known_the_right_way_up_as_well_is_one_face(
    finder: FaceFinder, cut_off: Rgb, portrait_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [Found(turned_over(portrait_face.landmarks), 0.8), Found(portrait_face.landmarks, 0.7)]
    monkeypatch.setattr(FaceSearch, "faces", lambda *_, **__: both)
    assert found_in(Pyramid(cut_off), finder, 48) == both[1:]


@pytest.mark.parametrize("above", [0.3, 0.5, 1.0])
def test_a_face_that_is_head_down_stays_so(
    finder: FaceFinder, portrait: Rgb, portrait_face: Face, above: float
) -> None:
    left, right = (eye_middle(portrait_face.landmarks, side) for side in SIDES)
    top = int((left[1] + right[1]) / 2 - above * np.hypot(*(right - left)))
    head_down = np.ascontiguousarray(portrait[top:][::-1, ::-1])
    (found,) = found_in(Pyramid(head_down), finder, 48)
    assert abs(roll_of(found.landmarks)) > 160
    assert the_right_way_up(Pyramid(head_down), finder, found.landmarks) is found.landmarks


def test_where_either_way_up_is_likely_there_is_no_face(cut_off: Rgb, portrait_face: Face) -> None:
    above = np.ascontiguousarray(cut_off[: int(eye_middle(portrait_face.landmarks, "left")[1]) + 12])
    assert the_right_way_up(Pyramid(above), SureOfBoth(), turned_over(portrait_face.landmarks)) is None


def test_a_whole_face_is_not_looked_at_again(portrait: Rgb, portrait_face: Face) -> None:
    landmarks = turned_over(portrait_face.landmarks)
    assert the_right_way_up(Pyramid(portrait), SureOfBoth(), landmarks) is landmarks
