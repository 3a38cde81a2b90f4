"""The strip: where things lie on it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from open_the_eyes.imaging.face import mesh478 as mesh
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.roles import Face


def test_the_outer_corners_come_to_lie_where_the_strip_has_them(portrait_face: Face) -> None:
    corners = portrait_face.landmarks[[mesh.OUTER_CORNER[side] for side in SIDES]]
    at = transformed(corners, layout.to_strip(portrait_face.landmarks))
    assert at == pytest.approx(np.array([layout.CORNERS_AT[side] for side in SIDES]))


@pytest.mark.parametrize("degrees", [0, 90, 180, -37])
@pytest.mark.parametrize("scale", [0.3, 12])
def test_a_face_lies_the_same_on_the_strip_however_it_lies_in_the_photo(
    portrait_face: Face, degrees: float, scale: float
) -> None:
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    moved = transformed(portrait_face.landmarks, np.array([[c, -s, 900], [s, c, -70]]))
    assert layout.points_on_strip(moved) == pytest.approx(layout.points_on_strip(portrait_face.landmarks))


def test_every_point_is_there_once() -> None:
    assert len(set(layout.MESH)) == len(layout.MESH)
    assert max(layout.MESH) < 478


def test_what_a_blink_hides_is_not_looked_at_but_for_the_corners() -> None:
    looked_at = {layout.MESH[k] for k in layout.SEEN_AT}
    corners = {*mesh.OUTER_CORNER.values(), *mesh.INNER_CORNER.values()}
    assert looked_at & set(layout.HIDDEN) == corners


@pytest.mark.parametrize("side", SIDES)
def test_rings_and_irises_are_the_meshes_own(portrait_face: Face, side: mesh.Side) -> None:
    to_strip = layout.to_strip(portrait_face.landmarks)
    points = layout.points_on_strip(portrait_face.landmarks)
    ring = transformed(portrait_face.landmarks[mesh.EYE_RING[side]], to_strip)
    iris = transformed(portrait_face.landmarks[mesh.IRIS[side]], to_strip)
    assert layout.ring_of(points, side) == pytest.approx(ring)
    assert layout.iris_of(points, side) == pytest.approx(iris)


def test_the_hidden_points_are_shared_out_between_the_eyes(portrait_face: Face) -> None:
    points = layout.points_on_strip(portrait_face.landmarks)
    left, right = (layout.hidden_of(points, side) for side in SIDES)
    assert (left ^ right).all()
    assert left.sum() == right.sum()
    for side, ours in (("left", left), ("right", right)):
        numbers = {layout.HIDDEN[k] for k in np.nonzero(ours)[0]}
        assert numbers >= {*mesh.EYE_RING["left" if side == "left" else "right"]}


def test_the_painted_ellipses_hold_the_eyes_and_stay_apart(portrait_face: Face) -> None:
    points = layout.points_on_strip(portrait_face.landmarks)
    planes = layout.eye_ellipses(points)
    assert not (planes["left"] & planes["right"]).any()
    for side in SIDES:
        xs, ys = np.rint(layout.ring_of(points, side)).astype(int).T
        assert (planes[side][ys, xs] == 255).all()
        assert planes[side].shape == layout.SIZE_WH[::-1]
        assert 0.05 < (planes[side] > 0).mean() < 0.4


def test_the_frame_lies_around_the_strip(portrait_face: Face) -> None:
    points = layout.points_on_strip(portrait_face.landmarks)
    frame = layout.framed(points)[len(points) :]
    outside = (frame < 0).any(axis=1) | (frame > layout.SIZE_WH).any(axis=1)
    assert len(frame) > 3
    assert outside.all()
