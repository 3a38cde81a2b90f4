"""Faded, hazy, dark and coloured photos are painted in usual light, and look as they did afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.light.tonal_range import TonalRange, within_photo
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.light.usual_light import UsualLight
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Patch, Request
from training.degraded import faded, in_light
from training.painters import AsItCame

Degrade = Callable[[Rgb], Rgb]
FADED: Degrade = lambda pixels: faded((90, 90, 90), (190, 190, 190))(pixels, 1)  # noqa: E731 -- a row of a table
WARM: Degrade = lambda pixels: faded((95, 75, 60), (235, 215, 185))(pixels, 1)  # noqa: E731
DARK: Degrade = lambda pixels: in_light((0.15, 0.15, 0.15))(pixels, 1)  # noqa: E731
AMBER: Degrade = lambda pixels: in_light((1, 0.42, 0.05))(pixels, 1)  # noqa: E731
ROWS = pytest.mark.parametrize("degrade", [FADED, WARM, DARK, AMBER], ids=["faded", "faded warm", "dark", "amber"])


def degraded(crop: Crop, degrade: Degrade) -> Crop:
    """With the view beyond the photo's edge as black as it is."""
    assert crop.view is not None
    seen = within_photo(crop.view) | (crop.view.max(axis=2) > 0)
    return replace(crop, pixels=degrade(crop.pixels), view=np.where(seen[..., None], degrade(crop.view), crop.view))


def painted(crop: Crop, painter: AppearanceGenerator) -> Patch:
    (patch,) = painter.generate([Request(crop, seed=0)], GenerateOptions())
    return patch


@pytest.fixture(scope="module")
def usual(closed_crop: Crop) -> Rgb:
    """The eyes that the photo gets as it is."""
    return to_levels(painted(closed_crop, AppearanceGenerator()).pixels)


def test_a_photo_in_usual_light_is_painted_as_it_is(closed_crop: Crop) -> None:
    light = UsualLight.of(closed_crop)
    assert light.crop is closed_crop
    patch = painted(closed_crop, AsItCame())
    assert light.back(patch) is patch


def test_a_face_without_a_view_is_told_by_what_is_around_its_eyes(closed_crop: Crop) -> None:
    bare = replace(closed_crop, view=None)
    assert UsualLight.of(bare).crop is bare
    assert UsualLight.of(replace(bare, pixels=FADED(bare.pixels))).crop.view is None


@ROWS
def test_a_degraded_photo_comes_nearer_to_what_it_was(closed_crop: Crop, degrade: Degrade) -> None:
    photo = degraded(closed_crop, degrade)
    light = UsualLight.of(photo)
    before, after = (np.abs(to_tones(c.pixels) - closed_crop.pixels).mean() for c in (photo, light.crop))
    assert after < before
    assert light.crop.view is not None
    assert photo.view is not None
    assert not np.array_equal(light.crop.view, photo.view)


@ROWS
def test_what_is_not_painted_stays(closed_crop: Crop, degrade: Degrade) -> None:
    photo = degraded(closed_crop, degrade)
    light = UsualLight.of(photo)
    same = Patch(to_tones(light.crop.pixels), photo.mask, 0, 0.0)
    assert np.array_equal(light.back(same).pixels, photo.pixels)
    brighter = light.back(replace(same, pixels=same.pixels + 10)).pixels
    assert np.array_equal(brighter[photo.mask == 0], photo.pixels[photo.mask == 0])
    assert (brighter[photo.mask > 0] > photo.pixels[photo.mask > 0]).all()


@ROWS
def test_opened_eyes_are_nearer_to_those_of_a_photo_that_was_opened_before(
    closed_crop: Crop, usual: Rgb, degrade: Degrade
) -> None:
    wanted, where = degrade(usual), closed_crop.mask > 0.5
    photo = degraded(closed_crop, degrade)
    product, straight = (painted(photo, painter) for painter in (AppearanceGenerator(), AsItCame()))
    off = [np.abs(p.pixels[where] - wanted[where]).mean() for p in (product, straight)]
    assert off[0] < 0.95 * off[1]


def test_no_pupil_is_blacker_than_a_faded_photos_black(closed_crop: Crop) -> None:
    patch = painted(degraded(closed_crop, FADED), AppearanceGenerator())
    assert luma_of(patch.pixels[patch.mask > 0.5]).min() > 80


def test_a_whole_photo_tells_a_little_fading_that_a_face_alone_does_not(closed_crop: Crop, usual: Rgb) -> None:
    def matte(pixels: Rgb) -> Rgb:
        return faded((40, 40, 40), (245, 245, 245))(pixels, 1)

    photo = degraded(closed_crop, matte)
    assert photo.photo_tones is not None
    face_alone = replace(photo, photo_tones=None)
    assert UsualLight.of(face_alone).crop is face_alone
    whole = replace(photo, photo_tones=TonalRange(np.full(3, 42.0), 245.0))
    assert UsualLight.of(whole).crop.pixels.min() < photo.pixels.min() - 25
    wanted = matte(usual)
    off = [np.abs(painted(c, AppearanceGenerator()).pixels - wanted)[c.mask > 0.5].mean() for c in (whole, face_alone)]
    assert off[0] < 0.7 * off[1]


def test_a_photo_with_something_black_in_it_is_not_faded_by_a_fair_face(closed_crop: Crop) -> None:
    photo = replace(closed_crop, photo_tones=TonalRange(np.array([12.0, 10.0, 14.0]), 250.0))
    assert UsualLight.of(photo).crop is photo


def test_black_and_white_stays_so(closed_crop: Crop) -> None:
    def grey(pixels: Rgb) -> Rgb:
        return FADED(np.repeat(pixels[..., 1:2], 3, axis=2))

    patch = painted(degraded(closed_crop, grey), AppearanceGenerator())
    assert np.ptp(patch.pixels, axis=2).max() < 1.5


def test_a_photo_of_which_one_colour_is_dark_is_not_faded(closed_crop: Crop) -> None:
    photo = degraded(closed_crop, lambda pixels: faded((90, 60, 0), (255, 255, 255))(pixels, 1))
    assert UsualLight.of(photo).crop.pixels.min() == photo.pixels.min()


def test_an_odd_photo_is_looked_at_once_for_all_its_attempts(closed_crop: Crop) -> None:
    seen: list[Crop] = []

    class Counting(AppearanceGenerator):
        def lit(self, crop: Crop) -> UsualLight:
            seen.append(crop)
            return super().lit(crop)

    photo = degraded(closed_crop, FADED)
    requests = [Request(photo, seed, 1.0) for seed in (1, 2)]
    assert len(Counting().generate(requests, GenerateOptions())) == 2
    assert len(seen) == 1
