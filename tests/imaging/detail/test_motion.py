"""How a photo moved is told by its face, and what is painted is drawn out like it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, to_tones
from open_the_eyes.imaging.detail.focus import MEASURED
from open_the_eyes.imaging.detail.motion import Motion, motion_of, moved_part, stroke_of
from open_the_eyes.imaging.face.eye_corners import seen_eye_width
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Crop
from open_the_eyes.stages.blend import Degradation


def moved(crop: Crop, length: float, degrees: float) -> Crop:
    pixels = cv2.filter2D(crop.pixels, -1, stroke_of(length, degrees))
    return replace(crop, pixels=np.asarray(pixels, np.uint8))


def motion_in(crop: Crop) -> Motion | None:
    return motion_of(crop.pixels, crop.mask, crop.landmarks)


@pytest.mark.parametrize("degrees", [0.0, 30.0, 90.0, 150.0])
def test_the_direction_and_the_length_of_a_movement_are_told(closed_crop: Crop, degrees: float) -> None:
    told = motion_in(moved(closed_crop, 12, degrees))
    assert told is not None
    assert abs((told.degrees - degrees + 90) % 180 - 90) < 15
    assert told.sigma == pytest.approx(12 / np.sqrt(12), rel=0.4)
    assert told.across < 2
    assert told.share > 0.5


def test_a_photo_that_did_not_move_or_is_out_of_focus_has_no_movement(closed_crop: Crop) -> None:
    assert motion_in(closed_crop) is None
    assert motion_in(moved(closed_crop, 2, 0)) is None
    blurred = np.asarray(cv2.GaussianBlur(closed_crop.pixels, (0, 0), 3), np.uint8)
    assert motion_in(replace(closed_crop, pixels=blurred)) is None


def test_nothing_is_told_where_nothing_is_seen(closed_crop: Crop) -> None:
    assert motion_in(replace(closed_crop, pixels=np.full_like(closed_crop.pixels, 90))) is None
    assert motion_in(replace(closed_crop, mask=np.ones_like(closed_crop.mask))) is None


def test_a_movement_is_as_long_in_the_pixels_of_a_large_photo(closed_crop: Crop) -> None:
    small = moved(closed_crop, 12, 0)
    told = motion_in(small)
    h, w = small.mask.shape
    pixels, mask = (np.asarray(cv2.resize(p, (2 * w, 2 * h)), p.dtype) for p in (small.pixels, small.mask))
    wide = small.landmarks * (2 * MEASURED / seen_eye_width(small.landmarks, "left"))
    large = motion_of(pixels, np.asarray(mask, np.float32), wide)
    assert told is not None
    assert large is not None
    assert large.sigma == pytest.approx(2 * told.sigma, rel=0.2)


def test_a_point_is_drawn_out_along_the_movement_and_only_where_it_is_new() -> None:
    painted: Rgb = np.zeros((41, 61, 3), np.uint8)
    painted[20, 30] = 255
    new = np.ones((41, 61), np.float32)
    out = moved_part(to_tones(painted), Box.of(new), Motion(3.0, 0.0, 0.6, 1.0), new)
    rows, columns = np.nonzero(out[..., 0] > 1)
    assert np.ptp(columns) == pytest.approx(np.sqrt(12) * 3, abs=2)
    assert np.ptp(rows) <= 2
    assert out.sum() == pytest.approx(3 * 255, rel=0.01)
    new[:, :30] = 0
    half = moved_part(to_tones(painted), Box.of(new), Motion(3.0, 0.0, 0.6, 1.0), new)
    assert np.array_equal(half[:, :30], painted[:, :30])
    assert np.array_equal(half[:, 31:], out[:, 31:])


@pytest.mark.parametrize("length", [1.0, 5.5, 12.0])
def test_a_stroke_keeps_brightness_and_place(length: float) -> None:
    stroke = stroke_of(length, 25)
    at = np.arange(len(stroke)) - len(stroke) // 2
    assert stroke.sum() == pytest.approx(1)
    assert abs(float((stroke * at).sum())) < 0.1
    assert abs(float((stroke * at[:, None]).sum())) < 0.1


def test_across_a_movement_eyes_are_no_softer_than_the_face(closed_crop: Crop) -> None:
    around = Degradation.of(moved(closed_crop, 15, 0))
    assert around.motion is not None
    assert around.blur <= around.motion.across
    assert Degradation.of(closed_crop).motion is None
