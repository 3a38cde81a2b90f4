"""The default detector on a public-domain portrait and on pictures made of it."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.faces.mediapipe_faces import MediapipeDetector
from open_the_eyes.roles import Face, FaceDetector
from open_the_eyes.settings import Settings


@pytest.fixture(scope="module")
def detector() -> MediapipeDetector:
    return MediapipeDetector(Settings())


@pytest.fixture(scope="module")
def face(detector: MediapipeDetector, portrait: Rgb) -> Face:
    (found,) = detector.detect(portrait)
    return found


def turned(pixels: Rgb, degrees: float) -> tuple[Rgb, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """The picture turned clockwise about its middle on a large enough canvas, and the matrix that did it."""
    h, w = pixels.shape[:2]
    side = int(np.hypot(h, w)) + 2
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), -degrees, 1), dtype=np.float64)
    matrix[:, 2] += [(side - w) / 2, (side - h) / 2]
    return np.asarray(cv2.warpAffine(pixels, matrix, (side, side)), np.uint8), matrix


def test_it_fills_the_role() -> None:
    role: FaceDetector = MediapipeDetector(Settings())
    assert role.name == "mediapipe"


def test_the_portrait_has_one_face_with_open_eyes(face: Face) -> None:
    assert face.landmarks.shape == (478, 3)
    assert face.box.intersection_over_union(Box(178, 68, 272, 178)) > 0.9
    assert face.refusal is None
    assert all(face.eyes[side].closed_probability < 0.1 for side in SIDES)
    assert all(face.eyes[side].openness > 0.8 for side in SIDES)
    assert abs(face.yaw_deg) < 10
    assert abs(face.roll_deg) < 10


def test_a_painted_blink_is_closed(detector: MediapipeDetector, portrait: Rgb, face: Face) -> None:
    (found,) = detector.detect(paint_blink(portrait, face.landmarks))
    assert all(found.eyes[side].closed_probability > 0.7 for side in SIDES)
    assert all(found.eyes[side].openness < 0.6 for side in SIDES)


@pytest.mark.parametrize("side", SIDES)
def test_one_closed_eye_is_told_from_the_open_one(
    detector: MediapipeDetector, portrait: Rgb, face: Face, side: str
) -> None:
    shut = next(one for one in SIDES if one == side)
    other = next(one for one in SIDES if one != side)
    (found,) = detector.detect(paint_blink(portrait, face.landmarks, (shut,)))
    assert found.eyes[shut].closed_probability > 0.7
    assert found.eyes[other].closed_probability < 0.3


def test_measure_finds_the_same_face_again(detector: MediapipeDetector, portrait: Rgb, face: Face) -> None:
    again = detector.measure(portrait, face)
    assert again is not None
    assert np.abs(again.landmarks - face.landmarks).max() < 0.02 * face.box.width
    shut = detector.measure(paint_blink(portrait, face.landmarks), face)
    assert shut is not None
    assert all(shut.eyes[side].closed_probability > 0.7 for side in SIDES)


def test_measure_says_none_where_the_face_is_gone(detector: MediapipeDetector, portrait: Rgb, face: Face) -> None:
    assert detector.measure(np.full_like(portrait, 120), face) is None


@pytest.mark.parametrize("degrees", [-135, -60, 20, 45, 90, 180])
def test_a_tilted_head_has_its_landmarks_in_the_right_places(
    detector: MediapipeDetector, portrait: Rgb, face: Face, degrees: float
) -> None:
    pixels, matrix = turned(portrait, degrees)
    (found,) = detector.detect(pixels)
    wanted = face.landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.linalg.norm(found.landmarks[:, :2] - wanted, axis=1).mean() < 0.02 * face.box.width
    assert abs((found.roll_deg - face.roll_deg - degrees + 180) % 360 - 180) < 5


def test_twenty_faces_are_numbered_left_to_right(detector: MediapipeDetector, portrait: Rgb) -> None:
    head = cv2.resize(portrait[20:240, 120:330], (150, 157), interpolation=cv2.INTER_AREA)
    wall = np.tile(np.asarray(head, np.uint8), (4, 5, 1))
    faces = detector.detect(wall)
    assert len(faces) == 20
    centres = [one.box.centre_xy for one in faces]
    assert centres == sorted(centres)
    assert all(eye.closed_probability < 0.5 for one in faces for eye in one.eyes.values())


def test_a_small_face_in_a_big_picture_is_found(detector: MediapipeDetector, portrait: Rgb) -> None:
    scene = np.full((900, 1300, 3), 90, np.uint8)
    head = cv2.resize(portrait[0:330, 90:370], None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA)
    scene[500 : 500 + head.shape[0], 950 : 950 + head.shape[1]] = head
    (found,) = detector.detect(scene)
    assert 70 < found.box.width < 100


def test_a_face_cut_by_the_border_is_found(detector: MediapipeDetector, portrait: Rgb, face: Face) -> None:
    (found,) = detector.detect(np.ascontiguousarray(portrait[:, 205:]))
    assert abs(found.box.right - (face.box.right - 205)) < 0.1 * face.box.width


def test_a_face_that_the_border_cuts_at_forehead_chin_and_cheek_is_found(
    detector: MediapipeDetector, portrait: Rgb
) -> None:
    assert len(detector.detect(np.ascontiguousarray(portrait[90:155, 179:252]))) == 1


@pytest.mark.parametrize(("size", "refusal"), [(0.3, "too_small"), (0.4, None)])
def test_a_face_below_the_limit_is_in_doubt_and_far_below_refused(
    detector: MediapipeDetector, portrait: Rgb, size: float, refusal: str | None
) -> None:
    small = cv2.resize(portrait, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    (found,) = detector.detect(np.asarray(small, np.uint8))
    assert found.refusal == refusal
    assert not found.is_reliable
    assert f"{int(found.box.width)} pixels" in (found.reason if refusal else found.doubt)


def test_sunglasses_are_covered(detector: MediapipeDetector, portrait: Rgb, face: Face) -> None:
    pixels = portrait.copy()
    for left in (True, False):
        eye = face.landmarks[[33, 133] if left else [362, 263], :2].mean(axis=0)
        cv2.ellipse(pixels, (round(eye[0]), round(eye[1]) + 2), (18, 13), 0, 0, 360, (18, 17, 20), -1, cv2.LINE_AA)
    middle = round(float(face.landmarks[168, 1]))
    cv2.line(pixels, (190, middle), (258, middle), (18, 17, 20), 3)
    (found,) = detector.detect(pixels)
    assert found.refusal == "covered"


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 3000), (3000, 1), (2, 2), (40, 40)], ids=str)
def test_a_picture_without_room_for_a_face_has_none(detector: MediapipeDetector, size_hw: tuple[int, int]) -> None:
    assert detector.detect(np.full((*size_hw, 3), 128, np.uint8)) == []


def test_noise_has_no_face(detector: MediapipeDetector) -> None:
    assert detector.detect(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)) == []


def test_the_same_photo_gives_the_same_figures_and_stays_as_it_was(portrait: Rgb) -> None:
    before = portrait.copy()
    (first,) = MediapipeDetector(Settings()).detect(portrait)
    (second,) = MediapipeDetector(Settings()).detect(portrait)
    assert np.array_equal(first.landmarks, second.landmarks)
    rest = [(one.box, one.eyes, one.yaw_deg, one.roll_deg, one.confidence, one.refusal) for one in (first, second)]
    assert rest[0] == rest[1]
    assert np.array_equal(portrait, before)


def test_detectors_made_one_after_another_share_what_is_loaded(portrait: Rgb, face: Face) -> None:
    one, other = MediapipeDetector(Settings()), MediapipeDetector(Settings(min_face_px=64))
    assert None not in (one.measure(portrait, face), other.measure(portrait, face))
    assert one._finder is other._finder


def test_it_says_nothing_while_loading() -> None:
    program = (
        "from open_the_eyes.portrait import portrait\n"
        "from open_the_eyes.models.faces.mediapipe_faces import MediapipeDetector\n"
        "from open_the_eyes.settings import Settings\n"
        "assert len(MediapipeDetector(Settings()).detect(portrait())) == 1\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
