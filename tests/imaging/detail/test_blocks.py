"""How plainly a picture shows the squares of its compression."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.detail.blocks import blockiness
from tests.faces import HEAD


def coded(pixels: Rgb, quality: int) -> Rgb:
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)


def test_the_harder_the_compression_the_more_squares_are_seen(portrait: Rgb) -> None:
    told = [blockiness(pixels[HEAD]) for pixels in (portrait, *(coded(portrait, q) for q in (90, 50, 20, 8)))]
    assert told == sorted(told)
    assert told[1] < 1 < 2.5 < told[3]
    assert told[4] > 4


@pytest.mark.parametrize(("down", "across"), [(0, 3), (5, 0), (7, 7)])
def test_squares_are_found_wherever_they_begin(portrait: Rgb, down: int, across: int) -> None:
    hard = coded(portrait, 15)
    cut = hard[HEAD]
    rows, columns = (slice(part.start + by, part.stop + by) for part, by in zip(HEAD, (down, across), strict=True))
    assert blockiness(hard[rows, columns]) == pytest.approx(blockiness(cut), rel=0.15)


@pytest.mark.parametrize("shape_hw", [(0, 0), (1, 1), (31, 200), (40, 8)])
def test_too_small_a_picture_tells_nothing(shape_hw: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (*shape_hw, 3), np.uint8)
    assert blockiness(pixels) == 0


def test_noise_has_no_squares() -> None:
    noise = np.random.default_rng(0).normal(120, 20, (200, 200, 3))
    assert blockiness(to_levels(noise)) < 1
