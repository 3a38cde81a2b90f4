"""Openness, gaze and colour as asked for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.models.appearance import layout, steer
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises.colour import NAMED
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.options.eye_style import MAX_OPENNESS, EyeColor
from open_the_eyes.roles import Face

Scores = NDArray[np.float64]


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


@pytest.fixture(scope="module")
def points(model: AppearanceModel) -> Points:
    mean: Points = model.mean_points.copy()
    mean.flags.writeable = False
    return mean


@pytest.fixture(scope="module", params=["the mean face", "the portrait", "a draw"])
def z(request: pytest.FixtureRequest, model: AppearanceModel, portrait_face: Face) -> Scores:
    """Shape scores to start from."""
    if request.param == "the mean face":
        return np.zeros(len(model.eye_shape.sigma))
    prediction = model.predict_shape(layout.points_on_strip(portrait_face.landmarks), None)
    return prediction.sample(float(request.param == "a draw"), np.random.default_rng(0))


def gap(points: Points, side: Side) -> float:
    ring = layout.ring_of(points, side)
    return float((ring[15:8:-1, 1] - ring[1:8, 1]).mean())


def gaps_at(openness: float, model: AppearanceModel, z: Scores) -> Scores:
    """Of the left and the right eye, pixels of the strip."""
    shape = model.eye_shape.rebuilt(steer.with_openness(model.eye_shape, z, openness)).reshape(-1, 2)
    return np.array([gap(shape.astype(np.float64), side) for side in SIDES])


def deviations(model: AppearanceModel, move: Scores) -> float:
    """The length of a move of shape scores in standard deviations."""
    return float(np.linalg.norm(move / model.eye_shape.sigma))


def test_gaps_grow_with_openness(model: AppearanceModel, z: Scores) -> None:
    steps = np.linspace(0, MAX_OPENNESS, 31)
    grown = np.diff([gaps_at(openness, model, z) for openness in steps], axis=0)
    assert grown.min() > -1e-4
    assert grown[(steps[:-1] > 0.75) & (steps[1:] < 1.25)].min() > 0.1
    assert grown.sum(axis=0).min() > 5


@pytest.mark.parametrize("openness", [0.75, 0.9, 1.1, 1.25])
def test_near_the_usual_both_gaps_are_scaled_as_asked(model: AppearanceModel, z: Scores, openness: float) -> None:
    assert gaps_at(openness, model, z) / gaps_at(1, model, z) == pytest.approx([openness, openness], abs=0.03)


def test_the_usual_openness_leaves_the_scores_as_they_are(model: AppearanceModel, z: Scores) -> None:
    assert np.array_equal(steer.with_openness(model.eye_shape, z, 1.0), z)


@pytest.mark.parametrize("openness", [0, MAX_OPENNESS], ids=["shut", "wide"])
def test_the_ends_stay_within_what_eyes_do(model: AppearanceModel, z: Scores, openness: float) -> None:
    move = steer.with_openness(model.eye_shape, z, openness) - z
    assert 0.5 * steer.WIDEST < deviations(model, move) <= steer.WIDEST * (1 + 1e-6)


def test_opening_takes_creases_along_and_leaves_the_given_scores(model: AppearanceModel, z: Scores) -> None:
    kept = z.copy()
    wide = steer.with_openness(model.eye_shape, z, 1.3)
    moved = np.abs((model.eye_shape.rebuilt(wide) - model.eye_shape.rebuilt(z)).reshape(-1, 2)[:, 1])
    assert moved[2 * 16 + 2 * 5 :].max() > 0.3
    assert np.array_equal(z, kept)


def test_points_that_are_no_lids_stay(points: Points) -> None:
    rest = np.arange(2 * 16 + 10, len(points))
    for moved in (steer.with_gaze(points, (1, 1)), steer.irises_alike(points)):
        assert np.array_equal(moved[rest], points[rest])


@pytest.mark.parametrize("side", SIDES)
def test_gaze_turns_both_irises_the_same_way(points: Points, side: Side) -> None:
    def iris(gaze: tuple[float, float]) -> Points:
        return layout.iris_of(steer.with_gaze(points, gaze), side)

    ring = layout.ring_of(points, side)
    assert iris((-1, 0))[0, 0] < iris((0, 0))[0, 0] - 3 < iris((1, 0))[0, 0] - 6
    assert iris((0, -1))[0, 1] < iris((0, 0))[0, 1] - 3 < iris((0, 1))[0, 1] - 6
    assert iris((1, 1)) - iris((1, 1))[0] == pytest.approx(
        layout.iris_of(points, side) - layout.iris_of(points, side)[0]
    )
    assert min(ring[0, 0], ring[8, 0]) < iris((1, 0))[0, 0] < max(ring[0, 0], ring[8, 0])


@pytest.mark.parametrize("aside", [-1, -0.6, 0, 0.6, 1])
def test_a_pair_that_looks_aside_squints_no_more_than_before(points: Points, aside: float) -> None:
    def pair(of: Points) -> Scores:
        return np.array([layout.iris_along(of, side) for side in SIDES])

    before, after = pair(points), pair(steer.with_gaze(points, (aside, 0)))
    assert before[0] - before[1] < -0.03  # the middle between the mesh's corners is not where eyes look ahead
    assert after[0] - after[1] == pytest.approx(before[0] - before[1], abs=0.005)
    assert after.mean() == pytest.approx(steer.GAZE_ASIDE * aside, abs=0.005)


@pytest.mark.parametrize("side", SIDES)
def test_the_upper_lid_follows_the_gaze_down_and_up(points: Points, side: Side) -> None:
    assert gap(steer.with_gaze(points, (0, 1)), side) < gap(points, side) < gap(steer.with_gaze(points, (0, -1)), side)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("aside", [-1, 0, 1])
def test_an_eye_that_looks_down_shows_most_of_its_iris(points: Points, side: Side, aside: int) -> None:
    down = steer.with_gaze(points, (aside, 1))
    ring, (centre, *rim) = layout.ring_of(down, side), layout.iris_of(down, side)
    radius = float(np.linalg.norm(np.array(rim) - centre, axis=1).mean())
    lower = np.interp(centre[0], np.sort(ring[8:, 0]), ring[8:, 1][np.argsort(ring[8:, 0])])
    assert lower - centre[1] > 0.25 * radius


def test_irises_come_out_round_and_of_one_size(points: Points) -> None:
    odd = points.copy()
    layout.iris_of(odd, "left")[1] += 3
    alike = steer.irises_alike(odd)
    radii = [np.linalg.norm(layout.iris_of(alike, side)[1:] - layout.iris_of(alike, side)[0], axis=1) for side in SIDES]
    assert np.ptp(radii) < 1e-6
    for side in SIDES:
        assert np.array_equal(layout.iris_of(alike, side)[0], layout.iris_of(odd, side)[0])


def test_irises_without_size_divide_by_nothing() -> None:
    assert np.isfinite(steer.irises_alike(np.zeros((len(layout.MESH), 2)))).all()


GROUPS = np.array([NAMED["brown"], NAMED["grey"], NAMED["blue"]], np.float32)
LIKELY = np.array([0.8, 0.1, 0.1])


def chosen(
    asked: EyeColor, predicted: object, variety: float, seed: int = 0, likely: NDArray[np.float64] = LIKELY
) -> tuple[float, ...]:
    rng = np.random.default_rng(seed)
    return tuple(steer.chosen_ratio(asked, likely, np.array(predicted), GROUPS, variety, rng))


@pytest.mark.parametrize("name", NAMED)
def test_a_colour_asked_for_is_given(name: EyeColor) -> None:
    assert chosen(name, NAMED["brown"], 0) == pytest.approx(NAMED[name])
    shade = np.array(chosen(name, NAMED["brown"], 1, seed=3)) / NAMED[name]
    assert shade == pytest.approx(shade[0])
    assert 0.7 < shade[0] < 1.4
    assert shade[0] != 1


def test_the_face_says_whether_eyes_are_light_and_the_texture_which_light_or_dark_colour_it_is() -> None:
    for predicted in ("brown", "grey", "blue"):
        assert chosen("auto", NAMED[predicted], 0) == pytest.approx(NAMED["brown"])
    for name in ("grey", "blue"):
        fair = chosen("auto", NAMED[name], 0, likely=np.array([0.2, 0.4, 0.4]))
        assert fair == pytest.approx(NAMED[name], rel=0.15)


@pytest.mark.parametrize(("of_light", "name"), [(0.55, "brown"), (0.65, "blue")])
def test_no_likeliest_eyes_are_a_mean_of_light_and_dark(of_light: float, name: EyeColor) -> None:
    between = np.sqrt(np.array(NAMED["brown"]) * NAMED["blue"])
    likely = np.array([1 - of_light, 0.0, of_light])
    assert chosen("auto", between, 0, likely=likely) == pytest.approx(NAMED[name])


def test_without_variety_chance_has_no_say() -> None:
    assert len({chosen("auto", NAMED["grey"], 0, seed) for seed in range(5)}) == 1


def test_draws_differ_stay_among_the_colours_that_exist_and_belong_to_their_seed() -> None:
    between = np.sqrt(np.array(NAMED["brown"]) * NAMED["hazel"])
    groups = np.array([NAMED["brown"], NAMED["hazel"]], np.float32)

    def drawn(seed: int) -> tuple[float, ...]:
        rng = np.random.default_rng(seed)
        return tuple(steer.chosen_ratio("auto", np.array([0.5, 0.5]), between, groups, 1, rng))

    draws = [drawn(seed) for seed in range(30)]
    assert len(set(draws)) > 1
    assert (np.array(draws) >= groups.min(axis=0) - 1e-6).all()
    assert (np.array(draws) <= groups.max(axis=0) + 1e-6).all()
    assert draws[4] == drawn(4)


def test_no_colour_is_drawn_that_is_far_less_likely_than_another() -> None:
    """Beside what the face says, a brown eye may be brown or grey, one to one; then two to one, which is too little
    for a light colour."""
    between = np.sqrt(np.array(NAMED["brown"]) * NAMED["grey"])
    groups = np.array([NAMED["brown"], NAMED["grey"]], np.float32)

    def draws(likely: tuple[float, float]) -> int:
        rng = np.random.default_rng(0)
        return len({tuple(steer.chosen_ratio("auto", np.array(likely), between, groups, 1, rng)) for _ in range(100)})

    assert draws((0.48, 0.52)) == 2
    assert draws((0.67, 0.33)) == 1


def test_lids_are_drawn_wider_and_narrower_but_never_far_from_the_likeliest() -> None:
    rng = np.random.default_rng(0)
    draws = [steer.sampled_openness(1, rng) for _ in range(200)]
    assert min(draws) < 0.9
    assert max(draws) > 1.1
    assert 0.8 < min(draws) < max(draws) < 1.2
    assert steer.sampled_openness(0, rng) == 1
