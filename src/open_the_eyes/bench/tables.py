"""A report as tables, the same for the page, the documentation and the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .closed import STEPS
from .figures import Absent, Area, BenchReport, Figure
from .measures import KINDS
from .peers import PEERS, Peer, peer
from .statistics import percentile

NONE: Final = "–"
STAGES: Final = ("read", "detect", "match", "crop", "generate", "blend", "restore", "verify", "compose", "save")
"""As they run."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands there, and the number that sorting goes by."""

    text: str
    sort: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`lead` is a sentence on how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lead: str = ""


def tables_of(report: BenchReport) -> Iterator[Table]:
    """Those that have rows, in the order of the page."""
    made = (speed(report), stages(report), several(report), cold(report), against(report), memory(report))
    yield from (table for table in (*made, components(report), success(report)) if table.rows)
    yield from quality(report)
    yield from (table for table in (alarms(report), absent(report)) if table.rows)


def speed(report: BenchReport) -> Table:
    rows = []
    for one in _whats(report, "speed", "photo"):
        floor = _find(report, "speed", one.case, "floor")
        rows.append(
            (
                Cell(one.case),
                *(_time(percentile(one.samples, p)) for p in (50, 95, 99)),
                Cell(f"{seconds(one.low)} to {seconds(one.high)}", one.low),
                Cell(NONE) if floor is None else Cell(f"{one.value / floor.value:.1f} ×", one.value / floor.value),
                Cell(f"{60 / one.value:.0f}", 60 / one.value),
                published(_mode_of(one.case)),
            )
        )
    columns = ("one photo, warm", "p50", "p95", "p99", "95 % interval of p50", "× floor", "a minute", "published")
    turns = report.plan["turns"]
    lead = (
        f"From file to file, in a process whose models are loaded; {turns} turns, cases taken in turn. The floor is "
        "decoding and encoding the same file, measured right before each sample. Of so few turns p99 is nearly the "
        "slowest one."
    )
    return Table("Speed", columns, tuple(rows), lead)


def stages(report: BenchReport) -> Table:
    """p50 of each stage, one column a case; the cold one first."""
    totals = _whats(report, "speed", "photo")
    names = list(dict.fromkeys(f.what for f in report.of("speed") if f.what.startswith("stage/")))
    frozen = {f.what.removeprefix("first photo/"): f for f in report.of("cold") if f.what.startswith("first photo/")}
    rows = []
    for name in _in_order([name.removeprefix("stage/") for name in names]):
        cells = [Cell(_indented(name))]
        cells += [_time(frozen[name].value) if name in frozen else Cell(NONE)] if frozen else []
        for one in totals:
            found = _find(report, "speed", one.case, f"stage/{name}")
            cells.append(Cell(NONE) if found is None else _time(found.value))
        rows.append((*cells, published(name)))
    head = ["stage", *(["first, cold"] if frozen else []), *(one.case.removeprefix("portrait, ") for one in totals)]
    lead = "Medians; cases without a name of their own are the portrait's. A cold stage loads what it needs."
    return Table("Stage by stage", (*head, "published"), tuple(rows), lead)


def several(report: BenchReport) -> Table:
    rows = []
    figures = _whats(report, "batch", "photo")
    for one in figures:
        rows.append(
            (
                Cell(one.case),
                _time(one.value),
                Cell(f"{seconds(one.low)} to {seconds(one.high)}", one.low),
                Cell(f"{60 / one.value:.0f}", 60 / one.value),
                Cell(f"{figures[0].value / one.value:.2f} ×", figures[0].value / one.value),
            )
        )
    columns = ("several photos", "a photo", "95 % interval", "photos a minute", "against one process")
    return Table("Several photos", columns, tuple(rows), "Every process has its models loaded before the clock starts.")


def cold(report: BenchReport) -> Table:
    wanted = [one for one in report.of("cold") if "/" not in one.what]
    rows = [
        (Cell(one.what), _time(one.value), Cell(f"{seconds(one.low)} to {seconds(one.high)}", one.low))
        for one in wanted
    ]
    lead = "A process of its own: Python, libraries and models are loaded inside these seconds."
    return Table("Cold start", ("fresh process", "median", "95 % interval"), tuple(rows), lead)


def against(report: BenchReport) -> Table:
    """Every published figure beside ours, where there is one."""
    rows = []
    for one in PEERS:
        ours = _ours(report, one)
        rows.append(
            (
                Cell(one.what),
                Cell(value_of(one.value, one.unit), one.value),
                Cell(one.where),
                Cell(one.whose),
                Cell(NONE if ours is None else value_of(ours, one.unit), ours),
            )
        )
    lead = (
        "Published figures were measured by others, on the hardware named, on other photos: they say what is usual, "
        "not who wins. Ours are of this run and this machine."
    )
    return Table("Published figures", ("what", "published", "on", "by", "here"), tuple(rows), lead)


def memory(report: BenchReport) -> Table:
    rows = []
    for one in report.of("memory"):
        if one.what.startswith("component/"):
            continue
        text = f"{one.value:.0f} MiB" if one.unit == "MiB" else f"{100 * one.value:.0f} %"
        rows.append((Cell(one.case), Cell(one.what), Cell(text, one.value)))
    lead = "Of a fresh process that opens one photo twice, sampled every 10 ms."
    return Table("Peak memory", ("photo", "what", "figure"), tuple(rows), lead)


def components(report: BenchReport) -> Table:
    figures = [one for one in report.of("memory") if one.what.startswith("component/")]
    cases = list(dict.fromkeys(one.case for one in figures))
    rows = []
    for name in dict.fromkeys(one.what for one in figures):
        cells = [Cell(name.removeprefix("component/"))]
        for case in cases:
            found = _find(report, "memory", case, name)
            cells.append(Cell(NONE) if found is None else Cell(f"{found.value:.0f} MiB", found.value))
        rows.append(tuple(cells))
    lead = "What stays of each stage's growth during the first photo: the models and buffers it keeps."
    return Table("Memory by component", ("component", *cases), tuple(rows), lead)


def success(report: BenchReport) -> Table:
    figures = report.of("success")
    rows = []
    for case in dict.fromkeys(one.case for one in figures):
        steps = [_find(report, "success", case, step) for step in STEPS]
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
    for case in dict.fromkeys(one.case for one in figures):
        there = [one for one in figures if one.case == case]
        ways = list(dict.fromkeys(one.way for one in there))
        count = max(len(one.samples) for one in there)
        rows = []
        for what in dict.fromkeys(one.what for one in there):
            cells = [Cell(what), Cell(wanted_of(what))]
            for way in ways:
                cells.append(_measure(next((o for o in there if (o.what, o.way) == (what, way)), None)))
            rows.append(tuple(cells))
        lead = "Means over photos with 95 % bootstrap intervals; `outside` is the largest of all photos."
        yield Table(f"Quality: {case}, {count} photos", ("measure", "wanted", *ways), tuple(rows), lead)


def alarms(report: BenchReport) -> Table:
    rows = [(Cell(one.case), Cell(one.what), Cell(str(len(one.samples))), _share(one)) for one in report.of("alarms")]
    return Table("Detection", ("photos", "what", "n", "share"), tuple(rows), "Of the largest face. Intervals: Wilson.")


def absent(report: BenchReport) -> Table:
    """What was not measured; rows of one reason together."""
    grouped: dict[tuple[str, str], list[Absent]] = {}
    for one in report.absent:
        grouped.setdefault((one.why, one.mend), []).append(one)
    rows = [
        (Cell(", ".join(dict.fromkeys(one.what for one in rows))), Cell(why), Cell(mend or NONE))
        for (why, mend), rows in grouped.items()
    ]
    return Table("Not measured here", ("what", "why", "what mends it"), tuple(rows))


def seconds(value: float | None) -> str:
    """ "84 ms", "1.43 s"; a dash where there is none."""
    if value is None:
        return NONE
    return f"{1000 * value:.1f} ms" if value < 0.01 else f"{1000 * value:.0f} ms" if value < 1 else f"{value:.2f} s"


def value_of(value: float, unit: str) -> str:
    """A figure with its unit."""
    if unit == "s":
        return seconds(value)
    return f"{value:.4g}{f' {unit}' if unit else ''}"


def published(what: str) -> Cell:
    """The published figure that belongs to a row of ours."""
    found = peer(what)
    return Cell(NONE) if found is None else Cell(f"{value_of(found.value, found.unit)} ({found.where})", found.value)


def wanted_of(what: str) -> str:
    return {"low": "low", "high": "high", "one": "1", "neither": ""}[KINDS[what].better]


def number(value: float, what: str) -> str:
    """With as many digits as the measure deserves."""
    return f"{value:.{KINDS[what].digits}f}"


def _measure(one: Figure | None) -> Cell:
    if one is None:
        return Cell(NONE)
    text = number(one.value, one.what)
    if one.low is not None and one.high is not None and one.statistic == "mean":
        text += f" [{number(one.low, one.what)}, {number(one.high, one.what)}]"
    return Cell(text, one.value)


def _share(one: Figure | None) -> Cell:
    if one is None:
        return Cell(NONE)
    between = "" if one.low is None or one.high is None else f" [{100 * one.low:.0f}, {100 * one.high:.0f}]"
    return Cell(f"{100 * one.value:.0f} %{between}", one.value)


def _time(value: float) -> Cell:
    return Cell(seconds(value), value)


def _whats(report: BenchReport, area: Area, what: str) -> list[Figure]:
    return [one for one in report.of(area) if one.what == what]


def _find(report: BenchReport, area: Area, case: str, what: str) -> Figure | None:
    return next((one for one in report.of(area) if (one.case, one.what) == (case, what)), None)


def _mode_of(case: str) -> str:
    last = case.rpartition(", ")[2]
    return last if peer(last) else f"mode {last}"


def _ours(report: BenchReport, one: Peer) -> float | None:
    """The figure of this run that stands for the same thing."""
    photo = _find(report, "speed", "portrait, standard", "photo")
    if one.what in ("p95", "p99") and photo is not None:
        return percentile(photo.samples, float(one.what[1:]))
    if one.what.startswith("photos a minute"):
        figures = _whats(report, "batch", "photo")
        wanted = [f for f in figures if ("8 processes" in f.case) == ("8 workers" in one.what)]
        return 60 / min(f.value for f in wanted) if wanted else None
    where: dict[str, tuple[Area, str, str]] = {
        "photo": ("speed", "portrait, standard", "photo"),
        "4 variations": ("speed", "portrait, 4 variations", "photo"),
        "peak RAM": ("memory", "portrait", "peak RAM"),
        "peak VRAM": ("memory", "portrait", "peak VRAM"),
        "LCM, 4 steps": ("speed", "portrait, sdxl, LCM, 4 steps", "photo"),
    }
    if one.what == "success":
        whole = [f for f in report.of("success") if ":" not in f.case and f.what == "verified"]
        return whole[0].value if whole else None
    if one.what in ("LPIPS", "FID"):
        measured = [f for f in report.of("quality") if f.what == one.what]
        return measured[0].value if measured else None
    mode = one.what.removeprefix("mode ")
    area, case, what = where.get(
        one.what,
        ("speed", f"portrait, {mode}", "photo")
        if one.what.startswith("mode ")
        else ("speed", "portrait, standard", f"stage/{one.what}"),
    )
    found = _find(report, area, case, what)
    return None if found is None else found.value


def _in_order(names: Sequence[str]) -> list[str]:
    """A branch right after its stem, stems as they run."""
    stems = [*STAGES, *(name.split("/")[0] for name in names)]
    return sorted(dict.fromkeys(names), key=lambda name: (stems.index(name.split("/")[0]), "/" in name))


def _indented(name: str) -> str:
    stem, _, branch = name.partition("/")
    return f"└ {branch}" if branch else stem
