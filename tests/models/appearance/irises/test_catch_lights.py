"""Both eyes mirror one light, at the same place and as the face is lit; what else is bright in an iris is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance.irises.ball import CatchLight, ball_of, catch_light, same_light
from open_the_eyes.models.appearance.irises.drawn_light import LOWEST, DrawnLight, placed_aside
from open_the_eyes.models.appearance.irises.round_iris import with_round_irises
from open_the_eyes.models.appearance.refiner import PaintedEyes
from tests.models.appearance.irises.painted import BROWN, LARGE, SMALL, an_eye, painted_eye, pieces


@pytest.mark.parametrize("spot_xy", [(-0.45, -0.1), (-0.05, 0.1)], ids=["in the iris", "over the pupil"])
@pytest.mark.parametrize("colour", [(250, 250, 250), (150, 190, 250)], ids=["white", "blue"])
@pytest.mark.parametrize("width", [LARGE, SMALL])
def test_a_second_light_is_none(width: float, colour: tuple[float, float, float], spot_xy: tuple[float, float]) -> None:
    eye = an_eye(width)
    before, there = painted_eye(eye, (0.3, -0.25))
    x = (there.from_outer[0] - there.iris_at[0]) / eye.iris_radius - spot_xy[0]
    y = (there.from_outer[1] - there.iris_at[1]) / eye.iris_radius - spot_xy[1]
    second = np.hypot(x, y) < 0.1
    lit_twice = before.copy()
    lit_twice[second] = colour
    light = CatchLight((0.3, -0.25), 1.5)
    once, twice = (
        with_round_irises(pieces((picture, eye)), 0.5, 0, light)[0].pixels for picture in (before, lit_twice)
    )
    assert np.abs(twice - once)[second].max() < 0.1 * np.abs(lit_twice - before)[second].max()
    elsewhere = np.hypot(x, y) > 0.4
    assert np.abs(twice - once)[elsewhere].max() < 12


def test_a_light_is_left_where_the_eye_mirrors_none_of_its_own() -> None:
    eye = an_eye(SMALL)
    before, _ = painted_eye(eye)
    (out,) = with_round_irises(pieces((before, eye)), 0.5, 0, CatchLight((0.6, -0.3), 0.0))
    assert (out.pixels @ LUMA).max() > 200


def test_small_eyes_sparkle_more_than_they_were_painted() -> None:
    eye = an_eye(SMALL)
    before, there = painted_eye(eye)
    inside = there.to_iris < 0.6 * eye.iris_radius
    faint = np.asarray(before - 0.6 * np.maximum(before - 150, 0) * inside[..., None], np.float32)
    (out,) = with_round_irises(pieces((faint, eye)), 0.8, 0)
    assert (out.pixels[inside] @ LUMA).max() > (faint[inside] @ LUMA).max() + 8


def test_the_light_of_a_large_eye_lies_over_its_pupil() -> None:
    eye = an_eye(LARGE)
    (out,) = with_round_irises(pieces((painted_eye(eye, (0.2, 0.0))[0], eye)), 0.5, 0)
    lit = np.argwhere(out.pixels[: int(eye.iris_xy[1])] @ LUMA > 225)
    assert (lit.mean(axis=0)[0] - eye.iris_xy[1]) / eye.iris_radius == pytest.approx(LOWEST[1], abs=0.05)


def test_a_near_eye_mirrors_a_smaller_and_brighter_light_than_a_far_one() -> None:
    spots = []
    for width in (40.0, 70.0):
        eye = an_eye(width)
        ball = ball_of(painted_eye(eye)[0], eye)
        assert ball is not None
        light = DrawnLight.of(CatchLight((0.2, -0.2), 2.0), ball, 0.0, measured=True)
        assert light is not None
        spots.append(light.spot)
    far, near = spots
    assert near.fades_to < 0.85 * far.fades_to
    assert near.brighter > 1.2 * far.brighter


def test_both_eyes_mirror_one_light_on_the_same_side_of_the_picture() -> None:
    left, right = an_eye(LARGE, "left"), an_eye(LARGE, "right")
    made = with_round_irises(
        pieces((painted_eye(left, (0.4, -0.2))[0], left), (painted_eye(right, (0.1, -0.2))[0], right)), 0.5, 0
    )
    places = []
    for piece, eye in zip(made, (left, right), strict=True):
        y, x = np.unravel_index(np.argmax(piece.pixels @ LUMA * (piece.mask > 0)), piece.mask.shape)
        places.append((np.array([x, y]) - eye.iris_xy) / eye.iris_radius)
    assert np.abs(places[0] - places[1]).max() < 0.08
    assert 0.05 < places[0][0] < 0.3


def test_an_open_eye_says_where_the_light_is() -> None:
    eye = an_eye(LARGE)
    (out,) = with_round_irises(pieces((painted_eye(eye)[0], eye)), 0.5, 0, CatchLight((-0.4, -0.2), 2.0))
    lit = np.argwhere(out.pixels @ LUMA > 225)
    assert (lit.mean(axis=0)[1] - eye.iris_xy[0]) / eye.iris_radius == pytest.approx(-0.28, abs=0.05)


def light_x(piece: PaintedEyes) -> float:
    """How far to the right of its iris' centre an eye's brightest spot lies, in radii."""
    (eye,) = piece.shapes.values()
    _, x = np.unravel_index(np.argmax(piece.pixels @ LUMA), piece.mask.shape)
    return float(x - eye.iris_xy[0]) / eye.iris_radius


@pytest.mark.parametrize("width", [LARGE, SMALL])
@pytest.mark.parametrize("side_light", [-0.5, 0.5], ids=["lit from the left", "lit from the right"])
def test_lights_of_both_eyes_lie_on_the_side_from_which_the_face_is_lit(width: float, side_light: float) -> None:
    eyes = an_eye(width, "left"), an_eye(width, "right")
    painted = pieces(*((painted_eye(eye, (0.0, -0.2))[0], eye) for eye in eyes))
    for piece in with_round_irises(painted, 0.5, 0, side_light=side_light):
        assert light_x(piece) / side_light > 0.6


def test_a_small_eye_whose_light_moves_is_as_bright_as_before() -> None:
    eye = an_eye(SMALL)
    painted = pieces((painted_eye(eye, (0.0, -0.2))[0], eye))
    still, moved = (with_round_irises(painted, 0.8, 0, side_light=side_light)[0] for side_light in (0.0, 0.6))
    assert (moved.pixels @ LUMA).max() > (still.pixels @ LUMA).max() - 25


def test_an_open_eye_is_believed_whatever_the_cheeks_tell() -> None:
    eye = an_eye(LARGE)
    seen, painted = CatchLight((-0.4, -0.2), 2.0), pieces((painted_eye(eye)[0], eye))
    even, aside = (with_round_irises(painted, 0.5, 0, seen, side_light)[0].pixels for side_light in (0.0, 0.6))
    assert np.array_equal(even, aside)


@pytest.mark.parametrize(
    ("painted_x", "side_light", "x"),
    [(0.3, 0.0, 0.21), (0.0, 0.25, 0.2), (0.0, 3.0, 0.5), (0.2, -3.0, -0.5), (0.9, 0.0, 0.63), (0.9, 0.4, 0.63)],
    ids=["even", "from the right", "far right", "far left", "painted far aside", "painted far aside, side-lit"],
)
def test_a_light_lies_towards_the_brighter_cheek(painted_x: float, side_light: float, x: float) -> None:
    light = placed_aside(CatchLight((painted_x, -0.2), 1.0), side_light)
    assert light.xy == pytest.approx((x, -0.2))
    assert light.strength == 1.0


def test_a_light_is_found_where_it_is_and_none_where_none_is() -> None:
    eye = an_eye(LARGE)
    ball = ball_of(painted_eye(eye, (0.3, -0.25))[0], eye)
    assert ball is not None
    light = catch_light(ball)
    assert light.xy == pytest.approx((0.3, -0.25), abs=0.04)
    dull = ball_of(painted_eye(eye, (9.0, 9.0))[0], eye)
    assert dull is not None
    assert catch_light(dull).strength == 0
    assert same_light([light, catch_light(dull)]).xy == pytest.approx(light.xy)
    assert same_light([]).strength == 0


def with_blue_in_the_pupil(eye: EyeShape) -> tuple[Tones, NDArray[np.bool_]]:
    """A small eye whose only light is hardly brighter than its iris, and blue; and where it is."""
    picture, there = painted_eye(eye, (9, 9))
    pupil = there.to_iris / eye.iris_radius < 0.34
    picture[pupil] = 0.5 * BROWN
    faint = there.to_iris / eye.iris_radius < 0.18
    picture[faint] = (60, 80, 115)
    return picture, faint


def test_a_faint_light_in_a_pupil_is_no_blue_blot() -> None:
    eye = an_eye(SMALL)
    picture, faint = with_blue_in_the_pupil(eye)
    (out,) = with_round_irises(pieces((picture, eye)), 1.0, 0)
    red, _, blue = out.pixels[faint].mean(axis=0)
    assert blue < 1.02 * red


def test_a_faint_light_in_a_pupil_is_a_light_where_nothing_else_is_one() -> None:
    eye = an_eye(SMALL)
    picture, _ = with_blue_in_the_pupil(eye)
    ball = ball_of(picture, eye)
    assert ball is not None
    assert 0 < catch_light(ball).strength < 0.5
    brighter = picture.copy()
    x, y = eye.iris_xy
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]]
    brighter[np.hypot(xs - x - 0.5 * eye.iris_radius, ys - y + 0.3 * eye.iris_radius) < 0.12 * eye.iris_radius] = 240
    lit = ball_of(brighter, eye)
    assert lit is not None
    assert catch_light(lit).xy == pytest.approx((0.5, -0.3), abs=0.08)
