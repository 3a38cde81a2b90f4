"""Eyes from another photo that shall look aside, be wider or narrower, or have another colour."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import NASION, SIDES
from open_the_eyes.models.reference.generator import ReferenceGenerator
from open_the_eyes.options.eye_style import PLAIN_STYLE, EyeStyle
from open_the_eyes.roles import Crop, Face
from tests.faces import dark_centre_xy
from tests.models.reference.donors import donor, opened


@pytest.mark.parametrize(
    ("style", "direction"),
    [(EyeStyle(gaze=(0.8, 0.0)), 1), (EyeStyle(gaze=(-0.8, 0.0)), -1)],
    ids=["right", "left"],
)
def test_a_gaze_that_is_asked_for_turns_both_irises(
    generator: ReferenceGenerator,
    engine: Engine,
    portrait: Rgb,
    portrait_face: Face,
    closed_crop: Crop,
    style: EyeStyle,
    direction: int,
) -> None:
    shot = donor(engine, portrait)
    for side in SIDES:
        at = []
        for result in (
            opened(generator, closed_crop, shot)[0],
            opened(generator, closed_crop, shot, style=style)[0],
        ):
            whole = portrait.copy()
            closed_crop.window.cut(whole)[...] = result
            at.append(dark_centre_xy(whole, portrait_face.landmarks, side)[0])
        assert direction * (at[1] - at[0]) > 0.03


@pytest.mark.parametrize("aside", [-0.6, 0.0, 0.6])
def test_a_gaze_moves_both_irises_of_a_donor_by_the_same(
    generator: ReferenceGenerator,
    engine: Engine,
    portrait: Rgb,
    portrait_face: Face,
    closed_crop: Crop,
    aside: float,
) -> None:
    shot, at = donor(engine, portrait), []
    for style in (PLAIN_STYLE, EyeStyle(gaze=(aside, 0.0))):
        whole = portrait.copy()
        closed_crop.window.cut(whole)[...] = opened(generator, closed_crop, shot, style=style)[0]
        at.append([dark_centre_xy(whole, portrait_face.landmarks, side)[0] for side in SIDES])
    (left, right), before = at[1], at[0]
    left, right = left - before[0], right - before[1]
    assert left == pytest.approx(right, abs=0.015)


@pytest.mark.parametrize("style", [EyeStyle("blue"), EyeStyle(openness=0.7)], ids=["colour", "openness"])
def test_colour_and_openness_are_heeded(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, style: EyeStyle
) -> None:
    shot = donor(engine, portrait)
    plain, asked = opened(generator, closed_crop, shot)[0], opened(generator, closed_crop, shot, style=style)[0]
    assert np.abs(plain.astype(int) - asked).max() > 20


@pytest.mark.parametrize("aside", [-0.7, 0.7])
def test_a_colour_is_the_same_in_both_eyes_wherever_they_look(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, aside: float
) -> None:
    shot = donor(engine, portrait)
    tones = []
    for style in (EyeStyle("blue"), EyeStyle("blue", gaze=(aside, 0.0))):
        result = opened(generator, closed_crop, shot, style=style)[0].astype(np.float64)
        plain = opened(generator, closed_crop, shot, style=EyeStyle(gaze=style.gaze))[0]
        middle = round(float(closed_crop.landmarks[NASION, 0]))
        changed = np.abs(result - plain).max(axis=2) > 12
        tones.append([result[:, part][changed[:, part]].mean(axis=0) for part in (np.s_[:middle], np.s_[middle:])])
    (left, right), (left_aside, right_aside) = tones
    np.testing.assert_allclose(left_aside - right_aside, left - right, atol=8)
