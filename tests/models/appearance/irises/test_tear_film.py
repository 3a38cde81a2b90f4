"""Tears along the lower lid glint under the catch-light of a near eye, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.irises.ball import CLOSE, Ball, CatchLight, ball_of
from open_the_eyes.models.appearance.irises.drawn_light import DrawnLight
from open_the_eyes.models.appearance.irises.tear_film import with_tear_film
from tests.models.appearance.irises.painted import an_eye, painted_eye

NEAR, FAR = 8 * CLOSE[1], 5 * CLOSE[0] - 1


def an_eye_with_light(width: float, x: float = 0.2, strength: float = 2.0) -> tuple[Ball, DrawnLight | None]:
    eye = an_eye(width, height=0.36)
    ball = ball_of(painted_eye(eye, (9, 9))[0], eye)
    assert ball is not None
    return ball, DrawnLight.of(CatchLight((x, -0.2), strength), ball, 1.0, measured=True)


def glints(width: float, x: float = 0.2, strength: float = 2.0, seed: int = 0) -> tuple[Ball, Tones]:
    """An eye's ball, and how much brighter tears make each of its pixels."""
    ball, light = an_eye_with_light(width, x, strength)
    assert light is not None
    return ball, with_tear_film(ball.pixels, ball, light, 0.5, np.random.default_rng(seed)) - ball.pixels


@pytest.mark.parametrize("x", [-0.3, 0.0, 0.3])
def test_the_brightest_glint_lies_on_the_lower_lid_below_the_catch_light(x: float) -> None:
    ball, more = glints(NEAR, x)
    brightest = int(np.argmax(luma_of(more)))
    assert float(ball.across.ravel()[brightest]) == pytest.approx(x, abs=0.12)
    assert float(ball.above_lower.ravel()[brightest]) == pytest.approx(0.08, abs=0.12)
    assert luma_of(more).max() > 60


def test_skin_the_upper_half_and_far_eyes_stay() -> None:
    ball, more = glints(NEAR)
    assert not more[ball.above_lower < -0.1].any()
    assert np.abs(more[ball.above_lower > 0.4]).max() < 0.5
    assert not glints(FAR)[1].any()


def test_on_the_rim_of_the_iris_a_glint_is_faint_and_no_bite_out_of_it() -> None:
    ball, light = an_eye_with_light(NEAR)
    assert light is not None
    off = replace(ball, from_centre=np.full_like(ball.from_centre, 0.5))  # the same lids, and no rim anywhere
    on_rim, without = (
        with_tear_film(ball.pixels, one, light, 0.5, np.random.default_rng(0)) - ball.pixels for one in (ball, off)
    )
    shown = (np.abs(ball.from_centre - 1) < 0.03) & (luma_of(without) > 1)
    assert shown.any()
    assert luma_of(on_rim)[shown].mean() < 0.5 * luma_of(without)[shown].mean()


def test_a_faint_light_makes_faint_glints_that_never_darken() -> None:
    strong, faint = (glints(NEAR, strength=strength)[1] for strength in (2.0, 0.1))
    assert 0 < faint.max() < 0.6 * strong.max()
    assert strong.min() >= 0


def test_seeds_reproduce_and_move_the_small_glints() -> None:
    assert np.array_equal(glints(NEAR, seed=3)[1], glints(NEAR, seed=3)[1])
    assert not np.array_equal(glints(NEAR, seed=3)[1], glints(NEAR, seed=4)[1])
