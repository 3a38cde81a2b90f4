"""The classifier that tells painted eyes from photographed ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.face.mesh478 import INNER_CORNER
from training.faces import Portrait
from training.refiner.telltale import EYE_PX, SIZE_WH, EyePicture, auc, exchanged, eye_pictures

PEOPLE = 15


def eyes_of(person: int, blur: float = 0.0) -> tuple[EyePicture, ...]:
    """Two eyes of noise, softened when asked for."""
    rng = np.random.default_rng(person)
    noise = rng.integers(0, 256, (2, SIZE_WH[1], SIZE_WH[0], 3)).astype(np.uint8)
    return tuple(np.asarray(cv2.GaussianBlur(eye, (0, 0), 0.6 + blur), np.uint8) for eye in noise)


def test_soft_eyes_are_told_from_sharp_ones() -> None:
    told = auc([eyes_of(k) for k in range(PEOPLE)], [eyes_of(k + 100, blur=0.8) for k in range(PEOPLE)])
    assert told.mean > 0.95


def test_eyes_that_differ_in_nothing_cannot_be_told_apart() -> None:
    told = auc([eyes_of(k) for k in range(PEOPLE)], [eyes_of(k + 100) for k in range(PEOPLE)])
    assert told.mean == pytest.approx(0.5, abs=0.15)


def test_eyes_are_shown_level_at_one_size_with_the_outer_corner_to_the_left(astronaut: Portrait) -> None:
    marked, marks = astronaut.pixels.copy(), astronaut.landmarks
    for side in ("left", "right"):
        x, y = np.rint(marks[INNER_CORNER[side], :2]).astype(int)
        cv2.circle(marked, (int(x), int(y)), 1, (0, 255, 0), -1)
    for eye in eye_pictures(marked, marks):
        assert eye.shape == (SIZE_WH[1], SIZE_WH[0], 3)
        ys, xs = np.nonzero(eye[..., 1].astype(int) - eye[..., 0] > 100)
        assert xs.mean() == pytest.approx((SIZE_WH[0] + EYE_PX) / 2, abs=5)
        assert ys.mean() == pytest.approx(SIZE_WH[1] / 2, abs=5)


def test_with_all_true_detail_a_soft_eye_is_the_true_one_and_with_the_finest_it_is_nearer() -> None:
    true, soft = eyes_of(0)[0], eyes_of(0, blur=1.5)[0]
    far, near, none = (
        float(np.abs(eye.astype(int) - true.astype(int)).mean())
        for eye in (soft, exchanged(soft, true, 1.0), exchanged(true, true, 1.0))
    )
    assert none == 0
    assert near < 0.6 * far
