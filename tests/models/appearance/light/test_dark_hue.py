"""What is dark around painted eyes has the hue that the photo's own dark has, as bright as it was painted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Plane, Tones, to_levels
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.face.mesh478 import BROW
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.light.dark_hue import DarkHue, measured_dark_hue, with_dark_hue
from open_the_eyes.roles import Crop
from tests.models.appearance.arched_eye import an_eye

SIZE_HW = (150, 210)
SKIN = np.array([200.0, 150.0, 120.0])
WARM, COLD = np.array([70.0, 45.0, 25.0]), np.array([50.0, 50.0, 55.0])
OPEN, SHUT = an_eye(0.35), an_eye(0.02)
MASK: Plane = np.ones(SIZE_HW, np.float32)


def skin_with(colour: NDArray[np.float64], where: NDArray[np.bool_]) -> Tones:
    pixels = np.broadcast_to(SKIN, (*SIZE_HW, 3)).astype(np.float32).copy()
    pixels[where] = colour
    return pixels


def near(shape: EyeShape, low: float, high: float) -> NDArray[np.bool_]:
    """Along the eye, so far below the upper lid's edge, in eye widths; above the lower one's, if that far."""
    there = lid_distances(shape, Box(0, 0, *SIZE_HW[::-1]))
    below, along = there.below_upper / shape.width, there.along / shape.width
    inside = there.above_lower > min(low, 0.05) * shape.width
    return np.asarray(inside & (below > low) & (below < high) & (along > 0) & (along < 1))


def a_crop(like: Crop, pixels: Tones) -> Crop:
    """A photo whose brows lie on the rows that end at 20."""
    marks = np.full_like(like.landmarks, 75.0)
    for brow, left in zip(BROW.values(), (60, 150), strict=True):
        marks[brow, 0] = np.linspace(left, left + 50, len(brow))
        marks[brow, 1] = np.where(np.arange(len(brow)) % 2, 8.0, 20.0)
    return replace(like, pixels=to_levels(pixels), landmarks=marks)


def told_by(like: Crop, lashes: NDArray[np.float64], brow: NDArray[np.float64]) -> DarkHue | None:
    photo = skin_with(lashes, near(SHUT, -0.1, 0.1))
    photo[:25] = brow
    return measured_dark_hue(a_crop(like, photo), [(photo, SHUT)])


def blue_over_red(pixels: Tones, where: NDArray[np.bool_]) -> float:
    r, _, b = np.median(pixels[where], axis=0)
    return float(np.log(b / r))


def test_cold_lashes_become_warm_where_the_photos_are(closed_crop: Crop) -> None:
    told = told_by(closed_crop, WARM, WARM)
    assert told is not None
    assert told.share == pytest.approx(2 / 3)
    line = near(OPEN, -0.1, -0.04)
    painted = skin_with(COLD, line)
    out = with_dark_hue(painted, MASK, [OPEN], told)
    before, after, wanted = (blue_over_red(p, line) for p in (painted, out, skin_with(WARM, line)))
    assert before > 0.05
    assert after == pytest.approx(before + 2 / 3 * (wanted - before), abs=0.1)
    np.testing.assert_allclose(luma_of(out), luma_of(painted), atol=1.5)


def test_skin_the_eye_itself_and_what_the_mask_hides_stay(closed_crop: Crop) -> None:
    told = told_by(closed_crop, WARM, WARM)
    assert told is not None
    shade, inside, line = near(OPEN, -0.1, -0.04), near(OPEN, 0.08, 0.2), near(OPEN, -0.1, -0.04)
    shaded = skin_with(SKIN * 0.9, shade)
    np.testing.assert_allclose(with_dark_hue(shaded, MASK, [OPEN], told), shaded, atol=1.0)
    eye = skin_with(COLD, inside)
    np.testing.assert_allclose(with_dark_hue(eye, MASK, [OPEN], told)[inside], eye[inside], atol=1.0)
    painted = skin_with(COLD, line)
    np.testing.assert_allclose(with_dark_hue(painted, 0 * MASK, [OPEN], told), painted, atol=1e-3)


def test_black_mascara_makes_little_blue(closed_crop: Crop) -> None:
    told = told_by(closed_crop, COLD, COLD)
    assert told is not None
    line = near(OPEN, -0.1, -0.04)
    painted = skin_with(WARM, line)
    out = with_dark_hue(painted, MASK, [OPEN], told)
    to_cold = blue_over_red(skin_with(COLD, line), line) - blue_over_red(painted, line)
    assert 0.05 < blue_over_red(out, line) - blue_over_red(painted, line) < 0.3 * to_cold


def test_fair_brows_leave_the_say_to_the_lashes(closed_crop: Crop) -> None:
    told = told_by(closed_crop, WARM, SKIN)
    both = told_by(closed_crop, WARM, WARM)
    assert told is not None
    assert both is not None
    assert told.share == pytest.approx(1 / 2)
    np.testing.assert_allclose(told.slope, both.slope, atol=0.1)


def test_where_nothing_is_dark_nothing_is_told(closed_crop: Crop) -> None:
    assert told_by(closed_crop, SKIN, SKIN) is None
