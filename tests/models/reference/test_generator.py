"""The person's own eyes come back: where they belong, in the photo's light, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.detail.sharpness import fine_energy
from open_the_eyes.imaging.face.eye_change import convergence
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.models.reference import choice, donor_warp, transplant
from open_the_eyes.models.reference.generator import ReferenceGenerator
from open_the_eyes.models.reference.ranked_donors import OWN
from open_the_eyes.options import GenerateOptions
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.origins import ReferenceFace
from open_the_eyes.roles import Crop, Face, Request
from open_the_eyes.stages.crop import crop
from tests.faces import dark_centre_xy, iris_colour
from tests.models.reference.donors import donor, opened
from tests.references import another_shot


def likeness(result: Rgb, truth: Rgb, target: Crop) -> float:
    """SSIM inside the mask."""
    _, every = structural_similarity(target.window.cut(truth), result, channel_axis=2, full=True)
    return float(np.asarray(every)[target.mask > 0.5].mean())


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({}, 0.93),
        ({"light": 0.75}, 0.9),
        ({"scale": 2.0}, 0.88),
        ({"scale": 1.5, "turn_deg": 6.0, "light": 0.8, "shift": 20.0}, 0.85),
        ({"scale": 0.8, "turn_deg": -5.0, "light": 1.15}, 0.75),
    ],
    ids=["the same moment", "darker", "twice as near", "nearer, tilted, darker, moved", "further away"],
)
def test_the_true_eyes_come_back_from_another_shot(
    generator: ReferenceGenerator,
    engine: Engine,
    portrait: Rgb,
    closed_crop: Crop,
    change: dict[str, float],
    least: float,
) -> None:
    shot = donor(engine, another_shot(portrait, **change))
    result, source = opened(generator, closed_crop, shot)
    painted, _ = opened(generator, closed_crop)
    assert source == "shot2.jpg, face 1"
    assert likeness(result, portrait, closed_crop) > max(least, likeness(painted, portrait, closed_crop) + 0.1)


def test_a_pair_is_told_with_how_it_looks_in_its_own_photo(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    giving = donor(engine, another_shot(portrait))
    (patch,) = generator.generate([Request(closed_crop, 0, donors=(giving,))], GenerateOptions())
    assert patch.convergence == convergence(giving.crop.landmarks)


def test_eyes_whose_skin_does_not_agree_stay_as_they_were_first_drawn(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Mock(wraps=donor_warp.warped)
    monkeypatch.setattr(transplant, "warped", drawing)
    monkeypatch.setattr(transplant, "registered", lambda *_: (np.eye(2, 3), -1.0))
    opened(generator, closed_crop, donor(engine, another_shot(portrait)))
    assert drawing.call_count == len(closed_crop.sides)


def test_nothing_outside_the_mask_changes(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    result, _ = opened(generator, closed_crop, donor(engine, another_shot(portrait, light=0.6)))
    outside = closed_crop.mask == 0
    assert np.array_equal(result[outside], closed_crop.pixels[outside])


def test_the_colour_of_the_irises_is_the_donors(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, portrait_face: Face, closed_crop: Crop
) -> None:
    result, _ = opened(generator, closed_crop, donor(engine, another_shot(portrait, light=0.8)))
    whole = portrait.copy()
    closed_crop.window.cut(whole)[...] = result
    for side in SIDES:
        apart = iris_colour(whole, portrait_face.landmarks, side) - iris_colour(portrait, portrait_face.landmarks, side)
        assert np.abs(apart).max() < 12


@pytest.mark.parametrize("light", [1.0, 1.8], ids=["donor exposed well", "both overexposed"])
def test_eyes_laid_into_overexposed_skin_are_cut_off_like_it(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, light: float
) -> None:
    bright = replace(closed_crop, pixels=to_levels(to_tones(closed_crop.pixels) * 1.8))
    truth = to_levels(to_tones(closed_crop.window.cut(portrait)) * 1.8)
    result, _ = opened(generator, bright, donor(engine, to_levels(to_tones(portrait) * light)))
    inside = bright.mask > 0.5
    apart = to_tones(result)[inside] - to_tones(truth)[inside]
    assert np.abs(apart).mean() < 13
    assert abs(float((apart[:, 0] - apart[:, 1]).mean())) < 1.5


def test_in_a_soft_photo_the_eyes_are_soft_too(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    blurred = [
        cv2.GaussianBlur(pixels, (0, 0), 1.5) for pixels in (closed_crop.pixels, closed_crop.window.cut(portrait))
    ]
    soft, truth = (np.asarray(pixels, np.uint8) for pixels in blurred)
    result, _ = opened(generator, replace(closed_crop, pixels=soft), donor(engine, portrait))
    eyes = closed_crop.mask > 0.5
    sharp, wanted, unblurred = (
        fine_energy(to_tones(pixels), eyes) for pixels in (result, truth, closed_crop.window.cut(portrait))
    )
    assert wanted * 0.6 < sharp < wanted * 1.5 < unblurred


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_gaze(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot = donor(engine, portrait)
    first, again, other = (opened(generator, closed_crop, shot, seed=s, variety=1.0)[0] for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_best_donor_is_taken_first_and_variations_take_others(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shots = [donor(engine, another_shot(portrait, scale=s), origin=ReferenceFace(f"at {s}", 1, 1)) for s in (0.6, 1.0)]
    assert opened(generator, closed_crop, *shots)[1] == "at 1.0, face 1"
    variations = [Request(closed_crop, seed, 1.0, tuple(shots)) for seed in range(12)]
    sources = {str(patch.origin) for patch in generator.generate(variations, GenerateOptions())}
    assert sources == {"at 0.6, face 1", "at 1.0, face 1"}


@pytest.mark.parametrize("lone", [False, True], ids=["from a donor", "from the other eye"])
def test_donors_are_ranked_once_for_all_attempts_at_a_face(
    generator: ReferenceGenerator,
    engine: Engine,
    portrait: Rgb,
    closed_crop: Crop,
    monkeypatch: pytest.MonkeyPatch,
    lone: bool,
) -> None:
    one = replace(closed_crop, sides=("left",)) if lone else closed_crop
    donors = () if lone else (donor(engine, portrait), donor(engine, another_shot(portrait, scale=0.6)))
    requests = [Request(one, seed, 1.0, donors, lead_only=seed == 2) for seed in range(3)]
    alone = [generator.generate([request], GenerateOptions())[0] for request in requests]
    judging = Mock(wraps=choice.ranked)
    monkeypatch.setattr("open_the_eyes.models.reference.ranked_donors.ranked", judging)
    together = generator.generate(requests, GenerateOptions())
    assert judging.call_count == 1 + lone  # once more for its own other eye
    for patch, same in zip(together, alone, strict=True):
        assert np.array_equal(patch.pixels, same.pixels)
        assert (patch.score, patch.origin) == (same.score, same.origin)


def test_eyes_are_fitted_in_once_for_all_attempts_that_take_them(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots = tuple(
        donor(engine, another_shot(portrait, scale=s), origin=ReferenceFace(f"{s}", 1, 1)) for s in (1.0, 0.7)
    )
    requests = [Request(closed_crop, seed, 1.0, shots) for seed in range(8)]
    fitting = Mock(wraps=transplant.placed)
    monkeypatch.setattr(transplant, "placed", fitting)
    together = generator.generate(requests, GenerateOptions())
    assert fitting.call_count == 2
    order = [str(patch.origin) for patch in together]
    (first, *_) = (k for k in range(1, 7) if order[k - 1] != order[k] == order[k + 1])  # they take turns
    for k in (first - 1, first, first + 1):
        (same,) = generator.generate([requests[k]], GenerateOptions())
        assert np.array_equal(together[k].pixels, same.pixels)
        assert (together[k].seed, together[k].origin) == (k, same.origin)


def test_attempts_that_shall_be_open_differently_are_fitted_in_for_each(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shots = (donor(engine, portrait),)
    requests = [Request(closed_crop, 0, 0.0, shots, style=EyeStyle(openness=wide)) for wide in (1.0, 0.7, 1.0)]
    wide, narrow, again = generator.generate(requests, GenerateOptions())
    assert np.array_equal(wide.pixels, again.pixels)
    assert np.abs(wide.pixels - narrow.pixels).max() > 20


def test_grain_where_tails_were_is_each_attempts_own(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, crop_with_tail: Crop
) -> None:
    tails = crop_with_tail.tails
    assert tails is not None
    shots = (donor(engine, portrait),)
    requests = [Request(crop_with_tail, seed, 0.0, shots) for seed in (1, 2)]
    first, second = generator.generate(requests, GenerateOptions())
    (alone,) = generator.generate(requests[1:], GenerateOptions())
    assert not np.array_equal(first.pixels[tails > 0], second.pixels[tails > 0])
    assert np.array_equal(second.pixels, alone.pixels)


@pytest.mark.parametrize("side", SIDES)
def test_a_lone_shut_eye_gets_its_partner_in_a_mirror(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, portrait_face: Face, side: Side
) -> None:
    wink = paint_blink(portrait, portrait_face.landmarks, (side,))
    face = engine.detector.measure(wink, portrait_face)
    assert face is not None
    target = crop(wink, face, (side,))
    result, source = opened(generator, target)
    assert source == str(OWN)
    whole = wink.copy()
    target.window.cut(whole)[...] = result
    apart = dark_centre_xy(whole, portrait_face.landmarks, side) - dark_centre_xy(
        portrait, portrait_face.landmarks, side
    )
    assert np.abs(apart).max() < 0.09  # of the eye's width: both eyes look the same way
    here, true = (iris_colour(pixels, portrait_face.landmarks, side) for pixels in (whole, portrait))
    assert np.abs(here - true).max() < 45  # she is lit from one side


def test_a_tail_beside_a_laid_in_eye_becomes_skin_and_a_wing_of_eyeliner_stays(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, crop_with_tail: Crop
) -> None:
    tails = crop_with_tail.tails
    assert tails is not None
    winged = crop_with_tail.pixels.copy()
    winged[tails > 0] = 10
    target = replace(crop_with_tail, pixels=winged)
    result, source = opened(generator, target, donor(engine, portrait))
    assert source == "shot2.jpg, face 1"
    top, left = np.argwhere(tails > 0).min(axis=0)
    skin = crop_with_tail.pixels[top - 4 : top + 8, left - 4 : left + 12].mean()
    assert result[tails > 0].mean() > 0.8 * skin
    kept, _ = opened(generator, replace(target, winged=("left",)), donor(engine, portrait))
    assert kept[tails > 0].mean() < 0.6 * skin


def test_a_donor_with_one_open_eye_gives_it_twice(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    result, source = opened(generator, closed_crop, donor(engine, portrait, ("left",)))
    assert source == "shot2.jpg, face 1"
    assert likeness(result, portrait, closed_crop) > 0.55


def test_a_black_and_white_photo_gets_black_and_white_eyes(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    grey = np.repeat(closed_crop.pixels.mean(axis=2, keepdims=True).round().astype(np.uint8), 3, axis=2)
    result, _ = opened(generator, replace(closed_crop, pixels=grey), donor(engine, portrait))
    assert int(np.ptp(result.astype(int), axis=2).max()) <= 2
