"""Intervals and ratios mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.bench.statistics import figure_of, interval, percentile, ratio, wilson


def test_the_interval_of_a_mean_covers_it_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(60):
        low, high = interval(list(rng.normal(5, 1, 40)), "mean")
        covered += low < 5 < high
    assert 52 <= covered <= 60


@pytest.mark.parametrize("samples", [[3.0], [3.0, 3.0, 3.0]], ids=["one", "all_alike"])
def test_samples_without_spread_have_no_width(samples: list[float]) -> None:
    assert interval(samples) == (3.0, 3.0)


def test_one_sample_claims_no_interval() -> None:
    figure = figure_of("memory", "portrait", "peak RAM", [274.0], unit="MiB", statistic="peak")
    assert (figure.value, figure.low, figure.high) == (274.0, None, None)


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [(0, 8, 0.0, 0.3244), (8, 8, 0.6756, 1.0), (50, 100, 0.4038, 0.5962), (0, 0, 0.0, 1.0)],
    ids=["none", "all", "half", "no_photo"],
)
def test_shares_have_wilsons_interval(successes: int, count: int, low: float, high: float) -> None:
    assert wilson(successes, count) == pytest.approx((low, high), abs=2e-4)


def test_percentiles_lie_between_samples() -> None:
    assert percentile([1, 2, 3, 4, 5], 50) == 3
    assert 4.5 < percentile([1, 2, 3, 4, 5], 99) < 5


def test_a_busier_machine_is_no_slowdown() -> None:
    """Seconds and floor both double: the ratio stays at 1."""
    rng = np.random.default_rng(1)
    base = rng.uniform(0.9, 1.1, 20)
    calm = figure_of("speed", "p", "photo", list(base), unit="s", floor=[0.1] * 20)
    busy = figure_of("speed", "p", "photo", list(2 * base), unit="s", floor=[0.2] * 20)
    found = ratio(calm, busy)
    assert found is not None
    assert found[0] == pytest.approx(1.0)
    assert found[1] <= 1.0 <= found[2]


def test_the_same_photos_are_compared_in_pairs() -> None:
    """Faces differ more from each other than a small loss does; photo by photo it shows all the same."""
    rng = np.random.default_rng(2)
    before = rng.uniform(0.2, 0.9, 30)
    after = before * 0.95
    names = [str(n) for n in range(30)]
    paired = [figure_of("quality", "f", "SSIM", list(v), statistic="mean", names=names) for v in (before, after)]
    loose = [figure_of("quality", "f", "SSIM", list(v), statistic="mean") for v in (before, after)]
    tight, wide = ratio(*paired), ratio(*loose)
    assert tight is not None
    assert wide is not None
    assert tight[2] < 0.96
    assert wide[2] > 1.0


def test_what_was_zero_has_no_ratio() -> None:
    zero = figure_of("quality", "f", "outside", [0.0, 0.0], statistic="peak")
    assert ratio(zero, zero) is None


def test_drawing_is_repeatable() -> None:
    samples = list(np.random.default_rng(3).normal(1, 0.2, 25))
    assert interval(samples) == interval(samples)
