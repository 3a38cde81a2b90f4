"""Two irises of one face come to one colour beside their whites, as bright as they were, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.lids import LidDistances, lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.irises.ball import Ball, ball_of
from open_the_eyes.models.appearance.irises.pair import with_irises_alike
from open_the_eyes.models.appearance.refiner import PaintedEyes
from tests.models.appearance.arched_eye import an_eye

SIZE_HW = (140, 210)
EYE = an_eye(0.5)
THERE: LidDistances = lid_distances(EYE, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
BLUE, GREY, BLACK = (np.array(colour, np.float32) for colour in ((80, 100, 130), (95, 100, 100), (2, 0, 1)))
LIGHTS = np.array([1.0, 1.0, 1.0]), np.array([0.8, 0.7, 0.55])


def eye(iris: NDArray[np.float32], light: NDArray[np.float64], side: str = "left") -> PaintedEyes:
    pixels = np.broadcast_to(np.array([200, 150, 130]) * light, (*SIZE_HW, 3)).astype(np.float32)
    pixels[THERE.aperture(1) > 0.5] = np.array([210, 205, 200]) * light
    pixels[(THERE.aperture(1) > 0.5) & (THERE.to_iris < EYE.iris_radius)] = iris * light
    mirrored = EYE.ring[[8, *range(7, -1, -1), *range(15, 8, -1)]]
    shape = EYE if side == "left" else replace(EYE, side="right", ring=mirrored)
    return PaintedEyes(pixels, np.ones(SIZE_HW, np.float32), np.zeros((478, 3)), {shape.side: shape})


def ball(piece: PaintedEyes) -> Ball:
    (shape,) = piece.shapes.values()
    found = ball_of(piece.pixels, shape)
    assert found is not None
    return found


def hue(piece: PaintedEyes) -> NDArray[np.float64]:
    """Beside the white's."""
    of = ball(piece)
    beside = of.iris.astype(np.float64) / of.white
    return np.asarray(beside / beside.mean())


def test_a_blue_and_a_grey_iris_meet_between_the_two_each_in_its_own_light() -> None:
    came = [eye(BLUE, LIGHTS[0]), eye(GREY, LIGHTS[1], "right")]
    apart = np.abs(hue(came[0]) - hue(came[1])).max()
    out = with_irises_alike(came)
    assert apart > 0.2
    assert np.abs(hue(out[0]) - hue(out[1])).max() < 0.15 * apart
    assert hue(out[0])[2] == pytest.approx((hue(came[0])[2] + hue(came[1])[2]) / 2, abs=0.03)
    for before, after in zip(came, out, strict=True):
        assert ball(after).iris_level == pytest.approx(ball(before).iris_level, rel=0.02)


def test_whites_lids_and_catch_lights_stay() -> None:
    came = [eye(BLUE, LIGHTS[0]), eye(GREY, LIGHTS[0], "right")]
    light: Tones = came[0].pixels[60:66, 100:106]
    light[...] = 250
    out = with_irises_alike(came)[0].pixels
    outside = (THERE.to_iris > 1.2 * EYE.iris_radius) | (THERE.aperture(1) == 0)
    np.testing.assert_array_equal(out[outside], came[0].pixels[outside])
    np.testing.assert_array_equal(out[60:66, 100:106], light)
    assert (luma_of(out) != luma_of(came[0].pixels)).any()


def test_outside_the_mask_nothing_changes() -> None:
    came = [eye(BLUE, LIGHTS[0]), eye(GREY, LIGHTS[0], "right")]
    came[0].mask[:, :105] = 0
    out = with_irises_alike(came)[0].pixels
    np.testing.assert_array_equal(out[:, :105], came[0].pixels[:, :105])
    assert np.abs(out - came[0].pixels)[:, 106:].max() > 5


def test_a_lone_eye_stays_as_it_is() -> None:
    (out,) = with_irises_alike([eye(BLUE, LIGHTS[0])])
    np.testing.assert_array_equal(out.pixels, eye(BLUE, LIGHTS[0]).pixels)


def test_black_irises_get_no_colour() -> None:
    out = with_irises_alike([eye(BLACK, LIGHTS[0]), eye(BLUE, LIGHTS[0], "right")])
    assert ball(out[0]).iris.max() < 4
