"""What became of an eye between two pictures."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_change import along_eye, gaze_shift, iris_disc, iris_shift, ring_shift
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES, Side
from open_the_eyes.roles import Face


def test_the_same_eyes_have_not_changed(portrait: Rgb, portrait_face: Face) -> None:
    for side in SIDES:
        assert iris_shift(portrait, portrait, portrait_face.landmarks, side) == 0
        assert ring_shift(portrait_face.landmarks, portrait_face.landmarks, side) == 0
        assert gaze_shift(portrait_face.landmarks, portrait_face.landmarks, side) == 0


@pytest.mark.parametrize(
    ("add", "low", "high"),
    [
        pytest.param((10, 10, 10), 0, 3, id="brighter"),
        pytest.param((-20, 40, -20), 20, 90, id="green"),
        pytest.param((-30, 0, 60), 20, 90, id="blue"),
    ],
)
def test_colour_counts_and_light_does_not(
    portrait: Rgb, portrait_face: Face, add: tuple[int, int, int], low: float, high: float
) -> None:
    after = np.clip(portrait.astype(int) + add, 0, 255).astype(np.uint8)
    for side in SIDES:
        assert low <= iris_shift(portrait, after, portrait_face.landmarks, side) < high


def test_only_the_eye_that_was_asked_for_counts(portrait: Rgb, portrait_face: Face) -> None:
    after = portrait.copy()
    after[:, 225:] = (0, 255, 0)
    assert iris_shift(portrait, after, portrait_face.landmarks, "left") == 0
    assert iris_shift(portrait, after, portrait_face.landmarks, "right") > 50


def test_an_iris_that_does_not_show_has_no_colour_to_lose(portrait: Rgb, portrait_face: Face) -> None:
    landmarks = portrait_face.landmarks.copy()
    landmarks[EYE_RING["left"]] += [0, 400, 0]
    assert iris_shift(portrait, np.zeros_like(portrait), landmarks, "left") == 0
    assert iris_shift(portrait, np.zeros_like(portrait), landmarks - [1000, 1000, 0], "right") == 0


def test_shifts_are_in_eye_widths(portrait_face: Face) -> None:
    ring = portrait_face.landmarks[EYE_RING["left"], :2]
    width = float(np.linalg.norm(ring[8] - ring[0]))
    moved = portrait_face.landmarks.copy()
    moved[IRIS["left"], 0] += 0.2 * width
    assert gaze_shift(portrait_face.landmarks, moved, "left") == pytest.approx(0.2)
    assert ring_shift(portrait_face.landmarks, moved, "left") == 0
    moved[EYE_RING["left"], 1] += 0.1 * width
    assert ring_shift(portrait_face.landmarks, moved, "left") == pytest.approx(0.1)
    assert ring_shift(portrait_face.landmarks, moved, "right") == 0


def test_a_disc_covers_the_iris_and_ends_softly(portrait_face: Face) -> None:
    disc = iris_disc(portrait_face.landmarks, "left", (512, 512))
    x, y = np.rint(portrait_face.landmarks[IRIS["left"][0], :2]).astype(int)
    assert disc[y, x] == 1
    assert 20 < (disc > 0).sum() < 120
    assert np.unique(disc).size > 4


@pytest.mark.parametrize(("side", "outer_x"), [("left", 0.0), ("right", 40.0)])
def test_an_iris_stands_to_the_right_of_the_middle_of_either_eye(side: Side, outer_x: float) -> None:
    ring = np.zeros((16, 2))
    ring[[0, 8], 0] = outer_x, 40 - outer_x
    assert along_eye(ring, np.array([20.0, 3.0]), side) == pytest.approx(0)
    assert along_eye(ring, np.array([30.0, 3.0]), side) == pytest.approx(0.25)
