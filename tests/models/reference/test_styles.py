"""Eyes from another photo that shall look aside, be wider or narrower, or have another colour."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import NASION, SIDES
from open_the_eyes.models.reference.generator import ReferenceGenerator
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Crop, Donor, Face
from tests.faces import dark_centre_xy
from tests.models.reference.donors import donor, opened


@pytest.fixture(scope="module")
def shot(engine: Engine, portrait: Rgb) -> Donor:
    return donor(engine, portrait)


@pytest.fixture(scope="module")
def plain(generator: ReferenceGenerator, closed_crop: Crop, shot: Donor) -> Rgb:
    """Nothing asked for."""
    return opened(generator, closed_crop, shot)[0]


@pytest.mark.parametrize("aside", [-0.6, 0.0, 0.6])
def test_a_gaze_that_is_asked_for_turns_both_irises_by_the_same(
    generator: ReferenceGenerator,
    portrait: Rgb,
    portrait_face: Face,
    closed_crop: Crop,
    shot: Donor,
    plain: Rgb,
    aside: float,
) -> None:
    at = []
    for result in (plain, opened(generator, closed_crop, shot, style=EyeStyle(gaze=(aside, 0.0)))[0]):
        whole = portrait.copy()
        closed_crop.window.cut(whole)[...] = result
        at.append([dark_centre_xy(whole, portrait_face.landmarks, side)[0] for side in SIDES])
    left, right = np.subtract(at[1], at[0])
    assert left == pytest.approx(right, abs=0.015)
    assert aside == 0 or min(np.sign(aside) * left, np.sign(aside) * right) > 0.03


@pytest.mark.parametrize("style", [EyeStyle("blue"), EyeStyle(openness=0.7)], ids=["colour", "openness"])
def test_colour_and_openness_are_heeded(
    generator: ReferenceGenerator, closed_crop: Crop, shot: Donor, plain: Rgb, style: EyeStyle
) -> None:
    asked = opened(generator, closed_crop, shot, style=style)[0]
    assert np.abs(plain.astype(int) - asked).max() > 20


def test_a_colour_is_the_same_in_both_eyes_wherever_they_look(
    generator: ReferenceGenerator, closed_crop: Crop, shot: Donor, plain: Rgb
) -> None:
    def asked(style: EyeStyle) -> Rgb:
        return opened(generator, closed_crop, shot, style=style)[0]

    def colour_apart(result: Rgb, before: Rgb) -> NDArray[np.float64]:
        """By how many levels the two irises differ, channel by channel."""
        middle = round(float(closed_crop.landmarks[NASION, 0]))
        changed = np.abs(result.astype(int) - before).max(axis=2) > 12
        left, right = (result[:, part][changed[:, part]].mean(axis=0) for part in (np.s_[:middle], np.s_[middle:]))
        return np.asarray(left - right)

    ahead = colour_apart(asked(EyeStyle("blue")), plain)
    for aside in (-0.7, 0.7):
        gaze = (aside, 0.0)
        turned = colour_apart(asked(EyeStyle("blue", gaze=gaze)), asked(EyeStyle(gaze=gaze)))
        np.testing.assert_allclose(turned, ahead, atol=8)
