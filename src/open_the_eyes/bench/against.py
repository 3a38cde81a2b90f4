"""What others published of similar work."""

from __future__ import annotations

from .cells import Cell, Table, value_of
from .figures import BenchReport
from .peers import PEERS


def against(report: BenchReport) -> Table:
    """Every published figure, where the run took times; without figures of ours beside them, as none is of the same
    work."""
    rows = [
        (
            Cell(one.what),
            Cell(value_of(one.value, one.unit), one.value),
            Cell(one.where),
            Cell(f"{one.whose}, {one.address}"),
        )
        for one in PEERS
        if report.of("speed")
    ]
    lead = (
        "Others measured these, on the hardware or photos named, and at other work than ours: SDXL's are of a whole "
        "picture from words, ExGAN's of eyes opened with a reference. They say what is usual, not who wins. A rival "
        "that is installed is measured in the same run, under Quality."
    )
    return Table("Published figures", ("what", "published", "on", "by"), tuple(rows), lead)
