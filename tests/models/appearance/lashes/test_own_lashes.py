"""Lashes are told by the shut eyes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.models.appearance.lashes.own_lashes import measured_lashes
from tests.models.appearance.arched_eye import an_eye

SKIN = np.array([205, 160, 140], np.float32)


def shut_picture(dark: float, hang: float = 0.12) -> Tones:
    """Skin, and under the line between the corners a fringe so dark and so long."""
    picture = np.full((150, 210, 3), 1, np.float32) * SKIN
    length = round(hang * 90)
    picture[69 : 69 + length, 60:150] *= 1 - dark
    return picture


def test_darker_lashes_are_stronger_and_longer_ones_longer() -> None:
    eye = an_eye(0.02)
    found = [measured_lashes([(shut_picture(dark), eye)]) for dark in (0.2, 0.5, 0.9)]
    strengths = [one.strength for one in found if one is not None]
    assert strengths == sorted(strengths)
    assert strengths[0] == 0
    assert strengths[-1] > 0.6
    short, long = (measured_lashes([(shut_picture(0.8, hang), eye)]) for hang in (0.05, 0.15))
    assert short is not None
    assert long is not None
    assert long.length > short.length + 0.05
    assert long.colour.max() < 0.5 * SKIN.max() + 1


def test_both_eyes_get_what_both_tell() -> None:
    eye = an_eye(0.02)
    one, other = (measured_lashes([(shut_picture(dark), eye)]) for dark in (0.5, 0.9))
    both = measured_lashes([(shut_picture(0.5), eye), (shut_picture(0.9), eye)])
    assert one is not None
    assert other is not None
    assert both is not None
    assert both.strength == pytest.approx((one.strength + other.strength) / 2)


def test_a_closed_band_of_lashes_is_made_up_and_thinning_ones_are_not() -> None:
    small = an_eye(0.02, 240.0)
    big = replace(small, ring=small.ring + np.array([0, 60]))
    below = np.arange(300)[:, None] - 130
    row = (below >= 0) & (np.arange(360) > 60) & (np.arange(360) < 300)
    closed = np.where(row & (below < 40), 0.8, 0)
    thinning = np.where(row, 0.8 * np.exp(-below / 12), 0)
    found = []
    for darkness in (closed, thinning):
        picture = np.asarray((1 - darkness)[..., None] * SKIN, np.float32)
        found.append(measured_lashes([(picture, big)]))
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].made_up > 0.9
    assert found[1].made_up == 0
    assert found[0].strength > found[1].strength


def test_a_picture_that_ends_at_the_eye_tells_nothing() -> None:
    assert measured_lashes([]) is None
    assert measured_lashes([(shut_picture(0.9)[:80], an_eye(0.02))]) is None
    assert measured_lashes([(shut_picture(0.9)[:, :50], an_eye(0.02))]) is None


def test_a_blurred_photo_has_soft_lashes() -> None:
    sharp = measured_lashes([(shut_picture(0.8), an_eye(0.02))])
    blurred = np.asarray(cv2.GaussianBlur(shut_picture(0.8), (0, 0), 4), np.float32)
    soft = measured_lashes([(blurred, an_eye(0.02))])
    assert sharp is not None
    assert soft is not None
    assert soft.softness > 2 * sharp.softness
    assert soft.softness == pytest.approx(4, rel=0.35)


def test_small_eyes_tell_nothing() -> None:
    picture = cv2.resize(shut_picture(0.9), None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    eye = an_eye(0.02)
    tiny = replace(eye, ring=eye.ring * 0.35)
    assert measured_lashes([(np.asarray(picture, np.float32), tiny)]) is None
