"""The page says what the report holds, needs nothing from elsewhere, and shows no photo it was told to leave out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.bench.album import Shot
from open_the_eyes.bench.cells import seconds
from open_the_eyes.bench.figures import Absent, BenchReport, Timeline
from open_the_eyes.bench.markdown import markdown_of
from open_the_eyes.bench.page import page_of
from open_the_eyes.bench.peers import PEERS
from open_the_eyes.bench.statistics import figure_of
from open_the_eyes.bench.tables import tables_of

if TYPE_CHECKING:
    from open_the_eyes.bench.run import Found

VOID = {"meta", "img"}
HOSTILE = '"><script>alert(1)</script>&.jpg'
MACHINE = {
    "when": "now", "processor": "p", "cores": 2, "memory_gib": None, "gpu": "", "system": "s", "python": "3",
    "version": "1", "libraries": {},
}  # fmt: skip


class Checker(HTMLParser):
    """Every tag is closed by its own, and every address is inside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.ids: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids |= {told["id"] or ""} if "id" in told else set()
        for name in ("src", "href"):
            address = told.get(name) or ""
            self.targets |= {address[1:]} if address.startswith("#") else set()
            self.outside += [address] if address and not address.startswith(("data:", "#")) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    return checker


def test_the_page_is_whole_and_asks_nobody(small_bench: Found) -> None:
    page = page_of(small_bench.report, small_bench.albums)
    checker = checked(page)
    assert checker.outside == []
    assert checker.targets <= checker.ids
    assert "@import" not in page
    assert re.search(r"url\((?!data:)", page) is None
    assert "prefers-color-scheme: dark" in page


def test_every_row_of_every_table_is_on_the_page_and_in_the_documentation(small_bench: Found) -> None:
    page, text = page_of(small_bench.report, {}), markdown_of(small_bench.report)
    for table in tables_of(small_bench.report):
        assert f"### {table.title}\n" in text
        for row in table.rows:
            assert " | ".join(cell.text for cell in row) in text
            assert f">{row[0].text.replace('>', '&gt;')}</th>" in page


def test_the_documentation_holds_no_figure_that_the_report_does_not(small_bench: Found) -> None:
    figures = {figure.value for figure in small_bench.report.figures}
    told = {seconds(one) for one in figures}
    stage_rows = markdown_of(small_bench.report).split("### Stage by stage")[1].split("###")[0]
    published = {seconds(one.value) for one in PEERS}
    for found in re.findall(r"\| ([\d.]+ m?s) (?=\|)", stage_rows):
        assert found in told | published


def test_both_kinds_of_pages_name_the_machine(small_bench: Found) -> None:
    for made in (page_of(small_bench.report, {}), markdown_of(small_bench.report)):
        assert str(small_bench.report.machine["processor"]) in made
        assert f"{small_bench.report.machine['cores']} cores" in made


def test_pictures_are_in_the_page_only_when_given(small_bench: Found) -> None:
    assert "data:image/jpeg" in page_of(small_bench.report, small_bench.albums)
    assert "data:image" not in page_of(small_bench.report, {})


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
