"""How fast: every mode, engine and restorer that is here, stage by stage, against the floor of the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from ..demo.blink import paint_blink
from ..engine import Engine
from ..errors import OpenTheEyesError
from ..options import MODES, PRECISIONS, Options
from ..portrait import portrait
from . import pictures
from .clock import Case, Timed, opened, timed
from .engines import because
from .figures import Absent, Figure
from .plan import Plan
from .statistics import figure_of

VARIATIONS: Final = 4
MEGAPIXELS_12: Final = (4000, 3000)


def portrait_photos(folder: Path, engine: Engine) -> tuple[Path, Path]:
    """The portrait with a blink painted on, and as it is, as files."""
    person = portrait()
    shut = paint_blink(person, pictures.face_of(person, engine.detector).landmarks)
    return pictures.written(shut, folder / "portrait.jpg"), pictures.written(person, folder / "portrait-open.jpg")


def portrait_cases(plan: Plan, photo: Path, reference: Path, engines: dict[str, Engine]) -> list[Case]:
    """The small portrait in every mode and by every engine that is here."""
    cases = []
    for name, engine in engines.items():
        if name == "reference":
            cases.append(Case("portrait, reference", photo, engine, plan.options, (reference,)))
            continue
        head = "portrait" if name == "appearance" else f"portrait, {name}"
        for mode in MODES:
            cases.append(Case(f"{head}, {mode}", photo, engine, Options.of(mode=mode, seed=plan.seed)))
        if name == "sdxl":
            cases += _sdxl_cases(head, photo, engine, plan.seed)
        several = Options.of(mode=plan.mode, seed=plan.seed, variations=VARIATIONS)
        cases.append(Case(f"{head}, {VARIATIONS} variations", photo, engine, several))
    return cases


def _sdxl_cases(head: str, photo: Path, engine: Engine, seed: int) -> list[Case]:
    chosen = [precision for precision in PRECISIONS if precision != "auto"]
    cases = [Case(f"{head}, {one}", photo, engine, Options.of(seed=seed, precision=one)) for one in chosen]
    return [*cases, Case(f"{head}, LCM, 4 steps", photo, engine, Options.of(seed=seed, lcm=True))]


def restorer_cases(plan: Plan, photo: Path, engine: Engine) -> tuple[list[Case], list[Absent]]:
    """The portrait with every restorer whose weights are here."""
    cases, absent = [], []
    for name in engine.restorers:
        try:
            engine.restorer(name)
        except OpenTheEyesError as error:
            absent.append(because(error, "speed", f"restorer {name}"))
        else:
            asked: dict[str, Any] = {"mode": plan.mode, "seed": plan.seed, "restorer": name}
            cases.append(Case(f"portrait, {name}", photo, engine, Options.of(**asked)))
    return cases, absent


def large_cases(plan: Plan, folder: Path, engine: Engine) -> list[Case]:
    """A photo as a camera takes it, and a group of fourteen."""
    large = pictures.written(pictures.blinking_portrait(MEGAPIXELS_12, engine.detector), folder / "large.jpg")
    group = pictures.written(pictures.group(engine.detector), folder / "group.jpg")
    return [
        Case("12 megapixels, one face", large, engine, plan.options),
        Case("6 megapixels, fourteen faces", group, engine, plan.options),
    ]


def speed_figures(
    cases: Sequence[Case], turns: int, tell: Callable[[float], None] = lambda _: None
) -> tuple[list[Figure], list[Absent]]:
    """Times all cases; one that fails becomes a row that says so, and the others go on."""
    figures: list[Figure] = []
    absent: list[Absent] = []
    usable = []
    for case in cases:
        try:
            opened(case)
        except OpenTheEyesError as error:
            absent.append(because(error, "speed", case.name))
        else:
            usable.append(case)
    for one in timed(usable, turns, tell):
        figures += figures_of(one)
    return figures, absent


def figures_of(timing: Timed) -> Iterable[Figure]:
    """The figures of one case: seconds in all, of each stage, and last of the floor."""
    yield figure_of("speed", timing.case.name, "photo", timing.seconds, unit="s", floor=timing.floor)
    yield figure_of("speed", timing.case.name, "processor", timing.processor, unit="s")
    for stage, seconds in timing.stages.items():
        yield figure_of("speed", timing.case.name, f"stage/{stage}", seconds, unit="s", floor=timing.floor)
    yield figure_of("speed", timing.case.name, "floor", timing.floor, unit="s", better="neither")
