"""Overexposed skin is painted as a shorter exposure would show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.models.appearance.light.highlights import ShorterExposure
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Patch, Request
from training.painters import Bare


def brighter(crop: Crop, by: float) -> Crop:
    return replace(crop, pixels=to_levels(to_tones(crop.pixels) * by))


def grey(crop: Crop) -> Crop:
    return replace(crop, pixels=np.repeat(crop.pixels[..., 1:2], 3, axis=2))


def cut_off(crop: Crop) -> NDArray[np.bool_]:
    """(h, w): red is, in what is painted over, and the other colours still tell it."""
    r, g = (crop.pixels[..., k] for k in range(2))
    return np.asarray((r == 255) & (g < 236) & (crop.mask > 0), np.bool_)


def hue(pixels: Rgb) -> float:
    """Mean log R/G."""
    return float(np.log((pixels[..., 0] + 1.0) / (pixels[..., 1] + 1.0)).mean())


def test_a_photo_with_its_skin_whole_is_painted_as_it_is(closed_crop: Crop) -> None:
    assert ShorterExposure.of(closed_crop) is None
    assert ShorterExposure.of(replace(brighter(closed_crop, 2), mask=np.zeros_like(closed_crop.mask))) is None


@pytest.mark.parametrize("by", [1.5, 2.0])
def test_the_colours_of_skin_come_back(closed_crop: Crop, by: float) -> None:
    photo = brighter(closed_crop, by)
    shorter = ShorterExposure.of(photo)
    assert shorter is not None
    cut = cut_off(photo)
    true, left, found = (hue(one.pixels[cut]) for one in (closed_crop, photo, shorter.crop))
    assert left + 0.3 * (true - left) < found < true + 0.05
    assert shorter.crop.pixels[photo.mask > 0].max(axis=1).mean() < photo.pixels[photo.mask > 0].max(axis=1).mean()


def test_what_is_not_painted_stays_and_what_is_darkened_keeps_its_hue(closed_crop: Crop) -> None:
    photo = brighter(closed_crop, 2.0)
    shorter = ShorterExposure.of(photo)
    assert shorter is not None
    same = Patch(to_tones(shorter.crop.pixels), photo.mask, 0, 0.0)
    assert np.array_equal(shorter.exposed(same, photo).pixels, photo.pixels)

    shaded = replace(same, pixels=same.pixels * np.where(photo.mask > 0, np.float32(0.8), np.float32(1))[..., None])
    cut = cut_off(photo)
    straight = to_levels(photo.pixels * 0.8)[cut]
    assert hue(to_levels(shorter.exposed(shaded, photo).pixels)[cut]) > hue(straight) + 0.05
    outside = photo.mask == 0
    assert np.array_equal(shorter.exposed(shaded, photo).pixels[outside], photo.pixels[outside])


def test_what_is_painted_over_the_brightest_is_no_brighter_than_the_rest(closed_crop: Crop) -> None:
    photo, (y, x) = brighter(closed_crop, 1.15), np.argwhere(closed_crop.mask > 0.9)[0]
    photo.pixels[y : y + 3, x : x + 3] = 255
    shorter = ShorterExposure.of(photo)
    assert shorter is not None
    assert shorter.scene.max() > 255 * shorter.gain + 5  # white in the darker crop as well
    lid = Patch(np.full((*photo.mask.shape, 3), 90, np.float32), photo.mask, 0, 0.0)
    assert shorter.exposed(lid, photo).pixels[photo.mask > 0].max() < 90 * shorter.gain + 1


def test_skin_that_is_nearly_white_does_not_come_out_in_patches(closed_crop: Crop) -> None:
    noise = np.random.default_rng(0).integers(-5, 6, closed_crop.mask.shape)[..., None]
    photo = replace(closed_crop, pixels=to_levels(np.array([255, 243, 243]) + noise))
    shorter = ShorterExposure.of(photo)
    assert shorter is not None
    assert (shorter.scene[..., 1] / photo.pixels[..., 1]).std() < 0.03


def test_black_and_white_stays_so(closed_crop: Crop) -> None:
    photo = grey(brighter(closed_crop, 2.5))
    shorter = ShorterExposure.of(photo)
    assert shorter is not None
    assert np.array_equal(shorter.crop.pixels, grey(shorter.crop).pixels)
    (patch,) = Bare().generate([Request(photo, 0)], GenerateOptions())
    assert np.ptp(patch.pixels, axis=2).max() < 1.5
