"""Strands of hair across an eye are found; shut lids, lashes, brows and wrinkles are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.occlusion.strands import strand_mask
from open_the_eyes.imaging.occlusion.thin_lines import ReducedEye
from tests.imaging.drawn_eye import INNER, OUTER, region, skin

HAIR = (70, 52, 45)


def strands_in(pixels: Rgb, mask: Plane, outer: Points, inner: Points) -> Plane:
    eye = ReducedEye.of(pixels, mask, outer, inner)
    assert eye is not None
    return strand_mask(eye)


def shut_eye() -> Rgb:
    pixels = skin()
    cv2.ellipse(pixels, (120, 100), (40, 8), 0, 0, 180, (50, 36, 32), 5)
    for x in range(86, 158, 6):
        cv2.line(pixels, (x, 104), (x + (x - 120) // 8, 128), (50, 36, 32), 1, cv2.LINE_AA)
    cv2.ellipse(pixels, (120, 80), (60, 30), 0, 190, 350, (60, 45, 40), 9)  # the brow
    return pixels


def with_strand(top: tuple[int, int], bottom: tuple[int, int], thick: int = 5) -> Rgb:
    return np.asarray(cv2.line(shut_eye(), top, bottom, HAIR, thick, cv2.LINE_AA), np.uint8)


def test_a_shut_eye_with_lashes_and_a_brow_has_no_strand() -> None:
    assert not strands_in(shut_eye(), region(), OUTER, INNER).any()


@pytest.mark.parametrize(("top", "bottom"), [((110, 0), (110, 199)), ((140, 0), (90, 199)), ((60, 0), (160, 199))])
def test_a_strand_is_found_along_its_course_and_nowhere_else(top: tuple[int, int], bottom: tuple[int, int]) -> None:
    found = strands_in(with_strand(top, bottom), region(), OUTER, INNER)
    along = np.linspace(np.array(top, float), np.array(bottom, float), 200)[65:135]
    x, y = np.rint(along).astype(int).T
    assert found[y, x].mean() > 0.9
    assert found[y, x + 16].max() < 0.1
    assert found[y, x - 16].max() < 0.1


@pytest.mark.parametrize("scale", [0.6, 2.5])
@pytest.mark.parametrize("turned", range(4))
def test_at_any_size_and_whichever_way_the_head_is_turned(turned: int, scale: float) -> None:
    pixels, mask, ends = with_strand((140, 0), (90, 199)), region(), np.stack([OUTER, INNER])
    for _ in range(turned):  # a quarter to the left
        ends = np.stack([ends[:, 1], pixels.shape[1] - 1 - ends[:, 0]], axis=1)
        pixels, mask = np.ascontiguousarray(np.rot90(pixels)), np.ascontiguousarray(np.rot90(mask))
    size_wh = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    larger, plane = (cv2.resize(p, size_wh, interpolation=cv2.INTER_AREA) for p in (pixels, mask))
    found = strands_in(np.asarray(larger, np.uint8), np.asarray(plane, np.float32), *(ends * scale))
    upright = cv2.resize(np.ascontiguousarray(np.rot90(found, -turned)), (240, 200), interpolation=cv2.INTER_AREA)
    assert upright[100, 112:119].max() > 0.8
    assert upright[100, :100].max() < 0.2
    assert upright[100, 132:].max() < 0.2


@pytest.mark.parametrize("sigma", [10, 20, 30])
def test_noise_has_no_strands(sigma: float) -> None:
    noise = np.random.default_rng(3).normal(0, sigma, (*shut_eye().shape[:2], 1))
    noisy = np.clip(shut_eye() + noise, 0, 255).astype(np.uint8)
    assert not strands_in(noisy, region(), OUTER, INNER).any()


def test_a_line_along_the_lids_or_a_short_one_is_no_strand() -> None:
    for top, bottom in (((40, 96), (200, 104)), ((110, 90), (112, 130))):
        assert not strands_in(with_strand(top, bottom, 4), region(), OUTER, INNER).any()
