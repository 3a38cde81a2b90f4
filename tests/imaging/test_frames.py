"""Frames of glasses are found; lashes, brows and skin are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.frames import frame_mask

OUTER, INNER = np.array([60.0, 80.0]), np.array([140.0, 80.0])


def region() -> Plane:
    plane = np.zeros((160, 200), np.float32)
    cv2.ellipse(plane, (100, 80), (62, 46), 0, 0, 360, (1.0,), -1)
    return plane


def skin() -> Rgb:
    noise = np.random.default_rng(0).normal(0, 2, (160, 200, 1))
    return np.asarray(np.clip(np.array([190, 150, 130]) + noise, 0, 255), np.uint8)


def test_bare_skin_has_no_frame() -> None:
    assert not frame_mask(skin(), region(), OUTER, INNER).any()


def test_a_bar_across_the_region_is_a_frame_inside_it() -> None:
    pixels = skin()
    cv2.line(pixels, (0, 112), (199, 112), (30, 28, 25), 4)
    found = frame_mask(pixels, region(), OUTER, INNER)
    assert found[112, 70:130].min() > 0.9
    assert not found[60:100].any()
    assert 0 <= found.min() <= found.max() <= 1


def test_a_lash_line_between_the_corners_is_no_frame() -> None:
    pixels = skin()
    cv2.ellipse(pixels, (100, 80), (40, 8), 0, 0, 180, (30, 25, 20), 3)
    assert not frame_mask(pixels, region(), OUTER, INNER).any()


@pytest.mark.parametrize("width", [0.0, 10.0], ids=["no eye", "a tiny eye"])
def test_eyes_too_small_to_tell_have_none(width: float) -> None:
    pixels = skin()
    cv2.line(pixels, (0, 112), (199, 112), (30, 28, 25), 4)
    assert not frame_mask(pixels, region(), OUTER, OUTER + np.array([width, 0])).any()


def test_an_empty_region_holds_none() -> None:
    assert not frame_mask(skin(), np.zeros((160, 200), np.float32), OUTER, INNER).any()


def test_the_arguments_stay_as_they_were() -> None:
    pixels, mask = skin(), region()
    frame_mask(pixels, mask, OUTER, INNER)
    assert np.array_equal(pixels, skin())
    assert np.array_equal(mask, region())
