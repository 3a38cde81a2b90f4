"""How much blur makes one picture as soft as another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, Tones, to_tones
from open_the_eyes.imaging.detail.sharpness import BLURS, blur_to_match, edge_blur, fine_energy
from tests.faces import HEAD

EVERYWHERE = np.ones((220, 230), np.bool_)


@pytest.fixture
def head(portrait: Rgb) -> Tones:
    return to_tones(portrait[HEAD])


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.6, 2.5])
def test_the_blur_that_was_put_in_is_found(head: Tones, sigma: float) -> None:
    soft = np.asarray(cv2.GaussianBlur(head, (0, 0), sigma), np.float32)
    assert blur_to_match(head, soft, EVERYWHERE) == pytest.approx(sigma, rel=0.25)


def test_a_picture_that_is_no_sharper_is_left_as_it_is(head: Tones) -> None:
    soft = np.asarray(cv2.GaussianBlur(head, (0, 0), 1.5), np.float32)
    assert blur_to_match(soft, head, EVERYWHERE) == 0
    assert blur_to_match(head, head, EVERYWHERE) == 0


def test_where_nothing_can_be_compared_nothing_is_blurred(head: Tones) -> None:
    assert blur_to_match(head, head, ~EVERYWHERE) == 0


def test_never_more_than_the_strongest_blur(head: Tones) -> None:
    soft = np.asarray(cv2.GaussianBlur(head, (0, 0), 12.0), np.float32)
    assert blur_to_match(head, soft, EVERYWHERE) <= BLURS[-1]


def test_brightness_does_not_count_as_sharpness(head: Tones) -> None:
    dark = np.asarray(head * 0.6 + 4, np.float32)
    assert fine_energy(dark, EVERYWHERE) == pytest.approx(fine_energy(head, EVERYWHERE), rel=0.25)


@pytest.mark.parametrize("sigma", [4.0, 8.0])
def test_noise_does_not_count_as_detail(head: Tones, sigma: float) -> None:
    soft = np.asarray(cv2.GaussianBlur(head, (0, 0), 2.0), np.float32)
    noise = np.random.default_rng(0).normal(0, sigma, (*head.shape[:2], 1))
    noisy = np.asarray(np.clip(soft + noise, 0, 255), np.float32)
    plain, level = fine_energy(soft, EVERYWHERE), 0.792 * sigma
    assert fine_energy(noisy, EVERYWHERE, level) == pytest.approx(plain, rel=0.1)
    assert fine_energy(noisy, EVERYWHERE) > 1.05 * plain


@pytest.mark.parametrize("sigma", [2.0, 4.0])
def test_the_sharpest_edge_tells_its_blur(sigma: float) -> None:
    step = np.where(np.arange(60) < 30, 40, 200).astype(np.float32) * np.ones((20, 1), np.float32)
    soft = cv2.GaussianBlur(step, (0, 0), sigma)
    assert edge_blur(soft, np.ones(soft.shape, np.bool_)) == pytest.approx(sigma, rel=0.1)
