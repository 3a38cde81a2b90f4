"""Pieces hold all of a crop that may change, once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_corners import eye_corners
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.pieces import pieces_of
from open_the_eyes.roles import Crop, Face
from open_the_eyes.stages.crop import crop


@pytest.mark.parametrize("closed", [SIDES, SIDES[:1], SIDES[1:]], ids=["both", "left", "right"])
def test_all_of_the_mask_lies_in_one_piece_an_eye(closed: tuple[Side, ...], portrait: Rgb, portrait_face: Face) -> None:
    whole = crop(portrait, portrait_face, closed)
    pieces = pieces_of(whole)
    assert [piece.crop.sides for piece in pieces] == [(side,) for side in closed]
    times = np.zeros(whole.mask.shape, np.int64)
    for piece in pieces:
        piece.part.cut(times)[...] += 1
        assert np.array_equal(piece.crop.pixels, piece.part.cut(whole.pixels))
        assert np.array_equal(piece.crop.pixels, piece.crop.window.cut(portrait))
        assert np.array_equal(piece.crop.mask, piece.part.cut(whole.mask))
        for side in piece.crop.sides:
            corner = eye_corners(piece.crop.landmarks, side) + piece.part.offset[:2]
            assert corner == pytest.approx(eye_corners(whole.landmarks, side))
    assert (times[whole.mask > 0] == 1).all()
    assert times.mean() < 0.9


def test_pieces_that_would_overlap_are_one(closed_crop: Crop) -> None:
    marks = closed_crop.landmarks.copy()
    marks[:, 0] = marks[:, 0].mean() + 0.1 * (marks[:, 0] - marks[:, 0].mean())  # seen from far aside
    marks[[133, 33], 0] += [8, -8]
    marks[[362, 263], 0] += [-8, 8]
    (piece,) = pieces_of(replace(closed_crop, landmarks=marks))
    assert piece.crop.sides == closed_crop.sides


def test_eyes_outside_the_picture_leave_the_whole(closed_crop: Crop) -> None:
    away = replace(closed_crop, landmarks=closed_crop.landmarks + np.array([9000, 0, 0]))
    (piece,) = pieces_of(away)
    h, w = closed_crop.mask.shape
    assert piece.part == Box(0, 0, w, h)
    assert piece.crop.sides == closed_crop.sides


def test_one_eye_outside_the_picture_leaves_the_other(closed_crop: Crop) -> None:
    width = closed_crop.mask.shape[1]
    away = replace(closed_crop, landmarks=closed_crop.landmarks + np.array([width * 0.75, 0, 0]))
    (piece,) = pieces_of(away)
    assert len(piece.crop.sides) == 1
