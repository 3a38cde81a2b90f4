"""What a benchmark found: figures with the samples behind them, what could not be measured, and where it ran."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from ..errors import UsageError
from ..wording import written

Area = Literal["speed", "cold", "batch", "memory", "success", "quality", "alarms"]
Better = Literal["low", "high", "one", "neither"]
Statistic = Literal["median", "mean", "share", "peak"]
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, and everything needed to compare it with the same figure of another run.

    Args:
        case: what it was measured on, such as "portrait, standard".
        what: such as "generate", "SSIM" or "peak".
        way: who did the work, where several did; "" for the product itself.
        unit: "s", "MiB", "dB", ... or "" for a plain number; shares are 0..1.
        better: "low" or "high"; "one" where 1 is right; "neither" where it only describes.
        statistic: what `value` is of the samples; a peak is their largest, and a share their mean.
        low, high: the 95 % interval of `value`; None where there is only one sample.
        samples: one a repetition, face or photo, in the order of `names` where those are given.
        floor: seconds of decoding and encoding the same file, measured right before each sample.
        names: what each sample is of.
    """

    area: Area
    case: str
    what: str
    value: float
    unit: str = ""
    better: Better = "low"
    statistic: Statistic = "median"
    way: str = ""
    low: float | None = None
    high: float | None = None
    samples: tuple[float, ...] = ()
    floor: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same figure in another run."""
        return self.area, self.case, self.what, self.way


@dataclass(frozen=True, slots=True)
class Absent:
    """A figure that could not be measured here: why, and the command that would mend it ("" where none does)."""

    area: Area
    what: str
    why: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Memory of one process over time.

    Args:
        seconds, ram_mib: one a sample.
        vram_mib: the same on the GPU; empty without one.
        marks: (second, name of the stage that begins there).
    """

    case: str
    seconds: tuple[float, ...]
    ram_mib: tuple[float, ...]
    vram_mib: tuple[float, ...]
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class BenchReport:
    """One run; `machine` and `plan` say on what and with which settings and seeds."""

    machine: dict[str, Any]
    plan: dict[str, Any]
    figures: tuple[Figure, ...] = ()
    absent: tuple[Absent, ...] = ()
    timelines: tuple[Timeline, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    def of(self, area: Area) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures if figure.area == area)

    def whats(self, area: Area, what: str) -> list[Figure]:
        """All figures of one area with this name (`what`), one a case."""
        return [figure for figure in self.of(area) if figure.what == what]

    def find(self, area: Area, case: str, what: str) -> Figure | None:
        """The first figure of this area, case and name; None where there is none."""
        return next((figure for figure in self.of(area) if (figure.case, figure.what) == (case, what)), None)

    def verified(self) -> Figure | None:
        """The figure for how many photos of closed eyes were opened and passed the check, all groups together."""
        return next((figure for figure in self.whats("success", "verified") if ":" not in figure.case), None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; samples with six digits."""
        document = asdict(self)
        for figure in document["figures"]:
            for name in ("value", "low", "high"):
                figure[name] = None if figure[name] is None else _short(figure[name])
            figure["samples"] = [_short(v) for v in figure["samples"]]
            figure["floor"] = [_short(v) for v in figure["floor"]]
        return {"schema": SCHEMA, **document}


def report_from_json(document: Any, name: str) -> BenchReport:
    """The report that `to_json` turned into JSON.

    Raises:
        UsageError: it is something else, or of another schema; `name`, where it came from, is in the message.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        came = f"schema {written(document.get('schema'))}" if isinstance(document, dict) else "no JSON object"
        raise UsageError(f"{name}: expected a report.json of `open-the-eyes bench`, schema {SCHEMA}; got {came}.")
    try:
        figures = tuple(_figure(one) for one in document["figures"])
        absent = tuple(Absent(**one) for one in document["absent"])
        timelines = tuple(_timeline(one) for one in document["timelines"])
        machine, plan = dict(document["machine"]), dict(document["plan"])
        notes = tuple(str(one) for one in document["notes"])
        return BenchReport(machine, plan, figures, absent, timelines, float(document["seconds"]), notes)
    except (LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"{name}: expected a whole report.json of `open-the-eyes bench`, parts of it are missing or damaged. "
            "Run the benchmark again."
        ) from error


def _figure(values: dict[str, Any]) -> Figure:
    lists = {name: tuple(values[name]) for name in ("samples", "floor", "names")}
    figure = Figure(**{**values, **lists})
    numbers = (figure.value, *figure.samples, *figure.floor)
    if not all(isinstance(n, int | float) for n in numbers):
        raise ValueError(f"{figure.what}: a figure that is no number")
    return figure


def _timeline(values: dict[str, Any]) -> Timeline:
    marks = tuple((float(second), str(name)) for second, name in values["marks"])
    seconds, ram, vram = (tuple(float(v) for v in values[name]) for name in ("seconds", "ram_mib", "vram_mib"))
    return Timeline(str(values["case"]), seconds, ram, vram, marks)


def _short(value: float) -> float:
    return float(f"{value:.6g}")
