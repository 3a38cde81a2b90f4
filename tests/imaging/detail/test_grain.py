"""The grain of skin, continued."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.detail.grain import continued_grain, fine_part

SIGMA = 1.0


def noisy(spread: float, size: int = 96) -> Tones:
    noise = np.random.default_rng(3).normal(0, spread, (size, size, 3))
    return np.asarray(140 + noise, np.float32)


def halves(size: int = 96) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Skin on top, the wanted part below it."""
    skin = np.zeros((size, size), np.bool_)
    skin[: size // 2] = True
    return skin, ~skin


def test_a_flat_picture_has_no_fine_part_and_a_noisy_one_is_mostly_that() -> None:
    assert np.abs(fine_part(np.full((9, 9, 3), 77, np.float32), SIGMA)).max() < 1e-4
    assert fine_part(noisy(5), 3.0).std() == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize("spread", [1.0, 4.0, 12.0])
def test_the_grain_is_as_strong_as_the_skins(spread: float) -> None:
    skin, wanted = halves()
    grain = continued_grain(noisy(spread), skin, wanted, SIGMA, seed=0)
    assert grain[wanted].std() == pytest.approx(fine_part(noisy(spread), SIGMA)[skin].std(), rel=0.25)
    assert abs(float(grain[wanted].mean())) < 0.15 * spread


def test_nothing_is_added_where_nothing_is_wanted() -> None:
    skin, wanted = halves()
    assert (continued_grain(noisy(5), skin, wanted, SIGMA, seed=0)[~wanted] == 0).all()
    assert not continued_grain(noisy(5), skin, np.zeros_like(wanted), SIGMA, seed=0).any()


def test_smooth_skin_has_no_grain_to_give() -> None:
    skin, wanted = halves()
    assert np.abs(continued_grain(np.full((96, 96, 3), 120, np.float32), skin, wanted, SIGMA, seed=0)).max() < 0.02


def test_a_hair_on_the_skin_is_not_repeated() -> None:
    skin, wanted = halves()
    hairy = noisy(2)
    hairy[10:40, 20] -= 90
    hairy[10:40, 60] -= 90
    grain = continued_grain(hairy, skin, wanted, SIGMA, seed=0)
    assert np.abs(grain).max() < 10


def test_a_seed_gives_the_same_grain_and_another_seed_another() -> None:
    skin, wanted = halves()
    first, again, other = (continued_grain(noisy(5), skin, wanted, SIGMA, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other)[wanted].mean() > 1


@pytest.mark.parametrize("size", [1, 3, 9])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 30.0])
def test_too_little_skin_gives_none(size: int, sigma: float) -> None:
    skin = np.zeros((size, size), np.bool_)
    skin[: max(size // 2, 0)] = True
    grain = continued_grain(noisy(5, size), skin, ~skin, sigma, seed=0)
    assert grain.shape == (size, size, 3)
    assert not grain.any()


def test_skin_in_shreds_still_gives_grain() -> None:
    skin = np.zeros((96, 96), np.bool_)
    skin[:40:4, :] = True
    wanted = np.zeros_like(skin)
    wanted[60:] = True
    assert continued_grain(noisy(5), skin, wanted, 3.0, seed=0)[wanted].std() > 1


def test_the_arguments_stay_as_they_were() -> None:
    skin, wanted = halves()
    tones = noisy(5)
    continued_grain(tones, skin, wanted, SIGMA, seed=0)
    assert np.array_equal(tones, noisy(5))
    assert np.array_equal(skin, halves()[0])
