"""An iris is moved as a whole, under lids that stay."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Tones
from open_the_eyes.imaging.face.eyeball import FURTHEST, moved, turned, within_reach
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.geometry import Box

SIZE_HW = (120, 200)
RADIUS = 20.0


def an_eye() -> EyeShape:
    x = np.linspace(-1, 1, 9)
    bow = (1 - x**2) * 24
    upper, lower = np.stack([50 * x, -bow], axis=1), np.stack([50 * x, bow], axis=1)
    return EyeShape(np.array([100.0, 60.0]) + np.vstack([upper, lower[-2:0:-1]]), (100.0, 60.0), RADIUS, "left")


def picture(shape: EyeShape) -> Tones:
    """Skin, a white and a dark iris."""
    there = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    iris = np.clip(RADIUS - there.to_iris + 0.5, 0, 1)[..., None]
    ball = np.float32(220) + iris * np.float32(-170)
    skin = np.array([180, 140, 120], np.float32)
    return np.asarray(skin + (ball - skin) * there.aperture(1.0)[..., None], np.float32)


@pytest.mark.parametrize("by", [(20.0, 0.0), (-20.0, 0.0), (8.0, 6.0), (0.0, -10.0)], ids=str)
def test_the_iris_moves_as_a_whole_and_stays_round(by: tuple[float, float]) -> None:
    shape, way = an_eye(), np.array(by)
    out = turned(picture(shape), shape, way)
    wanted = picture(moved(shape, way))
    deep = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0])).aperture(12.0) > 0.95
    assert np.abs(out - wanted)[deep].mean() < 5
    dark = (out[..., 0] < 110) & deep
    assert dark.sum() == pytest.approx(((wanted[..., 0] < 110) & deep).sum(), rel=0.06)


def test_the_lids_and_all_around_them_stay() -> None:
    shape = an_eye()
    before = picture(shape)
    outside = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0])).aperture(0.25 * RADIUS) == 0
    after = turned(before, shape, np.array([15.0, -5.0]))
    assert after[outside] == pytest.approx(before[outside], abs=0.01)
    assert not np.allclose(after, before)


def test_what_a_lid_covered_comes_out_as_ball_and_not_as_lid() -> None:
    low, up = moved(an_eye(), np.array([0.0, 14.0])), np.array([0.0, -20.0])
    out = turned(picture(low), low, up)
    there = lid_distances(moved(low, up), Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    bared = (there.to_iris > 1.1 * RADIUS) & (there.aperture(6.0) == 1)
    below = out[60:, 85:115][bared[60:, 85:115]]
    assert len(below) > 60
    assert np.ptp(below, axis=1).max() < 3  # neither the white nor the iris has a colour, skin has
    assert below.min() > 160


@pytest.mark.parametrize("aside", [20.0, -20.0])
def test_lashes_are_not_drawn_into_the_eye(aside: float) -> None:
    shape = an_eye()
    there = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    lashes = (np.arange(SIZE_HW[1]) % 6 < 3) & (there.below_upper < -1) & (there.below_upper > -8)
    before = picture(shape)
    made_up = np.where(lashes[..., None], np.float32(0), before)
    deep = there.aperture(0.2 * RADIUS) == 1
    plain, out = (turned(eye, shape, np.array([aside, 0.0])) for eye in (before, made_up))
    assert np.abs(out - plain)[deep].max() < 6


def test_no_turn_is_no_change() -> None:
    shape = an_eye()
    before = picture(shape)
    assert turned(before, shape, np.zeros(2)) is before


def test_a_ball_is_turned_no_further_than_its_white_reaches() -> None:
    shape = an_eye()

    def length(by: Points) -> float:
        return float(np.linalg.norm(by))

    assert length(within_reach(shape, np.array([300.0, 400.0]))) == pytest.approx(FURTHEST * RADIUS)
    assert within_reach(shape, np.array([3.0, 4.0])) == pytest.approx([3.0, 4.0])
    assert not within_reach(shape, np.zeros(2)).any()
