"""Frames of glasses are found; lashes, brows and skin are not."""

from __future__ import annotations

import cv2
import numpy as np

from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.frames import frame_mask
from open_the_eyes.imaging.thin_lines import ReducedEye

OUTER, INNER = np.array([60.0, 80.0]), np.array([140.0, 80.0])


def region() -> Plane:
    plane = np.zeros((160, 200), np.float32)
    cv2.ellipse(plane, (100, 80), (62, 46), 0, 0, 360, (1.0,), -1)
    return plane


def skin() -> Rgb:
    noise = np.random.default_rng(0).normal(0, 2, (160, 200, 1))
    return np.asarray(np.clip(np.array([190, 150, 130]) + noise, 0, 255), np.uint8)


def frames_in(pixels: Rgb) -> Plane:
    eye = ReducedEye.of(pixels, region(), OUTER, INNER)
    assert eye is not None
    return frame_mask(eye)


def test_bare_skin_has_no_frame() -> None:
    assert not frames_in(skin()).any()


def test_a_bar_across_the_region_is_a_frame_inside_it() -> None:
    pixels = skin()
    cv2.line(pixels, (0, 112), (199, 112), (30, 28, 25), 4)
    found = frames_in(pixels)
    assert found[112, 70:130].min() > 0.9
    assert not found[60:100].any()
    assert 0 <= found.min() <= found.max() <= 1


def test_a_lash_line_between_the_corners_is_no_frame() -> None:
    pixels = skin()
    cv2.ellipse(pixels, (100, 80), (40, 8), 0, 0, 180, (30, 25, 20), 3)
    assert not frames_in(pixels).any()
