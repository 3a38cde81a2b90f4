"""`benchmarks.sdxl_gpu` runs to its end, smaller still than its dry run."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from open_the_eyes.models.sdxl.schedule import Schedule

SHORT = {
    "fast": Schedule(1, 0, 0.5, 5.0, 1.0),
    "standard": Schedule(2, 1, 0.5, 5.0, 0.5),
    "lcm": Schedule(1, 0, 0.5, 1.0, 0.0, lcm=True),
}


@pytest.mark.usefixtures("libraries")
def test_every_figure_is_measured_by_the_products_own_code(tmp_path: Path) -> None:
    from benchmarks.sdxl_gpu import WANTED, report
    from benchmarks.sdxl_runs import DRY

    plan = replace(
        DRY, schedules=SHORT, batches=(1, 4), precisions=("bf16", "int8", "int4"), photo_wh=(480, 360), side_wh=(64, 64)
    )
    said = io.StringIO()
    rows = report(plan, tmp_path, Console(file=said, width=200))
    assert {row.wanted for row in rows if row.wanted is not None} == set(WANTED.values())
    assert [row.what for row in rows if row.figure is None] == ["standard, int4"]
    assert all(row.figure is None or row.figure >= 0 for row in rows)
    assert "generate/refiner/use" in said.getvalue()
    assert "MISSED" not in said.getvalue(), "a dry run misses nothing"


@pytest.mark.parametrize(
    ("figure", "unit", "wanted", "kept"),
    [
        (1.7, "s", 1.75, True),
        (1.8, "s", 1.75, False),
        (1.9, "x", 1.8, True),
        (1.7, "x", 1.8, False),
        (None, "s", 1, None),
        (1, "s", None, None),
    ],
)
def test_a_figure_is_judged_by_what_is_wanted(
    figure: float | None, unit: str, wanted: float | None, kept: bool | None
) -> None:
    from benchmarks.sdxl_gpu import Row

    assert Row("what", figure, unit, wanted).kept is kept


@pytest.mark.usefixtures("libraries")
def test_without_a_gpu_it_says_what_runs_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from benchmarks import sdxl_gpu

    monkeypatch.setattr(sys, "argv", ["sdxl_gpu"])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert sdxl_gpu.main() == 5
    assert "--dry" in capsys.readouterr().err
