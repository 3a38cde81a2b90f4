"""Eye colour, measured and given."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.options.eye_style import EyeColor

W, H = layout.SIZE_WH
BLUE, BROWN = (np.array(iris.NAMED[name]) for name in ("blue", "brown"))


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


def drawn(model: AppearanceModel, ratios: dict[Side, NDArray[np.float64]]) -> Tones:
    """A strip with two eyes of known colour under one warm light, brighter on the right."""
    strip: NDArray[np.float64] = np.ones((H, W, 3))
    there = iris.regions(model)
    for side, light in zip(SIDES, (0.7, 1.1), strict=True):
        white = light * np.array([1.0, 0.95, 0.8])
        half = np.s_[:, : W // 2] if side == "left" else np.s_[:, W // 2 :]
        strip[half] = white
        disc = there.disc[side][..., None]
        strip = strip + (white * ratios[side] - strip) * (disc > 0)
    return np.asarray(strip, np.float32)


def test_the_regions_of_both_eyes_are_there_and_apart(model: AppearanceModel) -> None:
    there = iris.regions(model)
    for side in SIDES:
        assert there.coloured[side].sum() > 20
        assert there.white[side].sum() > 20
        assert not (there.coloured[side] & there.white[side]).any()
        assert (there.disc[side][there.coloured[side]] > 0.8).all()
        assert (there.disc[side][there.white[side]] == 0).all()
    assert not (there.disc["left"] * there.disc["right"]).any()


@pytest.mark.parametrize("name", iris.NAMED)
def test_the_ratio_is_measured_whatever_the_light(model: AppearanceModel, name: EyeColor) -> None:
    ratio = np.array(iris.NAMED[name])
    strip = drawn(model, {"left": ratio, "right": ratio})
    for light in (1.0, 0.2):
        assert iris.colour_ratio(model, strip * np.float32(light)) == pytest.approx(ratio, rel=1e-3)


def test_one_eye_can_be_measured_alone(model: AppearanceModel) -> None:
    strip = drawn(model, {"left": BLUE, "right": BROWN})
    assert iris.colour_ratio(model, strip, ("left",)) == pytest.approx(BLUE, rel=1e-3)
    assert iris.colour_ratio(model, strip, ("right",)) == pytest.approx(BROWN, rel=1e-3)


def test_both_irises_are_brought_to_one_colour(model: AppearanceModel) -> None:
    strip = drawn(model, {"left": BLUE, "right": BROWN})
    kept = strip.copy()
    out = iris.coloured(model, strip, np.array(iris.NAMED["green"]))
    for side in SIDES:
        assert iris.colour_ratio(model, out, (side,)) == pytest.approx(iris.NAMED["green"], rel=0.01)
    discs = iris.regions(model).disc
    outside = (discs["left"] == 0) & (discs["right"] == 0)
    assert np.array_equal(out[outside], strip[outside])
    assert np.array_equal(strip, kept)


def test_each_iris_is_coloured_in_its_own_eyes_light(model: AppearanceModel) -> None:
    strip = drawn(model, dict.fromkeys(SIDES, BROWN))
    strip[:, W // 2 :] *= np.array([1.0, 0.8, 0.6], np.float32)
    out = iris.coloured(model, strip, np.array(iris.NAMED["green"]))
    for side in SIDES:
        assert iris.colour_ratio(model, out, (side,)) == pytest.approx(iris.NAMED["green"], rel=0.01)


@pytest.mark.parametrize("name", ["blue", "green", "grey"])
def test_catch_lights_keep_the_colour_of_the_light(model: AppearanceModel, name: EyeColor) -> None:
    strip = drawn(model, {"left": BROWN, "right": BROWN})
    there = iris.regions(model)
    glint = {side: np.zeros((H, W), np.bool_) for side in SIDES}
    for side in SIDES:
        y, x = np.argwhere(there.coloured[side]).mean(axis=0).astype(int)
        glint[side][y - 2 : y + 3, x - 2 : x + 3] = True
        strip[glint[side]] = iris.iris_and_white(model, strip, side)[1] * 1.05
    before = strip.copy()
    out = iris.coloured(model, strip, np.array(iris.NAMED[name]))
    for side in SIDES:
        assert np.array_equal(out[glint[side]], before[glint[side]])
        assert iris.colour_ratio(model, out, (side,)) == pytest.approx(iris.NAMED[name], rel=0.03)


def test_black_eyes_are_measured_without_dividing_by_nothing(model: AppearanceModel) -> None:
    black = np.zeros((H, W, 3), np.float32)
    assert np.isfinite(iris.colour_ratio(model, black)).all()
    assert (iris.coloured(model, black, BLUE) == 0).all()


def test_the_names_are_the_colours_they_name() -> None:
    red, green, blue = 0, 1, 2
    assert all(value[red] > value[blue] for value in (iris.NAMED["brown"], iris.NAMED["hazel"]))
    assert iris.NAMED["blue"][blue] > iris.NAMED["blue"][red]
    assert iris.NAMED["green"][green] == max(iris.NAMED["green"])
    assert np.ptp(iris.NAMED["grey"]) < 0.03
    assert sum(iris.NAMED["brown"]) < sum(iris.NAMED["hazel"]) < sum(iris.NAMED["grey"])


@pytest.mark.parametrize("side", SIDES)
def test_a_shape_is_read_from_the_points(model: AppearanceModel, side: Side) -> None:
    shape = iris.eye_shape(model.mean_points, side)
    assert shape.iris_xy == pytest.approx(tuple(layout.iris_of(model.mean_points, side)[0]))
    assert 0.15 < shape.iris_radius / shape.width < 0.3


def test_a_warm_shadow_over_half_a_white_does_not_turn_the_rest_blue(model: AppearanceModel) -> None:
    strip = drawn(model, dict.fromkeys(SIDES, BROWN)) * np.float32(150)
    shaded = strip.copy()
    for side in SIDES:
        ys, xs = np.nonzero(iris.regions(model).white[side])
        outer = xs < np.quantile(xs, 0.45) if side == "left" else xs > np.quantile(xs, 0.55)
        shaded[ys[outer], xs[outer]] *= np.array([1.2, 0.7, 0.4], np.float32)
    for side in SIDES:
        clear = iris.regions(model).white[side] & (shaded == strip).all(axis=2)
        before, after = (iris.with_one_white_hue(model, one, one)[clear].mean(axis=0) for one in (strip, shaded))
        assert after / after.mean() == pytest.approx(before / before.mean(), rel=0.03)


SKIN = np.array([190, 140, 115], np.float32)


def chroma(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    r, g, b = np.log(colour)
    return np.array([r - g, b - g])


def test_the_usual_white_stays_as_it_is() -> None:
    (r, b), _ = iris.usual_white(SKIN)
    usual = np.exp([r, 0.0, b])
    assert iris.plausible_white(usual, SKIN) == pytest.approx(usual / usual.mean())


def test_a_white_that_differs_a_little_is_believed_in_part() -> None:
    usual, _ = iris.usual_white(SKIN)
    off = np.array([0.05, -0.03])
    (r, b) = usual + off
    assert chroma(iris.plausible_white(np.exp([r, 0.0, b]), SKIN)) - usual == pytest.approx(iris.BELIEVED * off)


@pytest.mark.parametrize("white", [(200, 100, 100), (90, 120, 200), (170, 150, 60)], ids=["red", "blue", "yellow"])
def test_a_white_that_no_eye_has_is_brought_back_as_far_as_it_must(white: tuple[int, ...]) -> None:
    usual, _ = iris.usual_white(SKIN)
    found = iris.plausible_white(np.array(white, np.float64), SKIN)
    assert found.mean() == pytest.approx(1)
    assert (np.abs(chroma(found) - usual) <= iris.WHITEST * iris.WHITE_SPREAD).all()
    assert np.abs(chroma(found) - usual).max() < 0.5 * np.abs(chroma(np.array(white, np.float64)) - usual).max()


def test_a_dark_skins_hue_is_not_taken_at_its_word() -> None:
    red = np.array([1.4, 0.8, 0.8])
    bright = iris.plausible_white(red, np.array([195, 82, 70], np.float32))
    dark = iris.plausible_white(red, np.array([195, 82, 70], np.float32) * np.float32(0.35))
    assert dark[0] < bright[0] - 0.08
    assert dark[0] > dark[1]


def test_whites_follow_the_light_on_the_skin() -> None:
    white = np.array([170.0, 150, 140])
    warm = iris.plausible_white(white * [1.8, 1, 0.5], SKIN * np.array([1.8, 1, 0.5], np.float32))
    assert warm[0] > warm[1] > warm[2]
    assert np.isfinite(iris.plausible_white(np.zeros(3), np.zeros(3, np.float32))).all()


@pytest.mark.parametrize("times", [0.66, 0.8, 1.3])
def test_a_photographed_white_in_the_light_is_taken_as_it_is(times: float) -> None:
    white = np.array([180.0, 160, 150])
    white *= times * float(SKIN @ LUMA) / float(white @ LUMA) * 1.0001
    assert np.array_equal(iris.out_of_shadow(white, SKIN), white)


def test_a_white_in_a_lids_shadow_has_the_hue_that_whites_have_and_is_a_little_brighter() -> None:
    shaded = 0.45 * SKIN.astype(np.float64)
    found = iris.out_of_shadow(shaded, SKIN)
    usual, _ = iris.usual_white(SKIN)
    assert chroma(found) == pytest.approx(usual)
    assert 1.1 < float(found @ LUMA) / float(shaded @ LUMA) < 0.66 / 0.45


def test_a_donors_iris_is_not_teal_because_one_white_lies_in_shadow(model: AppearanceModel) -> None:
    there = iris.regions(model)
    strip = drawn(model, dict.fromkeys(SIDES, BROWN)) * np.float32(150)
    strip[model.ring] = SKIN
    (r, b), _ = iris.usual_white(SKIN)
    for side in SIDES:
        strip[there.white[side]] = 170 * np.exp([r, 0.0, b])
    shaded = strip.copy()
    shaded[there.white["right"]] = 0.5 * SKIN
    lit, plain, found = (
        told(model, one, SIDES)
        for told, one in (
            (iris.photographed_ratio, strip),
            (iris.colour_ratio, shaded),
            (iris.photographed_ratio, shaded),
        )
    )
    assert lit == pytest.approx(iris.colour_ratio(model, strip))
    assert abs(np.log(plain[2] / plain[0]) - np.log(lit[2] / lit[0])) > 0.1
    assert np.log(found[2] / found[0]) == pytest.approx(np.log(lit[2] / lit[0]), abs=0.02)
