"""Two runs held against each other: ratios with intervals, and which of them are surely worse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..wording import typed
from .cells import Cell, Table, seconds
from .figures import BenchReport, Figure
from .statistics import ratio

THRESHOLD: Final = 0.10
"""Distance from 1, on its bad side, beyond which the whole interval of a ratio has to lie to count as worse."""
FINEST_SECONDS: Final = 0.002
"""Length below which a stage wavers whatever is done: such stages are listed, and never counted as worse."""
MUST_BE_ZERO: Final = ("outside",)
"""Figures of which any rise counts."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in two runs.

    Args:
        ratio, low, high: after : before with its 95 % interval; times are relative to the floor of their own run.
        verdict: "worse" or "better" where the whole interval lies beyond the threshold, "same" where it does not.
    """

    before: Figure
    after: Figure
    ratio: float
    low: float
    high: float
    verdict: str

    @property
    def name(self) -> str:
        return ", ".join(
            part for part in (self.before.case, self.before.what.replace("/", " "), self.before.way) if part
        )

    def to_json(self) -> dict[str, Any]:
        names = dict(zip(("area", "case", "what", "way"), self.before.key, strict=True))
        values = {"before": self.before.value, "after": self.after.value}
        ratios = {"ratio": self.ratio, "low": self.low, "high": self.high}
        return {
            **names,
            **values,
            **{n: v if math.isfinite(v) else None for n, v in ratios.items()},
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every figure that both runs have, the worst first, and the names of those that only one has."""

    changes: tuple[Change, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict == "worse")

    def to_json(self) -> dict[str, Any]:
        changes = [change.to_json() for change in self.changes]
        return {"changes": changes, "gone": list(self.gone), "new": list(self.new), "warnings": list(self.warnings)}


def compared(before: BenchReport, after: BenchReport, threshold: float = THRESHOLD) -> Comparison:
    """`after` against `before`; a difference of machine, plan or folder is a warning, not an error."""
    old = {figure.key: figure for figure in before.figures}
    new = {figure.key: figure for figure in after.figures}
    changes = [_change(old[key], new[key], threshold) for key in old if key in new and old[key].better != "neither"]
    order = {"worse": 0, "better": 1, "same": 2}
    found = sorted(
        (one for one in changes if one is not None), key=lambda one: (order[one.verdict], -abs(one.ratio - 1))
    )
    lost = [", ".join(filter(None, key)) for key in old if key not in new]
    added = [", ".join(filter(None, key)) for key in new if key not in old]
    return Comparison(tuple(found), tuple(lost), tuple(added), tuple(_warnings(before, after)))


def table_of(comparison: Comparison) -> Table:
    """For people: what changed; what stayed the same is counted."""
    rows = [
        (
            Cell(one.verdict),
            Cell(one.name),
            _value(one.before),
            _value(one.after),
            Cell(f"{one.ratio:.2f} [{one.low:.2f}, {one.high:.2f}]", one.ratio),
        )
        for one in comparison.changes
        if one.verdict != "same"
    ]
    return Table("Changes", ("verdict", "what", "before", "after", "ratio"), tuple(rows))


def _change(before: Figure, after: Figure, threshold: float) -> Change | None:
    found = ratio(before, after)
    if found is None:  # what was 0 has no ratio
        return Change(before, after, math.inf, math.inf, math.inf, "worse") if _rose_from_zero(before, after) else None
    value, low, high = found
    return Change(before, after, value, low, high, _verdict(before, after, low, high, threshold))


def _rose_from_zero(before: Figure, after: Figure) -> bool:
    if before.what in MUST_BE_ZERO:
        return after.value > before.value
    return before.better == "low" and after.low is not None and after.low > (before.high or 0.0)


def _verdict(before: Figure, after: Figure, low: float, high: float, threshold: float) -> str:
    if before.unit == "s" and max(before.value, after.value) < FINEST_SECONDS:
        return "same"
    if before.better == "one":  # nearer to 1 is better, whichever side
        if (high < 1 - threshold and after.value < 1) or (low > 1 + threshold and after.value > 1):
            return "worse"
        away = abs(after.value - 1) < abs(before.value - 1) and (low > 1 + threshold or high < 1 - threshold)
        return "better" if away else "same"
    rises, falls = low > 1 + threshold, high < 1 / (1 + threshold)
    if rises == falls:
        return "same"
    return "worse" if rises == (before.better == "low") else "better"


def _warnings(before: BenchReport, after: BenchReport) -> Iterator[str]:
    for name in ("processor", "cores", "gpu"):
        if before.machine.get(name) != after.machine.get(name):
            yield f"another {name}: {_said(before.machine.get(name))}, then {_said(after.machine.get(name))}"
    for name in ("engine", "mode", "seed", "open", "closed", "sample"):
        if before.plan.get(name) != after.plan.get(name):
            yield f"another {name}: {_said(before.plan.get(name))}, then {_said(after.plan.get(name))}"


def _said(fact: object) -> str:
    return "none" if fact is None else typed(str(fact))


def _value(figure: Figure) -> Cell:
    text = seconds(figure.value) if figure.unit == "s" else f"{figure.value:.4g} {figure.unit}".strip()
    return Cell(text, figure.value)
