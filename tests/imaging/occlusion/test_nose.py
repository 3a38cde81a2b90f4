"""The nose in front of a far eye: found where the picture shows it, and not found where the eye is in front."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, NOSE_SIDE, OTHER, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.occlusion.nose import nose_mask

WIDTH = 60.0
SIZE_WH = (240, 200)
OUTLINE_X = 140.0


def mesh(corner_past: float, side: Side = "left") -> Points:
    """An eye with its inner corner so far past the nose's outline, which runs straight down at `OUTLINE_X`; for the
    right eye all of it in a mirror."""
    points = np.zeros((478, 3))
    inner = OUTLINE_X + corner_past * WIDTH
    points[INNER_CORNER[side], :2] = inner, 100
    points[OUTER_CORNER[side], :2] = inner - WIDTH, 100
    for n, y in zip(NOSE_SIDE[side], (60, 90, 120, 150, 180), strict=True):
        points[n, :2] = OUTLINE_X, y
    for n in NOSE_SIDE[OTHER[side]]:
        points[n, :2] = OUTLINE_X + 80, 110
    if side == "right":
        points[:, 0] = SIZE_WH[0] - 1 - points[:, 0]
    return points


def picture(edge_x: float, socket: int = 90, nose: int = 180, side: Side = "left") -> Rgb:
    """The nose, right of an edge, before the socket of an eye."""
    out = np.full((SIZE_WH[1], SIZE_WH[0], 3), socket, np.uint8)
    out[:, round(edge_x) :] = nose
    return out if side == "left" else np.ascontiguousarray(out[:, ::-1])


def shown() -> Plane:
    return np.ones((SIZE_WH[1], SIZE_WH[0]), np.float32)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("edge_x", [OUTLINE_X, OUTLINE_X - 8, OUTLINE_X + 4])
def test_the_nose_begins_where_the_picture_has_it(edge_x: float, side: Side) -> None:
    found = nose_mask(picture(edge_x, side=side), shown(), mesh(0.1, side), side)
    row = found[100] if side == "left" else found[100, ::-1]
    assert (row[: round(edge_x) - 5] < 0.01).all()
    assert (row[round(edge_x) + 5 :] > 0.99).all()


def test_an_eye_of_a_face_that_looks_ahead_is_in_front_of_its_nose() -> None:
    assert not nose_mask(picture(OUTLINE_X), shown(), mesh(-0.3), "left").any()


def test_a_corner_just_in_front_is_cut_only_where_the_picture_shows_the_nose() -> None:
    assert nose_mask(picture(OUTLINE_X), shown(), mesh(-0.05), "left").any()
    assert not nose_mask(picture(OUTLINE_X, 120, 120), shown(), mesh(-0.05), "left").any()
    assert not nose_mask(picture(OUTLINE_X, 180, 90), shown(), mesh(-0.05), "left").any()


def test_where_the_picture_shows_nothing_the_mesh_says_where_the_nose_is() -> None:
    row = nose_mask(picture(0, 120, 120), shown(), mesh(0.1), "left")[100]
    assert row[round(OUTLINE_X) - 5] < 0.01
    assert row[round(OUTLINE_X) + 5] > 0.99


@pytest.mark.parametrize("move", [(-500.0, 0.0), (0.0, 900.0), (-130.0, -60.0)])
def test_a_nose_partly_or_wholly_outside_the_picture_does_no_harm(move: tuple[float, float]) -> None:
    moved = mesh(0.1) + np.array([*move, 0.0])
    found = nose_mask(picture(OUTLINE_X), shown(), moved, "left")
    assert found.shape == shown().shape
    assert ((found >= 0) & (found <= 1)).all()


def test_an_eye_without_width_has_no_nose() -> None:
    points = mesh(0.1)
    points[OUTER_CORNER["left"]] = points[INNER_CORNER["left"]]
    assert not nose_mask(picture(OUTLINE_X), shown(), points, "left").any()
