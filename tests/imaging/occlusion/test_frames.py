"""Frames of glasses are found; lashes, brows and skin are not."""

from __future__ import annotations

import cv2
import pytest

from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.occlusion.frames import frame_mask
from open_the_eyes.imaging.occlusion.thin_lines import ReducedEye
from tests.imaging.drawn_eye import INNER, OUTER, region, skin


def frames_in(pixels: Rgb) -> Plane:
    eye = ReducedEye.of(pixels, region(), OUTER, INNER)
    assert eye is not None
    return frame_mask(eye)


def test_bare_skin_has_no_frame() -> None:
    assert not frames_in(skin()).any()


def test_a_bar_across_the_region_is_a_frame_inside_it() -> None:
    pixels = skin()
    cv2.line(pixels, (0, 132), (239, 132), (30, 28, 25), 4)
    found = frames_in(pixels)
    assert found[132, 90:150].min() > 0.9
    assert not found[80:120].any()
    assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param((90, 132), (150, 132), id="a fold that ends in the region"),
        pytest.param((0, 100), (239, 100), id="a line through both corners"),
    ],
)
def test_what_stays_within_or_runs_along_the_lids_is_no_frame(first: tuple[int, int], last: tuple[int, int]) -> None:
    pixels = skin()
    cv2.line(pixels, first, last, (30, 28, 25), 4)
    assert not frames_in(pixels).any()


def test_a_lash_line_between_the_corners_is_no_frame() -> None:
    pixels = skin()
    cv2.ellipse(pixels, (120, 100), (40, 8), 0, 0, 180, (30, 25, 20), 3)
    assert not frames_in(pixels).any()
