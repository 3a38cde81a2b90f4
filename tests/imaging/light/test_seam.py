"""How visible a border is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.light.seam import seam_step


def a_mask() -> Plane:
    plane = np.zeros((80, 120), np.float32)
    cv2.ellipse(plane, (60, 40), (40, 25), 0, 0, 360, (1.0,), -1)
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), 4), np.float32)


def skin() -> Rgb:
    return np.full((80, 120, 3), 150, np.uint8)


def test_the_same_picture_has_no_seam() -> None:
    assert seam_step(skin(), skin(), a_mask()) == 0


@pytest.mark.parametrize("step", [-60, -12, 12, 60])
def test_a_step_at_the_border_is_counted_in_levels(step: int) -> None:
    after = np.where((a_mask() > 0)[..., None], skin().astype(int) + step, skin()).astype(np.uint8)
    assert seam_step(skin(), after, a_mask()) == pytest.approx(abs(step), rel=0.15)


def test_a_greater_step_is_a_greater_seam() -> None:
    steps = [
        seam_step(skin(), (skin() + np.where(a_mask() > 0, k, 0)[..., None]).astype(np.uint8), a_mask())
        for k in (0, 5, 10, 40)
    ]
    assert steps == sorted(steps)


def test_a_new_eye_in_the_middle_is_no_seam() -> None:
    after = skin()
    cv2.circle(after, (60, 40), 9, (20, 20, 20), -1)
    assert seam_step(skin(), after, a_mask()) < 1


def test_grain_on_the_border_is_no_seam() -> None:
    noise = np.random.default_rng(0).normal(0, 12, (80, 120, 1))
    after = np.clip(skin() + noise, 0, 255).astype(np.uint8)
    assert seam_step(skin(), after, a_mask()) < 6


@pytest.mark.parametrize("level", [0.0, 1.0], ids=["nothing painted", "no border inside"])
@pytest.mark.parametrize("size_hw", [(1, 1), (5, 9)], ids=str)
def test_without_a_border_there_is_no_seam(level: float, size_hw: tuple[int, int]) -> None:
    before, after = np.zeros((*size_hw, 3), np.uint8), np.full((*size_hw, 3), 255, np.uint8)
    assert seam_step(before, after, np.full(size_hw, level, np.float32)) == 0


@pytest.mark.parametrize("step", [-60, 60])
def test_a_mask_that_rises_at_once_hides_no_seam(step: int) -> None:
    hard = (a_mask() > 0.5).astype(np.float32)
    after = np.where((hard > 0)[..., None], skin().astype(int) + step, skin()).astype(np.uint8)
    assert seam_step(skin(), after, hard) > 0.4 * abs(step)
