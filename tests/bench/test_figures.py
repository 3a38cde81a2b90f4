"""report.json holds everything, and nothing else is taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from open_the_eyes.bench.figures import Absent, BenchReport, Timeline, report_from_json
from open_the_eyes.bench.statistics import figure_of
from open_the_eyes.errors import UsageError

REPORT = BenchReport(
    {"processor": "p"},
    {"turns": 3},
    (
        figure_of("speed", "portrait", "photo", [1.0, 2.0, 4.0], unit="s", floor=[0.1, 0.1, 0.2]),
        figure_of("quality", "folder", "SSIM", [0.5, 0.7], better="high", statistic="mean", names=["a", "b"]),
    ),
    (Absent("quality", "LPIPS", "not installed", "pip"),),
    (Timeline("portrait", (0.0, 1.0), (10.0, 20.0), (), ((0.5, "detect"),)),),
    12.5,
)


def test_what_is_written_is_read_again() -> None:
    assert report_from_json(json.loads(json.dumps(REPORT.to_json())), "a.json") == REPORT


def _without(name: str) -> dict[str, Any]:
    told = REPORT.to_json()
    del told[name]
    return told


def _with_figure(**changed: Any) -> dict[str, Any]:
    told = REPORT.to_json()
    told["figures"][0].update(changed)
    return told


@pytest.mark.parametrize(
    "told",
    [
        [],
        "report",
        None,
        {},
        {"schema": 99},
        _without("figures"),
        _without("machine"),
        {**REPORT.to_json(), "figures": 7},
        {**REPORT.to_json(), "timelines": [{}]},
        _with_figure(samples=["x"]),
        _with_figure(value=None),
        _with_figure(floor=5),
        _with_figure(unknown=1),
    ],
    ids=[
        "list", "text", "null", "empty", "other_schema", "no_figures", "no_machine", "figures_a_number",
        "empty_timeline", "samples_text", "no_value", "floor_a_number", "unknown_field",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_line(told: Any) -> None:
    with pytest.raises(UsageError, match=r"a\.json: expected a (whole )?report\.json") as refusal:
        report_from_json(told, "a.json")
    assert "\n" not in str(refusal.value)
