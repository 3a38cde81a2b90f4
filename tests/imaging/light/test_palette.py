"""Toned photos: found, and kept in their tones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.light.palette import palette_of
from open_the_eyes.imaging.luma import LUMA

_RAMP = np.arange(256) / 255
CURVES = {
    "grey": np.stack([255 * _RAMP] * 3, axis=1),
    "sepia": np.stack([255 * _RAMP**p for p in (0.8, 1.0, 1.25)], axis=1),
    "cyanotype": np.stack([255 * _RAMP**p for p in (1.5, 1.0, 0.7)], axis=1),
    "faded": np.stack([40 + 190 * _RAMP, 36 + 180 * _RAMP, 50 + 150 * _RAMP], axis=1),
}


def in_tones(pixels: Rgb, name: str) -> Rgb:
    curve: Rgb = np.rint(CURVES[name]).astype(np.uint8)
    return np.asarray(curve[cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)], np.uint8)


@pytest.mark.parametrize("name", CURVES)
def test_a_toned_photo_is_known_by_its_curve(portrait: Rgb, name: str) -> None:
    toned = in_tones(portrait[60:200, 160:290], name)
    palette = palette_of(toned)
    assert palette is not None
    again = palette.applied(toned.astype(np.float32))
    assert np.abs(again - toned).mean() < 2
    assert np.percentile(np.abs(again - toned), 99) < 8


def test_a_colour_photo_has_no_palette(portrait: Rgb) -> None:
    assert palette_of(portrait[60:200, 160:290]) is None
    assert palette_of(portrait) is None


def desaturated(pixels: Rgb, share: float) -> Rgb:
    grey = (pixels @ LUMA)[..., None]
    return to_levels(grey + share * (pixels - grey))


def test_a_pale_face_before_grass_is_in_colour() -> None:
    """Green in the dark, pink in the light, and little of both: brightness tells the colour there as well."""
    noise = np.random.default_rng(0).normal(0, 2.4, (96, 96, 3)).astype(np.float32)
    light = np.linspace(1, 0.85, 96, dtype=np.float32)[:, None, None]
    scene = np.broadcast_to(light * np.array([200, 188, 196], np.float32), (96, 96, 3)).copy()
    scene[:, :24] = np.linspace(1.2, 0.8, 96, dtype=np.float32)[:, None, None] * np.array([52, 66, 50], np.float32)
    assert palette_of(to_levels(scene + noise)) is None
    scene[:, :24] *= np.array([66 / 52, 60 / 66, 64 / 50], np.float32)  # not grass but a shadow on the same tones
    assert palette_of(to_levels(scene + noise)) is not None


@pytest.mark.parametrize("light", [0.15, 0.3])
def test_a_colour_photo_that_is_dark_is_still_in_colour(portrait: Rgb, light: float) -> None:
    pale = desaturated(portrait[60:200, 160:290], 0.6)
    assert palette_of(pale) is None
    assert palette_of(to_levels(light * pale.astype(np.float32))) is None
    assert palette_of(in_tones(to_levels(light * pale.astype(np.float32)), "sepia")) is not None


def test_grey_makes_everything_grey(portrait: Rgb) -> None:
    palette = palette_of(in_tones(portrait, "grey"))
    assert palette is not None
    colourful = np.random.default_rng(0).uniform(0, 255, (20, 30, 3)).astype(np.float32)
    toned = palette.applied(colourful)
    assert np.ptp(toned, axis=2).max() < 1e-3
    assert np.abs(toned[..., 0] - colourful @ LUMA).max() < 1


def test_sepia_gives_every_brightness_one_colour(portrait: Rgb) -> None:
    palette = palette_of(in_tones(portrait, "sepia"))
    assert palette is not None
    red, green, blue = np.moveaxis(palette.applied(np.full((1, 1, 3), 128, np.float32)), -1, 0)
    assert red > green > blue
    ramp = palette.applied(np.linspace(0, 255, 256, dtype=np.float32)[None, :, None].repeat(3, 2))
    assert (np.diff(ramp[0] @ LUMA) > -0.5).all()


@pytest.mark.parametrize("size_hw", [(1, 1), (3, 1), (64, 64)], ids=str)
def test_one_tone_alone_tells_of_no_palette(size_hw: tuple[int, int]) -> None:
    assert palette_of(np.full((*size_hw, 3), 90, np.uint8)) is None


def test_the_photo_stays_as_it_was(portrait: Rgb) -> None:
    toned = in_tones(portrait, "sepia")
    kept = toned.copy()
    palette_of(toned)
    assert np.array_equal(toned, kept)
