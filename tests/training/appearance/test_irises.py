"""Eye colours in groups."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.appearance.irises import GROUPS, colour_groups

COLOURS = np.array(
    [
        [0.10, 0.08, 0.07], [0.20, 0.15, 0.10], [0.30, 0.19, 0.10], [0.42, 0.30, 0.20],
        [0.40, 0.46, 0.34], [0.35, 0.48, 0.62], [0.60, 0.62, 0.63], [0.70, 0.85, 0.95],
    ]
)  # fmt: skip
"""Darkest first."""
EACH = 30


@pytest.fixture(scope="module")
def ratios() -> NDArray[np.float64]:
    noise = np.random.default_rng(0).normal(0, 0.015, (EACH * GROUPS, 3))
    return np.asarray(np.repeat(COLOURS, EACH, axis=0) * np.exp(noise), np.float64)


def test_colours_that_exist_come_back_darkest_first(ratios: NDArray[np.float64]) -> None:
    centres, member = colour_groups(ratios)
    assert centres == pytest.approx(COLOURS, rel=0.03)
    assert np.array_equal(member, np.repeat(np.arange(GROUPS), EACH))


def test_centres_are_the_means_of_their_members() -> None:
    ratios = np.random.default_rng(1).uniform(0.05, 1, (300, 3))
    centres, member = colour_groups(ratios)
    assert centres.shape == (GROUPS, 3)
    assert set(member) == set(range(GROUPS))
    assert (np.diff(centres.mean(axis=1)) >= 0).all()
    for k in range(GROUPS):
        assert centres[k] == pytest.approx(np.exp(np.log(ratios[member == k]).mean(axis=0)))


def test_the_same_faces_give_the_same_groups(ratios: NDArray[np.float64]) -> None:
    once, again = colour_groups(ratios), colour_groups(ratios.copy())
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_black_pupils_and_glare_stay_within_colours(ratios: NDArray[np.float64]) -> None:
    odd = ratios.copy()
    odd[0], odd[-1] = 0, 50
    centres, _ = colour_groups(odd)
    assert 0.02 <= centres.min() <= centres.max() <= 2 + 1e-9
