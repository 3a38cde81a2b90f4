"""Lashes are drawn on the open eye, under the mask only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.lashes.own_lashes import SEEN_FROM, Lashes
from open_the_eyes.models.appearance.lashes.strokes import with_lashes
from tests.models.appearance.arched_eye import an_eye

SKIN = np.array([205, 160, 140], np.float32)
BLACK = Lashes(np.array([20, 15, 12], np.float32), 0.8, 0.14, 1.1, 0.0, 90.0)


def test_a_made_up_lid_gets_a_line_and_the_eye_stays_free() -> None:
    pixels, mask = np.full((150, 210, 3), 1, np.float32) * SKIN, np.ones((150, 210), np.float32)
    eye = an_eye(0.4)
    plain, made_up = (with_lashes(pixels, mask, [eye], replace(BLACK, made_up=m)) for m in (0.0, 1.0))
    edge = int(eye.ring[4, 1])
    line = np.s_[edge - 2 : edge, 80:130]
    assert made_up[line].mean() < plain[line].mean() - 20
    assert np.abs(made_up - pixels)[70, 80:130].max() < 1


def test_lashes_are_dark_above_the_lid_and_nowhere_without_mask() -> None:
    pixels = np.full((150, 210, 3), 1, np.float32) * SKIN
    mask = np.zeros((150, 210), np.float32)
    mask[:, :110] = 1
    eye = an_eye(0.4)
    out = with_lashes(pixels, mask, [eye], BLACK)
    darker = (pixels - out).max(axis=2)
    assert darker.min() >= 0
    assert not darker[:, 110:].any()
    above = darker[int(eye.ring[4, 1]) - 9 : int(eye.ring[4, 1]), 80:105]
    assert above.max() > 60
    assert darker[70, 85:105].max() < 1, "the eye itself"
    again = with_lashes(pixels, mask, [eye], BLACK)
    assert np.array_equal(out, again)


def test_lower_lashes_stand_under_the_wet_edge_of_their_lid() -> None:
    eye, skin = an_eye(0.3), np.full((150, 210, 3), 200, np.float32)
    out = with_lashes(skin, np.ones((150, 210), np.float32), [eye], BLACK)
    below = -lid_distances(eye, Box(0, 0, 210, 150)).above_lower / eye.width
    middle = np.zeros((150, 210), np.bool_)
    middle[:, 85:120] = True
    edge, fringe, skin_below = (
        out[middle & (below > a) & (below < b)].mean() for a, b in ((0, 0.015), (0.035, 0.06), (0.2, 0.3))
    )
    assert skin_below == 200
    assert fringe < 195
    assert edge > fringe + 3


def test_at_the_outer_corner_lashes_lie_nearly_level_and_reach_beyond_it() -> None:
    eye, skin = an_eye(0.3), np.full((150, 210, 3), 200, np.float32)
    darker = 200 - with_lashes(skin, np.ones((150, 210), np.float32), [eye], BLACK)[..., 0]
    corner = eye.ring[0].astype(int)
    beyond = darker[corner[1] - 8 : corner[1] + 3, corner[0] - 9 : corner[0] - 2]
    assert beyond.max() > 40
    assert np.abs(np.diff(beyond, axis=0)).mean() > 1.2 * np.abs(np.diff(beyond, axis=1)).mean()
    assert darker[corner[1] + 12 :, : corner[0] - 4].max() < 1


def test_lashes_are_as_soft_as_the_photo() -> None:
    pixels, mask = np.full((150, 210, 3), 1, np.float32) * SKIN, np.ones((150, 210), np.float32)
    steep = [
        np.abs(np.diff(with_lashes(pixels, mask, [an_eye(0.4)], replace(BLACK, softness=s)), axis=1)).max()
        for s in (1.0, 3.0, 9.0)
    ]
    assert steep[0] > 1.3 * steep[1] > 1.3 * 1.3 * steep[2]


def test_on_small_faces_none_are_seen() -> None:
    pixels, mask = np.full((150, 210, 3), 1, np.float32) * SKIN, np.ones((150, 210), np.float32)
    small = replace(BLACK, width=SEEN_FROM[0])
    assert np.array_equal(with_lashes(pixels, mask, [an_eye(0.4)], small), pixels)


@pytest.mark.parametrize("at", [(-400.0, 0.0), (0.0, 400.0)], ids=["beside the picture", "below it"])
def test_eyes_outside_the_picture_change_nothing(at: tuple[float, float]) -> None:
    pixels, mask = np.full((150, 210, 3), 1, np.float32) * SKIN, np.ones((150, 210), np.float32)
    eye = an_eye(0.4)
    away = EyeShape(eye.ring + at, (eye.iris_xy[0] + at[0], eye.iris_xy[1] + at[1]), eye.iris_radius, eye.side)
    assert np.array_equal(with_lashes(pixels, mask, [away], BLACK), pixels)
