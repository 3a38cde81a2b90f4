"""A report as tables, the same for the page, the documentation and the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..wording import counted
from .against import against
from .cells import NONE, Cell, Table, mebibytes, seconds, time_cell
from .closed import STEPS
from .figures import Absent, BenchReport, Figure
from .measures import KINDS
from .statistics import percentile

STAGES: Final = (
    "read",
    "detect",
    "confirm",
    "match",
    "crop",
    "generate",
    "blend",
    "restore",
    "verify",
    "compose",
    "save",
)
"""Stages in the order in which they run."""
USUAL: Final = "portrait, standard"
"""Case whose seconds stand for a photo's."""


def tables_of(report: BenchReport) -> Iterator[Table]:
    """The tables of a report that have rows, in the order of the page."""
    made = (speed(report), stages(report), several(report), cold(report), against(report), memory(report))
    yield from (table for table in (*made, components(report), success(report)) if table.rows)
    yield from quality(report)
    yield from (table for table in (alarms(report), absent(report)) if table.rows)


def speed(report: BenchReport) -> Table:
    rows = []
    for figure in report.whats("speed", "photo"):
        floor, work = (report.find("speed", figure.case, what) for what in ("floor", "processor"))
        rows.append(
            (
                Cell(figure.case),
                Cell(f"{seconds(figure.value)}{_between(figure)}", figure.value),
                *(time_cell(percentile(figure.samples, p)) for p in (95, 99)),
                Cell(NONE)
                if floor is None
                else Cell(f"{figure.value / floor.value:.1f} ×", figure.value / floor.value),
                Cell(NONE) if work is None else time_cell(work.value),
                Cell(f"{60 / figure.value:.0f}", 60 / figure.value),
            )
        )
    columns = ("one photo, warm", "p50", "p95", "p99", "× floor", "processor", "a minute")
    turns = report.plan["turns"]
    lead = (
        f"From file to file, in a process whose models are loaded; {turns} turns, cases taken in turn. Brackets hold "
        "the 95 % interval of the median. The floor is decoding and encoding the same file, measured right before each "
        "sample; the processor's seconds are those of all cores together. Of few turns p99 is nearly the slowest."
    )
    return Table("Speed", columns, tuple(rows), lead)


def stages(report: BenchReport) -> Table:
    """p50 of each stage, one column a case; the cold one first."""
    totals = report.whats("speed", "photo")
    names = list(dict.fromkeys(f.what for f in report.of("speed") if f.what.startswith("stage/")))
    frozen = {f.what.removeprefix("first photo/"): f for f in report.of("cold") if f.what.startswith("first photo/")}
    rows = []
    for name in _in_order([name.removeprefix("stage/") for name in names]):
        cells = [Cell(_indented(name))]
        cells += [time_cell(frozen[name].value) if name in frozen else Cell(NONE)] if frozen else []
        for figure in totals:
            found = report.find("speed", figure.case, f"stage/{name}")
            cells.append(Cell(NONE) if found is None else time_cell(found.value))
        rows.append(tuple(cells))
    head = [
        "stage",
        *(["first, cold"] if frozen else []),
        *(figure.case.removeprefix("portrait, ") for figure in totals),
    ]
    lead = "Medians; cases without a name of their own are the portrait's. A cold stage loads what it needs."
    return Table("Stage by stage", tuple(head), tuple(rows), lead)


def several(report: BenchReport) -> Table:
    rows = []
    figures = report.whats("batch", "photo")
    for figure in figures:
        rows.append(
            (
                Cell(figure.case),
                time_cell(figure.value),
                Cell(f"{seconds(figure.low)} to {seconds(figure.high)}", figure.low),
                Cell(f"{60 / figure.value:.0f}", 60 / figure.value),
                Cell(f"{figures[0].value / figure.value:.2f} ×", figures[0].value / figure.value),
            )
        )
    columns = ("several photos", "a photo", "95 % interval", "photos a minute", "against one process")
    return Table("Several photos", columns, tuple(rows), "Every process has its models loaded before the clock starts.")


def cold(report: BenchReport) -> Table:
    wanted = [figure for figure in report.of("cold") if "/" not in figure.what]
    rows = [
        (
            Cell(figure.what),
            time_cell(figure.value),
            Cell(f"{seconds(figure.low)} to {seconds(figure.high)}", figure.low),
        )
        for figure in wanted
    ]
    lead = "A process of its own: Python, libraries and models are loaded inside these seconds."
    return Table("Cold start", ("fresh process", "median", "95 % interval"), tuple(rows), lead)


def memory(report: BenchReport) -> Table:
    rows = []
    for figure in report.of("memory"):
        if figure.what.startswith("component/"):
            continue
        text = mebibytes(figure.value) if figure.unit == "MiB" else f"{100 * figure.value:.0f} %"
        rows.append((Cell(figure.case), Cell(figure.what), Cell(text, figure.value)))
    lead = "Of a fresh process that opens one photo twice, sampled every 10 ms."
    return Table("Peak memory", ("photo", "what", "figure"), tuple(rows), lead)


def components(report: BenchReport) -> Table:
    figures = [figure for figure in report.of("memory") if figure.what.startswith("component/")]
    cases = list(dict.fromkeys(figure.case for figure in figures))
    rows = []
    for name in dict.fromkeys(figure.what for figure in figures):
        cells = [Cell(name.removeprefix("component/"))]
        for case in cases:
            found = report.find("memory", case, name)
            cells.append(Cell(NONE) if found is None else Cell(mebibytes(found.value), found.value))
        rows.append(tuple(cells))
    lead = "What stays of each stage's growth during the first photo: the models and buffers it keeps."
    return Table("Memory by component", ("component", *cases), tuple(rows), lead)


def success(report: BenchReport) -> Table:
    figures = report.of("success")
    rows = []
    for case in dict.fromkeys(figure.case for figure in figures):
        steps = [report.find("success", case, step) for step in STEPS]
        count = next((len(step.samples) for step in steps if step is not None), 0)
        rows.append((Cell(case), Cell(str(count), count), *(_share(step) for step in steps)))
    lead = (
        "Of all photos: a face is there; its eyes are known to be closed; new eyes passed verification and were kept; "
        "a fresh look at the finished photo finds them open. Intervals: Wilson, 95 %."
    )
    return Table("Closed eyes opened", ("photos", "n", *STEPS), tuple(rows), lead)


def quality(report: BenchReport) -> Iterator[Table]:
    """One table a set of photos: a line a measure, a column a contender."""
    figures = report.of("quality")
    for case in dict.fromkeys(figure.case for figure in figures):
        there = [figure for figure in figures if figure.case == case]
        ways = list(dict.fromkeys(figure.way for figure in there))
        count = max(len(figure.samples) for figure in there)
        rows = []
        for what in dict.fromkeys(figure.what for figure in there):
            cells = [Cell(what), Cell(wanted_of(what))]
            for way in ways:
                cells.append(_measure(next((o for o in there if (o.what, o.way) == (what, way)), None)))
            rows.append(tuple(cells))
        lead = "Means over photos with 95 % bootstrap intervals; `outside` is the largest of all photos."
        yield Table(f"Quality: {case}, {counted(count, 'photo')}", ("measure", "wanted", *ways), tuple(rows), lead)


def alarms(report: BenchReport) -> Table:
    rows = [
        (Cell(figure.case), Cell(figure.what), Cell(str(len(figure.samples)), len(figure.samples)), _share(figure))
        for figure in report.of("alarms")
    ]
    return Table("Detection", ("photos", "what", "n", "share"), tuple(rows), "Of the largest face. Intervals: Wilson.")


def absent(report: BenchReport) -> Table:
    """A table of what was not measured; what is absent for one reason shares a row."""
    grouped: dict[tuple[str, str], list[Absent]] = {}
    for one in report.absent:
        grouped.setdefault((one.why, one.mend), []).append(one)
    rows = [
        (Cell("; ".join(dict.fromkeys(one.what for one in rows))), Cell(why), Cell(mend or NONE))
        for (why, mend), rows in grouped.items()
    ]
    return Table("Not measured here", ("what", "why", "what mends it"), tuple(rows))


def wanted_of(what: str) -> str:
    return {"low": "low", "high": "high", "one": "1", "neither": ""}[KINDS[what].better]


def number(value: float, what: str) -> str:
    """A figure as text, with as many digits as its measure deserves."""
    return f"{value:.{KINDS[what].digits}f}"


def _measure(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(NONE)
    text = number(figure.value, figure.what)
    if figure.low is not None and figure.high is not None and figure.statistic == "mean":
        text += f" [{number(figure.low, figure.what)}, {number(figure.high, figure.what)}]"
    return Cell(text, figure.value)


def _between(figure: Figure) -> str:
    return "" if figure.low is None else f" [{seconds(figure.low)}, {seconds(figure.high)}]"


def _share(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(NONE)
    between = "" if figure.low is None or figure.high is None else f" [{100 * figure.low:.0f}, {100 * figure.high:.0f}]"
    return Cell(f"{100 * figure.value:.0f} %{between}", figure.value)


def _in_order(names: Sequence[str]) -> list[str]:
    """A branch right after its stem, stems as they run."""
    stems = [*STAGES, *(name.split("/")[0] for name in names)]
    return sorted(dict.fromkeys(names), key=lambda name: (stems.index(name.split("/")[0]), "/" in name))


def _indented(name: str) -> str:
    stem, _, branch = name.partition("/")
    return f"└ {branch}" if branch else stem
