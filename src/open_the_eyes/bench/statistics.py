"""Intervals: by bootstrap for medians, means and ratios (Efron 1979), by Wilson (1927) for shares; all from SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .figures import Area, Better, Figure, Statistic

FEWEST: Final = 4
"""Fewest samples of a comparison. With less, all of one run lie beyond all of the other by chance in one of twenty
comparisons or more."""
DRAWS: Final = 2000
SEED: Final = 0
CONFIDENCE: Final = 0.95

Samples = NDArray[np.float64]


def figure_of(
    area: Area,
    case: str,
    what: str,
    samples: Sequence[float],
    *,
    unit: str = "",
    better: Better = "low",
    statistic: Statistic = "median",
    way: str = "",
    floor: Sequence[float] = (),
    names: Sequence[str] = (),
) -> Figure:
    """A figure with its interval, from at least one sample."""
    low, high = wilson(sum(samples), len(samples)) if statistic == "share" else interval(samples, statistic)
    several = len(samples) > 1
    return Figure(
        area=area,
        case=case,
        what=what,
        value=reduced(samples, statistic),
        unit=unit,
        better=better,
        statistic=statistic,
        way=way,
        low=low if several else None,
        high=high if several else None,
        samples=tuple(map(float, samples)),
        floor=tuple(map(float, floor)),
        names=tuple(names),
    )


def reduced(samples: Sequence[float] | Samples, statistic: Statistic) -> float:
    """The statistic of the samples, one number."""
    if statistic == "median":
        return float(np.median(samples))
    return float(np.max(samples)) if statistic == "peak" else float(np.mean(samples))


def percentile(samples: Sequence[float], percent: float) -> float:
    """A percentile, 0..100, of the samples; between two samples it lies on a straight line, so that of few samples the
    99th is nearly their largest."""
    return float(np.percentile(samples, percent))


def interval(samples: Sequence[float], statistic: Statistic = "median") -> tuple[float, float]:
    """The 95 % bootstrap interval (low, high) of a median or mean; of samples that are all alike, and of a peak, it is
    the value itself."""
    data = np.asarray(samples, np.float64)
    if statistic == "peak" or len(data) < 2 or np.ptp(data) == 0:
        value = reduced(data, statistic)
        return value, value
    return _drawn((data,), np.median if statistic == "median" else np.mean)


def wilson(successes: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    from scipy.stats import binomtest

    if count == 0:
        return 0.0, 1.0
    found = binomtest(round(successes), count).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def ratio(before: Figure, after: Figure) -> tuple[float, float, float] | None:
    """After : before with its 95 % interval, (0, infinity) where samples are too few; None where `before` is 0.

    Times are divided by the floor of their own run first, so that a machine that was busier in one of them does not
    count; the samples of figures that were taken on the same photos are drawn in pairs.
    """
    old, new = _rows(before), _rows(after)
    value = _quotient(old, new, before.statistic)
    if value is None:
        return None
    if before.statistic == "peak":
        return value, value, value
    if min(len(old), len(new)) < FEWEST:
        return value, 0.0, math.inf
    paired = bool(before.names) and before.names == after.names

    def draw(a: NDArray[np.intp], b: NDArray[np.intp]) -> float:
        drawn = _quotient(old[a], new[b], before.statistic)
        return value if drawn is None else drawn

    indices = np.arange(len(old)), np.arange(len(new))
    low, high = _drawn(indices, draw, paired=paired, vectorized=False)
    return value, low, high


def _rows(figure: Figure) -> Samples:
    """(n, 2): each sample, and what it is held against: its floor, or 1."""
    samples = np.asarray(figure.samples or (figure.value,), np.float64)
    beside = np.asarray(figure.floor, np.float64) if len(figure.floor) == len(samples) else np.ones_like(samples)
    return np.column_stack([samples, beside])


def _quotient(old: Samples, new: Samples, statistic: Statistic) -> float | None:
    levels = [reduced(rows[:, 0], statistic) / max(float(np.median(rows[:, 1])), 1e-12) for rows in (old, new)]
    return levels[1] / levels[0] if levels[0] > 0 else None


def _drawn(
    data: tuple[NDArray[Any], ...], statistic: Any, *, paired: bool = False, vectorized: bool = True
) -> tuple[float, float]:
    from scipy.stats import bootstrap

    drawn = bootstrap(
        data,
        statistic,
        n_resamples=DRAWS if vectorized else DRAWS // 4,
        confidence_level=CONFIDENCE,
        method="percentile",
        paired=paired,
        vectorized=vectorized,
        rng=np.random.default_rng(SEED),
    )
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
