"""What a benchmark says at its end: its tables, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import speech

if TYPE_CHECKING:
    from ...bench.cells import Table
    from ...bench.figures import BenchReport


def summary_lines(report: BenchReport) -> list[str]:
    """All tables as plain text."""
    from ...bench.machine import said
    from ...bench.tables import tables_of

    lines = [f"open-the-eyes {report.machine['version']} on {said(report.machine)}"]
    for table in tables_of(report):
        lines += ["", *table_lines(table)]
    return [*lines, "", f"took {report.seconds:.0f} s"]


def table_lines(table: Table) -> list[str]:
    """A table for a terminal: its columns aligned."""
    rows = [table.columns, *([cell.text for cell in row] for row in table.rows)]
    return [table.title, *(speech.printable(f"  {line}") for line in speech.aligned(rows))]
