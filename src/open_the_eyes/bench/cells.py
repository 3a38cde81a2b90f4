"""What tables are made of, and how figures are written in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Args:
        text: what is written in it.
        sort: the number that its column is sorted by; None where it is sorted by its text.
    """

    text: str
    sort: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report.

    Args:
        columns: their heads.
        rows: one cell a column each.
        lead: a sentence on how to read it; "" for none.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lead: str = ""


def seconds(value: float | None) -> str:
    """ "84 ms", "1.43 s"; a dash where there is none."""
    if value is None:
        return NONE
    return f"{1000 * value:.1f} ms" if value < 0.01 else f"{1000 * value:.0f} ms" if value < 1 else f"{value:.2f} s"


def value_of(value: float, unit: str) -> str:
    """A figure with its unit."""
    if unit == "s":
        return seconds(value)
    if unit == "MiB":
        return mebibytes(value)
    if unit == "%":
        return f"{100 * value:.1f} %"
    return f"{value:.4g}{f' {unit}' if unit else ''}"


def mebibytes(value: float) -> str:
    """ "274 MiB", "1.4 GiB"."""
    return f"{value:.0f} MiB" if value < 1000 else f"{value / 1024:.3g} GiB"


def time_cell(value: float) -> Cell:
    return Cell(seconds(value), value)
