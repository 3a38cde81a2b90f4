"""The upright square of face networks, and the way back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Matrix, Points, Rgb
from open_the_eyes.imaging.face.alignment import (
    ALIGNED_PX,
    FFHQ,
    carried_back,
    five_points,
    oval_mask,
    similarity_between,
    to_arcface,
    to_ffhq,
)
from open_the_eyes.imaging.face.face_crop import warped
from open_the_eyes.imaging.geometry import inverted, scale_of, transformed
from open_the_eyes.roles import Face

POINTS = np.array([[3.0, 4.0], [90.0, 8.0], [50.0, 40.0], [20.0, 77.0], [81.0, 70.0]])


def similarity(degrees: float, scale: float, x: float, y: float) -> Matrix:
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    return np.array([[c, -s, x], [s, c, y]])


@pytest.mark.parametrize(
    "known",
    [similarity(0, 1, 0, 0), similarity(30, 2.5, -7, 400), similarity(180, 0.01, 1e5, 3), similarity(-91, 7, 0, 0)],
    ids=["nothing", "turned and larger", "head down and tiny", "on its side"],
)
def test_a_similarity_is_found_again(known: Matrix) -> None:
    assert np.allclose(similarity_between(POINTS, transformed(POINTS, known)), known)


def test_a_mirror_image_is_never_made() -> None:
    mirrored = POINTS * np.array([-1.0, 1.0])
    assert np.linalg.det(similarity_between(POINTS, mirrored)[:, :2]) > 0


def test_no_other_similarity_comes_nearer() -> None:
    target = POINTS + np.random.default_rng(0).normal(0, 5, POINTS.shape)
    best = similarity_between(POINTS, target)

    def miss(matrix: Matrix) -> float:
        return float(((transformed(POINTS, matrix) - target) ** 2).sum())

    for row in range(2):
        assert miss(best + np.eye(2, 3, 2 - row) * 0.1) > miss(best)
    for turn in (-1, 1):
        assert miss(np.column_stack([similarity(turn, 1, 0, 0)[:, :2] @ best[:, :2], best[:, 2]])) > miss(best)


@pytest.mark.parametrize("target", [POINTS, POINTS * 0], ids=["apart", "together"])
def test_points_that_coincide_give_a_shift(target: Points) -> None:
    matrix = similarity_between(np.full((5, 2), 7.0), target)
    assert np.isfinite(matrix).all()
    assert np.allclose(transformed(np.array([[7.0, 7.0]]), matrix), target.mean(axis=0))


def test_a_faces_five_points_come_near_the_template(portrait_face: Face) -> None:
    at = transformed(five_points(portrait_face.landmarks), to_ffhq(portrait_face.landmarks)) / ALIGNED_PX
    assert np.abs(at - FFHQ).max() < 0.03
    small = transformed(five_points(portrait_face.landmarks), to_arcface(portrait_face.landmarks))
    assert 30 < small[0, 0] < small[1, 0] < 80


def test_a_blink_does_not_move_the_square(portrait_face: Face, blinked_face: Face) -> None:
    corners = np.array([[0.0, 0.0], [ALIGNED_PX, 0.0], [0.0, ALIGNED_PX], [ALIGNED_PX, ALIGNED_PX]])
    open_eyed, shut = (transformed(corners, inverted(to_ffhq(f.landmarks))) for f in (portrait_face, blinked_face))
    assert np.abs(open_eyed - shut).max() < 0.04 * portrait_face.box.width


def test_the_square_holds_the_face_upright(portrait: Rgb, portrait_face: Face) -> None:
    to_square = to_ffhq(portrait_face.landmarks)
    square = warped(portrait, inverted(to_square), (ALIGNED_PX, ALIGNED_PX))
    x, y = np.rint(transformed(portrait_face.landmarks[[468]], to_square)[0]).astype(int)
    assert square.shape == (ALIGNED_PX, ALIGNED_PX, 3)
    assert square[y - 3 : y + 4, x - 3 : x + 4].mean() < square[y + 60 : y + 70, x - 3 : x + 4].mean() - 40


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0], ids=["face larger than the square", "as large", "smaller"])
def test_a_change_comes_back_where_it_belongs(scale: float) -> None:
    to_square = similarity(10, scale, 40, 20)
    spot = np.zeros((ALIGNED_PX, ALIGNED_PX, 3), np.float32)
    spot[190:211, 240:261] = 50
    back = carried_back(spot, to_square, (1000, 1000))
    ys, xs = np.nonzero(back[..., 0] > 1)
    wanted = transformed(np.array([[250.0, 200.0]]), inverted(to_square))[0]
    assert (xs.mean(), ys.mean()) == pytest.approx(tuple(wanted), abs=0.5)
    assert back.sum() == pytest.approx(spot.sum() / scale_of(to_square) ** 2, rel=0.05)


def test_nothing_comes_back_beyond_the_square() -> None:
    back = carried_back(np.full((ALIGNED_PX, ALIGNED_PX, 3), 9, np.float32), similarity(0, 4, -100, -100), (400, 300))
    assert (back[160:] == 0).all()
    assert (back[:, 160:] == 0).all()
    assert (back[60, 60] > 8).all()


def test_the_oval_fades_inwards_and_ends_at_the_line(portrait_face: Face) -> None:
    mask = oval_mask(portrait_face.landmarks, (512, 512), 6.0)
    x, y = (round(v) for v in portrait_face.box.centre_xy)
    assert mask[y, x] == 1
    assert mask.min() == 0
    assert np.abs(np.diff(mask[y])).max() < 0.4
    box = portrait_face.box.to_whole()
    outside = np.ones_like(mask, bool)
    outside[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1] = False
    assert (mask[outside] == 0).all()


def test_a_photos_border_is_no_border_of_the_face(portrait_face: Face) -> None:
    shift = np.array([225.0, 0, 0])
    mask = oval_mask(portrait_face.landmarks - shift, (512, 40), 6.0)
    assert mask[round(portrait_face.box.centre_xy[1]), 0] == 1
