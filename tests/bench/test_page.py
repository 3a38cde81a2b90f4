"""The page says what the report holds, needs nothing from elsewhere, and shows no photo it was told to leave out."""

from __future__ import annotations

import pytest

from open_the_eyes.bench.album import Shot
from open_the_eyes.bench.cells import seconds
from open_the_eyes.bench.figures import Absent, BenchReport, Timeline
from open_the_eyes.bench.markdown import markdown_of
from open_the_eyes.bench.page import page_of
from open_the_eyes.bench.statistics import figure_of
from tests.bench.page_checker import checked

HOSTILE = '"><script>alert(1)</script>&.jpg'
MACHINE = {
    "when": "now", "processor": "p", "cores": 2, "memory_gib": None, "gpu": "", "system": "s", "python": "3",
    "version": "1", "libraries": {},
}  # fmt: skip


def test_a_hostile_name_stays_text() -> None:
    figures = (
        figure_of("success", HOSTILE, "verified", [1.0, 0.0], better="high", statistic="share"),
        figure_of("quality", HOSTILE, "SSIM", [0.5, 0.6], better="high", statistic="mean", way="a"),
        figure_of("quality", HOSTILE, "SSIM", [0.5, 0.6], better="high", statistic="mean", way=HOSTILE),
        figure_of("memory", HOSTILE, "peak RAM", [3.0], unit="MiB", statistic="peak"),
    )
    line = Timeline(HOSTILE, (0.0, 1.0), (1.0, 3.0), (2.0, 2.0), ((0.0, HOSTILE), (0.5, "detect")))
    told = BenchReport(MACHINE, {"turns": 1}, figures, (Absent("success", HOSTILE, HOSTILE, HOSTILE),), (line,))
    page = page_of(told, {HOSTILE: [Shot(HOSTILE, 1.0, HOSTILE, ((HOSTILE, b"\xff\xd8"),))]})
    checked(page)
    assert "<script>alert" not in page
    assert "alert(1)" in page
    assert markdown_of(told)


def test_a_report_without_figures_still_says_on_what_machine() -> None:
    checked(page_of(BenchReport(MACHINE, {"turns": 1}), {}))


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.00021, "0.2 ms"), (0.0846, "85 ms"), (1.234, "1.23 s"), (75.0, "75.00 s")]
)
def test_seconds_are_written_to_be_read(value: float | None, text: str) -> None:
    assert seconds(value) == text
