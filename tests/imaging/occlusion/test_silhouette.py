"""The face's outline beside a far eye: found where the picture shows it, and not on faces that look ahead."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.face.eye_region import eye_region
from open_the_eyes.imaging.face.mesh478 import CHIN, FACE_OVAL, INNER_CORNER, OTHER, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.occlusion.silhouette import behind_face

SIZE_WH = (300, 260)
EDGE_X = 214.0
CORNER_X = 210.0
SKIN, WALL = (200, 150, 130), (60, 90, 120)


def mesh(edge_x: float = EDGE_X, side: Side = "right") -> Points:
    """A far eye whose outer corner lies at `CORNER_X`, of a face that ends at `edge_x`; a left one in a mirror."""
    points = np.zeros((478, 3))
    points[:, :2] = 120, 130
    points[OUTER_CORNER[side]] = CORNER_X, 110, 30
    points[INNER_CORNER[side]] = CORNER_X - 50, 110, 0
    points[OUTER_CORNER[OTHER[side]], :2] = 40, 110
    points[INNER_CORNER[OTHER[side]], :2] = 100, 110
    points[CHIN, :2] = 150, 250
    for n, y in zip(FACE_OVAL, np.linspace(40, 190, len(FACE_OVAL)), strict=True):
        if n != CHIN:
            points[n, :2] = edge_x, y
    if side == "left":
        points[:, 0] = SIZE_WH[0] - 1 - points[:, 0]
    return points


def picture(edge_x: float = EDGE_X, wall: tuple[int, int, int] = WALL, side: Side = "right") -> Rgb:
    out = np.full((SIZE_WH[1], SIZE_WH[0], 3), SKIN, np.uint8)
    out[:, round(edge_x) :] = wall
    cv2.line(out, (160, 112), (round(edge_x) + 5, 122), (40, 30, 30), 4)  # the line of shut lashes
    return out if side == "right" else np.ascontiguousarray(out[:, ::-1])


def region(points: Points, side: Side = "right") -> Plane:
    ends = points[[OUTER_CORNER[side], INNER_CORNER[side], CHIN], :2]
    return eye_region((SIZE_WH[1], SIZE_WH[0]), ends)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("edge_x", [EDGE_X, EDGE_X - 14, EDGE_X + 4])
def test_the_face_ends_where_the_picture_has_its_outline(edge_x: float, side: Side) -> None:
    points = mesh(side=side)
    around = region(points, side)
    behind = behind_face(picture(edge_x, side=side), around, points, side)
    assert behind is not None
    behind, around = (plane if side == "right" else plane[:, ::-1] for plane in (behind, around))
    columns = np.arange(SIZE_WH[0])
    inside = around > 0
    assert behind[inside & (columns < edge_x - 4)].max() < 0.01
    assert behind[inside & (columns > edge_x + 4)].min() > 0.99
    assert not behind[~inside].any()


def test_where_the_wall_has_the_colour_of_skin_nothing_is_told() -> None:
    points = mesh()
    assert behind_face(picture(wall=(190, 145, 128)), region(points), points, "right") is None


def test_an_eye_far_from_the_outline_has_none() -> None:
    points = mesh(EDGE_X + 60)
    assert behind_face(picture(EDGE_X + 60), region(points), points, "right") is None


def test_an_edge_far_from_the_meshs_outline_is_not_the_faces() -> None:
    points = mesh(EDGE_X + 8)
    assert behind_face(picture(EDGE_X - 44), region(points), points, "right") is None


def test_a_short_edge_is_no_outline() -> None:
    points, pixels = mesh(), picture()
    pixels[:100], pixels[125:] = SKIN, SKIN
    assert behind_face(pixels, region(points), points, "right") is None


@pytest.mark.parametrize("move", [(-500.0, 0.0), (0.0, 900.0), (60.0, -90.0)])
def test_an_eye_partly_or_wholly_outside_the_picture_does_no_harm(move: tuple[float, float]) -> None:
    points = mesh() + np.array([*move, 0.0])
    behind = behind_face(picture(), region(points), points, "right")
    assert behind is None or ((behind >= 0) & (behind <= 1)).all()


def test_a_tiny_eye_has_no_outline() -> None:
    points = mesh() / 10
    assert behind_face(picture(), region(points), points, "right") is None
