"""Which donor is best, and why one cannot be laid in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.reference.choice import _obstacle
from open_the_eyes.roles import Crop
from tests.models.reference.donors import donor, in_order


@pytest.mark.parametrize(
    ("yaw", "pitch", "growth", "says"),
    [
        pytest.param(19.0, 14.0, 1.9, "", id="none"),
        pytest.param(35.0, 1.0, 1.0, "the head is turned 35 degrees differently there", id="turned"),
        pytest.param(19.0, 18.0, 1.0, "the head is tilted 18 degrees differently there", id="tilted, and turned more"),
        pytest.param(0.0, 0.0, 3.0, "the face is 3.0 times smaller there", id="small"),
    ],
)
def test_an_obstacle_names_what_is_too_far(yaw: float, pitch: float, growth: float, says: str) -> None:
    assert _obstacle(yaw, pitch, growth) == says


def test_of_donors_alike_who_is_more_surely_the_person_comes_first(
    engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot = donor(engine, portrait)
    order = in_order(closed_crop, [replace(shot, likeness=likeness) for likeness in (0.6, 0.95, 0.8)])
    assert [one.donor.likeness for one in order] == [0.95, 0.8, 0.6]


@pytest.mark.parametrize(("contrast", "says"), [(0.9, ""), (0.6, "the contrast is another one there")])
def test_a_faded_photo_is_given_no_eyes_of_full_contrast(
    contrast: float, says: str, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot, faded = donor(engine, portrait), to_levels(255 - contrast * (255 - to_tones(closed_crop.pixels)))
    assert in_order(replace(closed_crop, pixels=faded), [shot])[0].obstacle == says


@pytest.mark.parametrize(("times", "says"), [(4.0, ""), (9.0, "it is much darker there")])
def test_a_shot_in_the_dark_gives_no_eyes_to_one_in_the_light(
    times: float, says: str, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot = donor(engine, portrait)
    dark = replace(shot, crop=replace(shot.crop, pixels=to_levels(to_tones(shot.crop.pixels) / times)))
    assert in_order(closed_crop, [dark])[0].obstacle == says


def turned_aside(crop: Crop) -> Crop:
    """With landmarks that say that the head is turned."""
    marks = crop.face.landmarks.copy()
    marks[:, 2] += 0.4 * (marks[:, 0] - marks[:, 0].mean())
    return replace(crop, face=replace(crop.face, landmarks=marks))


def test_a_mirrored_eye_comes_from_a_head_turned_the_other_way(
    engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    target, shot = turned_aside(replace(closed_crop, sides=("left",))), donor(engine, portrait)
    same, mirrored = (
        in_order(target, [replace(shot, crop=turned_aside(replace(shot.crop, sides=(side,))))])[0] for side in SIDES
    )
    assert not same.obstacle
    assert mirrored.obstacle == "only one eye is seen open there, and its mirror image does not fit"
