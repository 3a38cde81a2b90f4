"""Irises are drawn round, with a pupil and one light in both eyes, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points, Tones
from open_the_eyes.imaging.face.lids import EyeShape, LidDistances, lid_distances
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance.irises.ball import CatchLight, ball_of, catch_light, same_light
from open_the_eyes.models.appearance.irises.drawn_light import LARGE_EYE_SPOT, DrawnLight, placed_aside
from open_the_eyes.models.appearance.irises.round_iris import WHOLLY, with_round_irises
from open_the_eyes.models.appearance.refiner import PaintedEyes

SKIN, WHITE, BROWN = (np.array(colour, np.float32) for colour in ((200, 150, 130), (205, 195, 190), (95, 65, 45)))
LARGE, SMALL = WHOLLY[1] + 20, WHOLLY[0] - 20


def an_eye(width: float, side: Side = "left", height: float = 0.46) -> EyeShape:
    """In a picture of 1.6 x 1 of its widths; lids are arcs so far apart."""
    along = np.linspace(0, 1, 9)
    arc = np.sin(np.pi * along) * height * width / 2
    ring = np.vstack([np.column_stack([along * width, -arc]), np.column_stack([along * width, arc])[-2:0:-1]])
    if side == "right":
        ring[:, 0] = width - ring[:, 0]
    return EyeShape(ring + np.array([0.3, 0.5]) * width, (0.8 * width, 0.5 * width), 0.2 * width, side)


def painted_eye(shape: EyeShape, light_xy: tuple[float, float] = (0.2, -0.2)) -> tuple[Tones, LidDistances]:
    """An iris with four corners and without a pupil, and a light so many radii to the right and down."""
    w, h = round(1.6 * shape.width), round(shape.width)
    there = lid_distances(shape, Box(0, 0, w, h))
    ys, xs = np.mgrid[:h, :w]
    x, y = (xs - shape.iris_xy[0]) / shape.iris_radius, (ys - shape.iris_xy[1]) / shape.iris_radius
    picture = np.broadcast_to(SKIN, (h, w, 3)).astype(np.float32)
    picture[there.aperture(1) > 0.5] = WHITE
    picture[(there.aperture(1) > 0.5) & (x**4 + y**4 < 0.95**4)] = BROWN
    picture[np.hypot(x - light_xy[0], y - light_xy[1]) < 0.12] = 250
    return picture, there


def pieces(*pictures: tuple[Tones, EyeShape]) -> list[PaintedEyes]:
    marks: Points = np.zeros((478, 3))
    return [PaintedEyes(p, np.ones(p.shape[:2], np.float32), marks, {shape.side: shape}) for p, shape in pictures]


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
    assert (lit.mean(axis=0)[0] - eye.iris_xy[1]) / eye.iris_radius == pytest.approx(LARGE_EYE_SPOT.lowest, abs=0.05)


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
