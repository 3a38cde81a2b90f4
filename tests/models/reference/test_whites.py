"""Eyeballs of a donor whose skin is much darker or fairer: whites are as white beside any skin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb, Tones, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.ball import ball_of
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.reference import donor_warp, transplant, whites
from open_the_eyes.options.eye_style import PLAIN_STYLE
from open_the_eyes.roles import Crop, Face
from open_the_eyes.stages.crop import crop

DARK_SKIN = np.array([0.62, 0.5, 0.4])
"""A fair skin times this is a dark one."""


@pytest.fixture(scope="module")
def open_crop(portrait: Rgb, portrait_face: Face) -> Crop:
    return crop(portrait, portrait_face, SIDES)


def of_skin(one: Crop, factor: NDArray[np.float64]) -> Rgb:
    """The crop's pixels, skin of another colour, the same eyeballs."""
    points, pixels = one.landmarks[layout.MESH, :2], to_tones(one.pixels)
    other: Tones = np.asarray(pixels * factor, np.float32)
    for side in SIDES:
        other = whites.with_gain(other, eye_shape(points, side), 1 / factor)
    return to_levels(other)


def with_eyes_of(target: Crop, donor: Rgb) -> Tones:
    picture = donor_warp.DonorPicture(donor, target.mask, target.landmarks[layout.MESH, :2])
    sources = dict.fromkeys(SIDES, transplant.EyeSource(picture, is_stranger=True))
    placed = transplant.placed(target, sources, None)
    return transplant.composited(target, placed, PLAIN_STYLE, np.zeros(2), 0).pixels


def white_beside(one: Crop, picture: Tones) -> NDArray[np.float64]:
    """(3,): the mean of both whites."""
    points = one.landmarks[layout.MESH, :2]
    balls = [ball_of(picture, eye_shape(points, side)) for side in SIDES]
    return np.asarray(np.mean([ball.white for ball in balls if ball is not None], axis=0), np.float64)


@pytest.mark.parametrize("darker", ["the donor", "the photo"])
def test_whites_neither_glow_nor_turn_dull_beside_another_skin(open_crop: Crop, darker: str) -> None:
    dark = of_skin(open_crop, DARK_SKIN)
    target = open_crop if darker == "the donor" else replace(open_crop, pixels=dark)
    found = white_beside(target, with_eyes_of(target, dark if darker == "the donor" else open_crop.pixels))
    own = white_beside(open_crop, to_tones(open_crop.pixels))
    by_skin = own / DARK_SKIN if darker == "the donor" else own * DARK_SKIN
    off, glowing = (np.log(white / own) for white in (found, np.minimum(by_skin, 255)))
    assert abs(off[2] - off[0]) < 0.6 * abs(glowing[2] - glowing[0])
    assert abs(off.mean()) < 0.75 * abs(glowing.mean())


def test_in_a_persons_own_photo_nothing_is_changed(open_crop: Crop) -> None:
    points, pixels = open_crop.landmarks[layout.MESH, :2], to_tones(open_crop.pixels)
    for side in SIDES:
        eye = pixels, eye_shape(points, side)
        assert whites.ball_gain(open_crop, eye, eye) == pytest.approx([1, 1, 1])
