"""Where faces are looked for: photos on their side and head down, made of a public-domain portrait."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import Place
from open_the_eyes.imaging.face.mesh478 import CHIN, IRIS
from open_the_eyes.imaging.face.pose import roll_of
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.finder import FaceFinder, Sighting
from open_the_eyes.models.faces.mediapipe_faces import MediapipeDetector
from open_the_eyes.models.faces.search import Found, found_in, same_face, turned_back, turns_to_try, ways_up
from open_the_eyes.settings import Settings


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return MediapipeDetector(Settings())._finder


@pytest.fixture(scope="module")
def group(portrait: Rgb) -> Rgb:
    """Eight small faces in two rows."""
    scene = np.full((1000, 1500, 3), 90, np.uint8)
    head = cv2.resize(portrait[30:230, 130:320], None, fx=0.64, fy=0.64, interpolation=cv2.INTER_AREA)
    for top in (60, 560):
        for left in (40, 395, 750, 1105):
            scene[top : top + head.shape[0], left : left + head.shape[1]] = head
    return scene


def places(faces: list[Found]) -> list[list[int]]:
    """The faces' chins, in order."""
    return sorted([round(float(x)) for x in one.landmarks[CHIN, :2]] for one in faces)


@pytest.fixture(scope="module")
def upright(finder: FaceFinder, group: Rgb) -> list[Found]:
    return found_in(Pyramid(group), finder, 32)


@pytest.mark.parametrize("turns", [2, 3])
def test_a_group_that_lies_on_its_side_or_head_down_has_all_its_faces(
    finder: FaceFinder, group: Rgb, upright: list[Found], turns: int
) -> None:
    assert len(upright) == 8
    turned = found_in(Pyramid(group).turned(turns), finder, 32)
    seen = [turned_back(one.landmarks, turns, (1500, 1000)) for one in turned]
    back = [Found(landmarks, one.score) for landmarks, one in zip(seen, turned, strict=True)]
    assert np.abs(np.subtract(places(back), places(upright))).max() <= 2


def test_who_stands_where_most_lie_is_not_lost(finder: FaceFinder, group: Rgb, portrait: Rgb) -> None:
    """The one who stands is too small to be seen in the whole photo, and lies where it is looked through turned."""
    scene = np.full((1500, 2000, 3), 90, np.uint8)
    scene[:1500, :1000] = np.rot90(group)
    head = cv2.resize(portrait[30:230, 130:320], None, fx=0.64, fy=0.64, interpolation=cv2.INTER_AREA)
    scene[700 : 700 + head.shape[0], 1500 : 1500 + head.shape[1]] = head
    found = found_in(Pyramid(scene), finder, 32)
    assert sorted(round(roll_of(one.landmarks) / 90) for one in found) == [*[-1] * 8, 0]


def test_what_is_found_in_a_turned_photo_is_taken_back_into_it(finder: FaceFinder, portrait: Rgb) -> None:
    """The pupils are the darkest of what is around them, wherever the photo has them."""
    for turns in range(4):
        photo = Pyramid(portrait).turned(turns)
        (face,) = found_in(photo, finder, 64)
        for side in ("left", "right"):
            x, y = np.round(face.landmarks[IRIS[side][0], :2]).astype(int)
            assert photo.pixels[y - 2 : y + 3, x - 2 : x + 3].mean() < 90
        assert turns_to_try([face]) == -turns % 4


def test_points_are_turned_back_like_pixels() -> None:
    picture = np.arange(12).reshape(3, 4)
    for turns in range(4):
        turned = np.rot90(picture, turns)
        ys, xs = np.mgrid[: turned.shape[0], : turned.shape[1]]
        points = np.column_stack([xs.ravel(), ys.ravel(), np.full(12, 7.0)])
        back = turned_back(points, turns, (4, 3))
        assert (picture[back[:, 1].astype(int), back[:, 0].astype(int)] == turned.ravel()).all()
        assert (back[:, 2] == 7).all()


@pytest.mark.parametrize(
    ("rolls", "turns"),
    [
        ([], 0),
        ([0, 10, -20], 0),
        ([0, 0, 0, 0, 180], 0),
        ([0, 0, 180], 2),
        ([92, 80, 0], 1),
        ([-95], 3),
        ([-178, 170], 2),
    ],
)
def test_a_photo_is_tried_turned_where_some_of_its_faces_are(
    portrait: Rgb, finder: FaceFinder, rolls: list[float], turns: int
) -> None:
    (face,) = found_in(Pyramid(portrait), finder, 64)
    points = face.landmarks[:, :2] - face.landmarks[:, :2].mean(axis=0)
    angles = np.radians(rolls) - np.radians(roll_of(face.landmarks))
    turned = [points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) for a in angles]
    assert turns_to_try([Found(np.column_stack([xy, face.landmarks[:, 2]]), 0.8) for xy in turned]) == turns


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        pytest.param(Box(0, 0, 10, 10), Box(1, 1, 11, 11), True, id="nearly the same"),
        pytest.param(Box(0, 0, 10, 10), Box(3, 3, 7, 7), True, id="one inside the other, same middle"),
        pytest.param(Box(0, 0, 10, 10), Box(8, 0, 18, 10), False, id="neighbours that overlap a little"),
        pytest.param(Box(0, 0, 10, 10), Box(30, 0, 40, 10), False, id="apart"),
    ],
)
def test_same_face(a: Box, b: Box, same: bool) -> None:
    assert same_face(a, b) is same


@pytest.mark.parametrize(
    ("roll", "other", "sides"),
    [(7, -177, 2), (97, -87, 2), (-83, 93, 2), (0, 0, 1), (170, -175, 1), (80, 100, 1), (32, 92, 4), (-9, -93, 4)],
)
def test_a_face_seen_another_way_up_is_told_however_the_photo_lies(roll: float, other: float, sides: int) -> None:
    one, another = (Sighting(Place(100.0, 100.0, 80.0, angle), 0.7) for angle in (roll, other))
    assert ways_up(one, [one, another]) == sides
    assert ways_up(one, [replace(another, score=0.1)]) == 1
    assert ways_up(one, [replace(another, place=replace(another.place, x=400.0))]) == 1
