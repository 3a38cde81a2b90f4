"""Irises are drawn round, with a pupil, in their own colour, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance.irises.ball import ball_of
from open_the_eyes.models.appearance.irises.round_iris import with_round_irises
from tests.models.appearance.irises.painted import BROWN, LARGE, SMALL, an_eye, painted_eye, pieces


def redrawn(shape: EyeShape, seed: int = 0) -> Tones:
    (out,) = with_round_irises(pieces((painted_eye(shape)[0], shape)), 1.0, seed)
    return out.pixels


def test_a_large_iris_is_round_with_a_dark_pupil_in_its_own_colour() -> None:
    eye = an_eye(LARGE)
    before, there = painted_eye(eye)
    after = redrawn(eye)
    r, inside = there.to_iris / eye.iris_radius, there.aperture(0.4 * eye.iris_radius) >= 1
    rim = inside & (r > 1.03) & (r < 1.09)
    assert (before[rim] @ LUMA).std() > 50
    assert (after[rim] @ LUMA).std() < 20
    iris, pupil = (np.median(after[inside & where], axis=0) for where in ((r > 0.5) & (r < 0.8), r < 0.2))
    assert np.abs(iris - BROWN).max() < 12
    assert 0.4 < (pupil @ LUMA) / (iris @ LUMA) < 0.85


@pytest.mark.parametrize(("width", "cut"), [(40.0, True), (LARGE, False)], ids=["far", "near"])
def test_where_the_lower_lid_cuts_a_near_iris_off_it_has_no_corners(width: float, cut: bool) -> None:
    eye = an_eye(width, height=0.3)
    (out,) = with_round_irises(pieces((painted_eye(eye, (9, 9))[0], eye)), 1.0, 0)
    ball = ball_of(out.pixels, eye)
    assert ball is not None
    low = np.abs(ball.down - 0.62) < 0.06
    corner, middle = (
        (ball.pixels[low & (np.abs(np.abs(ball.across) - across) < 0.06)] @ LUMA).mean() for across in (0.66, 0.1)
    )
    assert (float(corner - middle) < 15) is cut


def test_skin_and_lids_stay() -> None:
    eye = an_eye(LARGE)
    before, there = painted_eye(eye)
    outside = np.minimum(there.below_upper, there.above_lower) < -0.1 * eye.iris_radius
    assert np.array_equal(redrawn(eye)[outside], before[outside])


def test_a_small_iris_has_its_rim_mostly_as_drawn() -> None:
    eye = an_eye(SMALL)
    before, there = painted_eye(eye)
    rim = (there.aperture(0.4 * eye.iris_radius) >= 1) & (np.abs(there.to_iris / eye.iris_radius - 1.06) < 0.05)
    assert (redrawn(eye)[rim] @ LUMA).std() < 0.55 * (before[rim] @ LUMA).std()


def test_crumbs_of_white_at_a_small_iris_rim_are_no_lights() -> None:
    eye = an_eye(SMALL)
    before, there = painted_eye(eye)
    r, sideways = there.to_iris / eye.iris_radius, there.from_outer[0] - there.iris_at[0]
    crumb = (np.abs(r - 0.8) < 0.08) & (np.abs(there.from_outer[1] - there.iris_at[1]) < 2) & (sideways > 0)
    plain, crumbed = redrawn(eye), before.copy()
    crumbed[crumb] = 230
    (out,) = with_round_irises(pieces((crumbed, eye)), 1.0, 0)
    left = (out.pixels - plain)[crumb].mean() / (crumbed - before)[crumb].mean()
    assert left < 0.35


def test_seeds_reproduce_and_differ() -> None:
    eye = an_eye(LARGE)
    assert np.array_equal(redrawn(eye, 3), redrawn(eye, 3))
    assert not np.array_equal(redrawn(eye, 3), redrawn(eye, 4))


def test_glasses_in_front_stay() -> None:
    eye = an_eye(LARGE)
    (piece,) = pieces((painted_eye(eye)[0], eye))
    piece.mask[:, 100:130] = 0
    (out,) = with_round_irises([piece], 1.0, 0)
    assert np.array_equal(out.pixels[:, 100:130], piece.pixels[:, 100:130])


@pytest.mark.parametrize(
    "eye", [an_eye(LARGE, height=0.02), an_eye(4.0), replace(an_eye(LARGE), iris_xy=(-900.0, 5.0))]
)
def test_where_no_iris_is_seen_none_is_drawn(eye: EyeShape) -> None:
    picture = np.full((100, 200, 3), 120, np.float32)
    (out,) = with_round_irises(pieces((picture, eye)), 1.0, 0)
    assert np.array_equal(out.pixels, picture)


@pytest.mark.parametrize("width", [LARGE, SMALL])
def test_in_the_dark_an_iris_has_a_colour(width: float) -> None:
    eye = an_eye(width)
    black = np.zeros_like(painted_eye(eye)[0])
    (out,) = with_round_irises(pieces((black, eye)), 1.0, 0)
    assert np.isfinite(out.pixels).all()
    assert out.pixels.max() < 5


def test_what_is_near_an_iris_is_a_part_of_its_ball() -> None:
    eye = an_eye(LARGE)
    ball = ball_of(painted_eye(eye)[0], eye)
    assert ball is not None
    near = ball.near(1.2)
    assert near.part.area < ball.part.area
    assert np.array_equal(near.part.seen_from(ball.part).cut(ball.pixels), near.pixels)
    assert (near.from_centre < 1.2).sum() == (ball.from_centre < 1.2).sum()
    assert ball.near(0.0) is ball


@pytest.mark.parametrize("width", [LARGE, SMALL])
def test_light_that_falls_into_an_iris_comes_out_below(width: float) -> None:
    eye = an_eye(width)
    _, there = painted_eye(eye)
    across, down = (from_outer - at for from_outer, at in zip(there.from_outer, there.iris_at, strict=True))
    ring = np.abs(there.to_iris / eye.iris_radius - 0.65) < 0.1
    after = redrawn(eye) @ LUMA
    places = (down > 2 * np.abs(across), np.abs(across) > 2 * np.abs(down))
    below, beside = (after[ring & where].mean() for where in places)
    assert 1.04 < below / beside < 1.25
