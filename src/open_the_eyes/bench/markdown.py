"""A report as a page of documentation: its tables and nothing that it does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from .cells import Table
from .figures import BenchReport
from .machine import said
from .measures import KINDS
from .tables import tables_of

ONCE: Final = ("Published figures", "Not measured here")
"""Titles of tables whose rows a page has once, however many of its runs say the same."""


def markdown_of(*reports: BenchReport) -> str:
    """The page of one run or of several, every figure of it from their reports."""
    printed: set[tuple[str, ...]] = set()
    runs = [line for report in reports for line in _run(report, printed)]
    return "\n".join([*_head(), *runs, *_measures(reports)]).rstrip() + "\n"


def _head() -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "<!-- Written by `open-the-eyes bench`; do not edit, run it again. -->"
    yield ""
    yield "Run it on your own machine and photos:"
    yield ""
    yield "```bash"
    yield "open-the-eyes bench --quick                            # the portrait that comes along"
    yield "open-the-eyes bench --closed blinks/ --open portraits/  # your own photos; a page shows them, small"
    yield "open-the-eyes bench compare before/report.json after/report.json"
    yield "```"
    yield ""
    yield "Seconds depend on what else a machine does, ratios to the floor hardly; `bench compare` goes by the ratios."
    yield "Pictures are in the page that each run writes, not here: they show people."
    yield ""
    yield "`bench --survey` also writes a page that asks people which of two results they prefer, without names."
    yield "`bench survey tally answers*.json` counts the answers that they saved there, with 95 % intervals."


def _run(report: BenchReport, printed: set[tuple[str, ...]]) -> Iterator[str]:
    """A run without the rows that were told, and need to be told once; those that it tells are added."""
    machine = report.machine
    yield ""
    yield f"## Run of {machine['when']}"
    yield ""
    yield f"Open The Eyes {machine['version']} on {said(machine)}. {machine['system']}, Python {machine['python']}."
    yield f"Plan: {_plan(report)}; it took {report.seconds:.0f} seconds. Libraries: {_libraries(report)}."
    for table in tables_of(report):
        new = _not_yet_printed(table, printed) if table.title in ONCE else table
        if new.rows:
            yield ""
            yield from _table(new)


def _not_yet_printed(table: Table, printed: set[tuple[str, ...]]) -> Table:
    rows = [(row, tuple(cell.text for cell in row)) for row in table.rows]
    new = tuple(row for row, texts in rows if texts not in printed)
    printed.update(texts for _, texts in rows)
    return replace(table, rows=new)


def _measures(reports: tuple[BenchReport, ...]) -> Iterator[str]:
    named = {one.what for report in reports for one in report.of("quality")}
    if named:
        named |= {one.what for report in reports for one in report.absent}
        yield ""
        yield "## What the measures are"
        yield ""
        yield from (f"- **{name}**: {kind.says}." for name, kind in KINDS.items() if name in named)


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.title}"
    yield ""
    if table.lead:
        yield table.lead
        yield ""
    numeric = [any(row[n].sort is not None for row in table.rows) for n in range(len(table.columns))]
    yield _row(table.columns)
    yield _row(["---:" if right else "---" for right in numeric])
    for row in table.rows:
        yield _row([cell.text for cell in row])


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"


def _libraries(report: BenchReport) -> str:
    return ", ".join(f"{name} {version}" for name, version in report.machine["libraries"].items())


def _plan(report: BenchReport) -> str:
    plan = report.plan
    words = [f"{name} {value}" for name, value in plan.items() if value not in (None, False) and name != "parts"]
    return ", ".join(words)
