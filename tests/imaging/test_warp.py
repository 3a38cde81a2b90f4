"""Thin-plate splines."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.warp import ThinPlate

SQUARE = np.array([[0.0, 0], [40, 0], [40, 30], [0, 30], [20, 15], [9, 22]])
ELSEWHERE = np.random.default_rng(0).uniform(-80, 120, (50, 2))


def test_points_that_stay_hold_the_whole_plane_still() -> None:
    assert ThinPlate.between(SQUARE, SQUARE)(ELSEWHERE) == pytest.approx(ELSEWHERE, abs=1e-6)


def test_an_affine_move_is_followed_everywhere() -> None:
    matrix, shift = np.array([[1.2, 0.3], [-0.4, 0.9]]), np.array([70.0, -12.0])
    warp = ThinPlate.between(SQUARE, SQUARE @ matrix + shift)
    assert warp(ELSEWHERE) == pytest.approx(ELSEWHERE @ matrix + shift, abs=1e-6)


def test_anchors_reach_their_targets_and_stiffness_lets_them_miss() -> None:
    target = SQUARE + np.random.default_rng(1).normal(0, 3, SQUARE.shape)
    missed = [np.abs(ThinPlate.between(SQUARE, target, s)(SQUARE) - target).max() for s in (1e-9, 1e-3, 1.0)]
    assert missed[0] < 1e-4
    assert missed[0] < missed[1] < missed[2]
    assert missed[1] < 0.1


def test_far_from_a_moved_point_little_moves() -> None:
    grid = np.stack(np.meshgrid(np.arange(0.0, 101, 20), np.arange(0.0, 101, 20)), -1).reshape(-1, 2)
    target = grid.copy()
    target[14] += [5, 0]
    moved = np.linalg.norm(ThinPlate.between(grid, target)(grid + 4) - (grid + 4), axis=1)
    assert moved.max() < 6
    assert moved[np.linalg.norm(grid - grid[14], axis=1) > 60].max() < 0.5


@pytest.mark.parametrize("shape_hw", [(1, 1), (1, 9), (9, 1), (30, 41)], ids=str)
@pytest.mark.parametrize("step", [1, 4, 100])
def test_the_field_says_where_each_pixel_goes(shape_hw: tuple[int, int], step: int) -> None:
    warp = ThinPlate.between(SQUARE, SQUARE * 1.5 + np.array([3.0, 2.0]))
    x, y = warp.field(shape_hw, step)
    assert x.shape == y.shape == shape_hw
    ys, xs = np.mgrid[: shape_hw[0], : shape_hw[1]]
    wanted = warp(np.stack([xs.ravel(), ys.ravel()], 1).astype(float))
    # cv2.remap looks up between nodes in steps of 1/32
    allowed = 1.5 * step / 32
    assert np.abs(x.ravel() - wanted[:, 0]).max() < allowed
    assert np.abs(y.ravel() - wanted[:, 1]).max() < allowed


def test_the_field_is_exact_on_its_nodes() -> None:
    target = SQUARE + np.random.default_rng(2).normal(0, 3, SQUARE.shape)
    warp = ThinPlate.between(SQUARE, target)
    x, y = warp.field((21, 29), 4)
    nodes = np.stack(np.meshgrid(np.arange(0.0, 29, 4), np.arange(0.0, 21, 4)), -1)
    wanted = warp(nodes.reshape(-1, 2)).reshape(nodes.shape)
    assert x[::4, ::4] == pytest.approx(wanted[..., 0], abs=1e-3)
    assert y[::4, ::4] == pytest.approx(wanted[..., 1], abs=1e-3)
