"""How soft a picture is, and painted eyes made as soft as the photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Plane, Points, Rgb, Tones, to_levels, to_tones
from open_the_eyes.imaging.detail.focus import face_blur, measured, soft_part, softness
from open_the_eyes.imaging.detail.noise import noise_of
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.roles import Crop


def edges(blur: float, contrast: float = 120, size: int = 96) -> Plane:
    """Squares, blurred."""
    level = np.full((size, size), 60, np.float32)
    level[12:60, 20:50] += contrast
    level[40:84, 56:88] += 0.6 * contrast
    return smoothed(level, blur) if blur else level


def everywhere(level: Plane) -> NDArray[np.bool_]:
    return np.ones(level.shape, np.bool_)


@pytest.mark.parametrize("blur", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("contrast", [30, 150])
def test_the_blur_of_edges_is_told_whatever_their_contrast(blur: float, contrast: float) -> None:
    level = edges(blur, contrast)
    assert softness(level, everywhere(level)) == pytest.approx(blur, rel=0.25)


def test_sharp_edges_among_soft_ones_count() -> None:
    level = np.hstack([edges(3.0), edges(1.0)])
    assert softness(level, everywhere(level)) == pytest.approx(1.0, rel=0.3)


@pytest.mark.parametrize("size", [1, 2, 5, 96])
def test_where_there_are_no_edges_nothing_is_told(size: int) -> None:
    flat = np.full((size, size), 90, np.float32)
    assert softness(flat, everywhere(flat)) is None
    assert softness(edges(1.0), np.zeros((96, 96), np.bool_)) is None


def out_of_focus(crop: Crop, blur: float) -> Rgb:
    return to_levels(smoothed(to_tones(crop.pixels), blur)) if blur else crop.pixels


def laid(painted: Tones, photo: Rgb, new: Plane, covered: Plane, landmarks: Points) -> Tones:
    """What is painted, as soft as the photo."""
    noise = noise_of(photo, covered > 0, landmarks).level
    return soft_part(painted, Box.of(painted), face_blur(photo, covered, landmarks, noise) or 0.0, new, landmarks)


def with_eyes(photo: Rgb) -> Tones:
    """Two sharp discs where the eyes are."""
    out = to_tones(photo)
    for x in (out.shape[1] // 4, out.shape[1] * 3 // 4):
        cv2.circle(out, (x, out.shape[0] // 2), 5, (20.0, 20.0, 20.0), -1, cv2.LINE_AA)
    return out


@pytest.fixture(scope="module")
def large(closed_crop: Crop) -> Crop:
    """The blink at twice its size, where edges are more than a few pixels."""
    size_wh = (closed_crop.pixels.shape[1] * 2, closed_crop.pixels.shape[0] * 2)
    pixels = np.asarray(cv2.resize(closed_crop.pixels, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)
    mask = np.asarray(cv2.resize(closed_crop.mask, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)
    return Crop(closed_crop.face, closed_crop.window, pixels, closed_crop.landmarks * 2, mask, closed_crop.sides)


@pytest.mark.parametrize("blur", [2.0, 3.0])
def test_in_a_soft_photo_eyes_get_laid(large: Crop, blur: float) -> None:
    photo = out_of_focus(large, blur)
    painted = with_eyes(photo)
    before = painted.copy()
    out = laid(painted, photo, large.mask, large.mask, large.landmarks)
    assert np.array_equal(painted, before)
    assert np.array_equal(out[large.mask == 0], painted[large.mask == 0])
    around, inside = (
        softness(measured(picture, large.landmarks), where)
        for picture, where in ((photo, large.mask <= 0), (out, large.mask > 0.5))
    )
    assert around is not None
    assert inside is not None
    assert 0.6 * around < inside < 1.2 * around


def noisy(photo: Rgb) -> Rgb:
    return to_levels(photo + np.random.default_rng(0).normal(0, 7, photo.shape).astype(np.float32))


def test_noise_does_not_pass_for_focus(large: Crop) -> None:
    soft, mask = out_of_focus(large, 2.5), large.mask
    softened = [laid(with_eyes(soft), photo, mask, mask, large.landmarks) for photo in (soft, noisy(soft))]
    clean, told = (np.abs(np.diff(out[mask.max(axis=1) > 0, :, 1], axis=1)).max() for out in softened)
    assert told < 1.4 * clean


def test_in_a_sharp_photo_eyes_stay_as_they_were_painted(closed_crop: Crop) -> None:
    painted = with_eyes(closed_crop.pixels)
    mask = closed_crop.mask
    for photo in (closed_crop.pixels, noisy(closed_crop.pixels)):
        np.testing.assert_array_equal(laid(painted, photo, mask, mask, closed_crop.landmarks), painted)


def test_what_is_softer_than_the_photo_stays(large: Crop) -> None:
    photo = out_of_focus(large, 1.5)
    painted = smoothed(with_eyes(photo), 4.0)
    np.testing.assert_array_equal(laid(painted, photo, large.mask, large.mask, large.landmarks), painted)


def test_nothing_new_and_nothing_seen_change_nothing(large: Crop) -> None:
    photo, nothing = out_of_focus(large, 3.0), np.zeros_like(large.mask)
    painted = with_eyes(photo)
    np.testing.assert_array_equal(laid(painted, photo, nothing, large.mask, large.landmarks), painted)
    np.testing.assert_array_equal(laid(painted, photo, large.mask, np.ones_like(nothing), large.landmarks), painted)
    one = np.ones((1, 1), np.float32)
    assert laid(painted[:1, :1], photo[:1, :1], one, one, large.landmarks).shape == (1, 1, 3)
