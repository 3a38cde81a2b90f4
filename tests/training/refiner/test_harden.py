"""Accidents that happen to photos, and to guess and truth alike."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.refiner.harden import Picture, hardened

SEEDS = range(40)


@pytest.fixture(scope="module")
def pair() -> tuple[Picture, Picture, Picture]:
    """Guess, truth and mask: smooth colours with a softer middle in the guess."""
    rng = np.random.default_rng(0)
    clouds = cv2.GaussianBlur(rng.uniform(0, 255, (48, 64, 3)).astype(np.float32), (0, 0), 2) * 2 - 127
    truth = np.asarray(np.clip(clouds, 0, 255), np.float32)
    mask = np.zeros((48, 64), np.float32)
    cv2.ellipse(mask, (32, 24), (20, 12), 0, 0, 360, (1.0,), -1)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1), np.float32)
    guess = np.where(soft[..., None] > 0, cv2.GaussianBlur(truth, (0, 0), 4), truth)
    return np.asarray(guess, np.float32), truth, soft


def after(pair: tuple[Picture, Picture, Picture], seed: int) -> tuple[Picture, Picture]:
    return hardened(*pair, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_outside_the_mask_guess_and_truth_stay_equal(pair: tuple[Picture, Picture, Picture], seed: int) -> None:
    guess, truth = after(pair, seed)
    assert np.array_equal(guess[pair[2] == 0], truth[pair[2] == 0])
    assert not np.array_equal(guess[pair[2] == 1], truth[pair[2] == 1])


def test_results_are_levels(pair: tuple[Picture, Picture, Picture]) -> None:
    for seed in SEEDS:
        for picture in after(pair, seed):
            assert picture.dtype == np.float32
            assert picture.shape == pair[0].shape
            assert 0 <= picture.min() <= picture.max() <= 255


def test_one_seed_is_one_accident(pair: tuple[Picture, Picture, Picture]) -> None:
    results = [after(pair, seed) for seed in SEEDS]
    for seed, (guess, truth) in zip(SEEDS, results, strict=True):
        again = after(pair, seed)
        assert np.array_equal(again[0], guess)
        assert np.array_equal(again[1], truth)
    assert len({truth.tobytes() for _, truth in results}) == len(results)


def test_some_pictures_turn_grey_both_at_once(pair: tuple[Picture, Picture, Picture]) -> None:
    grey = np.array([[np.ptp(picture, axis=2).mean() < 6 for picture in after(pair, seed)] for seed in range(100)])
    assert np.array_equal(grey[:, 0], grey[:, 1])
    assert 1 <= grey[:, 0].sum() <= 20


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_pictures_divide_by_nothing(level: int) -> None:
    flat, mask = np.full((16, 16, 3), level, np.float32), np.zeros((16, 16), np.float32)
    for seed in SEEDS:
        guess, truth = hardened(flat, flat, mask, np.random.default_rng(seed))
        assert np.isfinite(truth).all()
        assert np.array_equal(guess, truth)


def test_what_was_given_stays_as_it_was(pair: tuple[Picture, Picture, Picture]) -> None:
    kept = [picture.copy() for picture in pair]
    for seed in SEEDS:
        after(pair, seed)
    assert all(np.array_equal(a, b) for a, b in zip(pair, kept, strict=True))
