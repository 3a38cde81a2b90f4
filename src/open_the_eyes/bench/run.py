"""The benchmark from its plan to its report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..engine import Engine, engine_name, load_engine
from ..errors import OpenTheEyesError, PhotoError
from ..files import read
from ..imaging.arrays import Rgb
from ..settings import Settings
from ..system.parallel import core_count
from ..wording import counted
from . import batch, closed, fresh, pictures, speed, truth
from .album import Shot
from .contenders import Contender, LeftShut, Product, Telea
from .engines import because, engines_here
from .figures import Absent, BenchReport, Figure, Timeline
from .folders import groups_told, photos_in
from .machine import machine
from .networks import Networks
from .plan import Plan
from .rivals import make_room, rivals_here

Progress = Callable[[str, float], None]
NAMED: Final = 8
"""Most photos left out that are named."""
BATCH_PHOTOS: Final = {True: 4, False: 12}
PROMISED_8K_MIB: Final = 1.5 * 1024
SIZE_8K: Final = (7680, 4320)


@dataclass(slots=True)
class Found:
    """What a run found: the report, and pictures for its pages, which no JSON holds."""

    report: BenchReport
    albums: dict[str, list[Shot]] = field(default_factory=dict)

    def add(
        self, figures: Iterable[Figure] = (), absent: Iterable[Absent] = (), timelines: Iterable[Timeline] = ()
    ) -> None:
        self.report = replace(
            self.report,
            figures=(*self.report.figures, *figures),
            absent=(*self.report.absent, *absent),
            timelines=(*self.report.timelines, *timelines),
        )


def run(plan: Plan, settings: Settings | None = None, tell: Progress = lambda *_: None) -> Found:
    """Measures what the plan asks for.

    Raises:
        UsageError: a folder that is none, or holds no photos; an engine that does not exist.
        UnreadablePhoto: a folder that may not be looked into.
        OpenTheEyesError: the engine that was asked for cannot run here.
    """
    settings = Settings.from_environment() if settings is None else settings
    began = time.perf_counter()
    for folder in (plan.closed, plan.open):
        if folder is not None:
            photos_in(folder)
    engine = load_engine(engine_name(plan.engine), settings)
    found = Found(BenchReport(machine(settings.device), {**plan.to_json(), "engine": engine.name}))
    with tempfile.TemporaryDirectory(prefix="open-the-eyes-bench-") as temporary:
        work = Path(temporary)
        if "speed" in plan.parts:
            _speed(plan, settings, work, found, _part(tell, 0.0, 0.55))
        if "memory" in plan.parts:
            _memory(plan, engine, work, found, _part(tell, 0.55, 0.65))
        if "quality" in plan.parts:
            _quality(plan, engine, found, _part(tell, 0.65, 1.0))
    found.report = replace(found.report, seconds=time.perf_counter() - began)
    return found


def _speed(plan: Plan, settings: Settings, work: Path, found: Found, tell: Progress) -> None:
    engines, absent = engines_here(settings)
    usual = engines["appearance"]
    photo, reference = speed.portrait_photos(work, usual)
    cases = speed.portrait_cases(plan, photo, reference, engines)
    restorers, without = speed.restorer_cases(plan, photo, usual)
    figures, failed = speed.speed_figures(
        [*cases, *restorers], plan.warm_turns, lambda done: tell("small portrait, warm", 0.5 * done)
    )
    found.add(figures, [*absent, *without, *failed])
    if not plan.quick:
        large = speed.large_cases(plan, work, usual)
        figures, failed = speed.speed_figures(
            large, plan.slow_turns, lambda done: tell("large photos, warm", 0.5 + 0.25 * done)
        )
        found.add(figures, failed)
    photos = batch.copies(photo, BATCH_PHOTOS[plan.quick])
    counts = batch.worker_counts(core_count())
    part = _part(tell, 0.75, 1.0)
    found.add(
        batch.batch_figures(photos, plan.options, counts, plan.slow_turns, lambda done: part("several photos", done))
    )


def _memory(plan: Plan, engine: Engine, work: Path, found: Found, tell: Progress) -> None:
    photo, _ = speed.portrait_photos(work, engine)
    cases: dict[str, tuple[fresh.Probe, float | None]] = {}
    try:
        probes = []
        for number in range(plan.fresh_processes):
            tell("fresh processes", number / plan.fresh_processes)
            probes.append(_probe(photo, engine, {"mode": plan.mode, "seed": plan.seed}))
        found.add(fresh.cold_figures(probes))
        cases["portrait"] = probes[0], None
    except OpenTheEyesError as error:
        found.add(absent=[because(error, "cold", "portrait"), because(error, "memory", "portrait")])
    if not plan.quick:
        tell("8K photo, fresh process", 0.8)
        huge = pictures.written(pictures.blinking_portrait(SIZE_8K, engine.detector), work / "huge.jpg")
        try:
            cases["8K photo"] = _probe(huge, engine), PROMISED_8K_MIB
        except OpenTheEyesError as error:
            found.add(absent=[because(error, "memory", "8K photo")])
    for case, (probe, promised) in cases.items():
        timeline = probe.timeline(case)
        figures, absent = fresh.memory_figures(case, timeline, fresh.budgets_of(promised), probe.answer["vram"])
        found.add(figures, absent, [timeline] if timeline.seconds else [])


def _probe(photo: Path, engine: Engine, options: dict[str, Any] | None = None) -> fresh.Probe:
    """A fresh process, which has the GPU to itself."""
    make_room(engine.settings)
    return fresh.probe(photo, engine.name, options)


def _quality(plan: Plan, engine: Engine, found: Found, tell: Progress) -> None:
    networks = Networks(engine.settings)
    found.add(absent=networks.absent)
    if networks.formulas:
        _hidden_eyes(plan, engine, networks, found, _part(tell, 0.0, 0.5 if plan.closed else 1.0))
    if plan.closed is not None:
        _closed_eyes(plan, plan.closed, engine, networks, found, _part(tell, 0.5, 1.0))


def _hidden_eyes(plan: Plan, engine: Engine, networks: Networks, found: Found, tell: Progress) -> None:
    """Portraits of the folder, or the built-in one in several looks."""
    restorers, rivals, absent = rivals_here(engine, plan.liveportrait)
    ours = [engine] if engine.name == "appearance" else [engine, load_engine("appearance", engine.settings)]
    contenders: list[Contender] = [*(Product(one, plan.options) for one in ours), LeftShut(), Telea(), *restorers]
    looks = list(pictures.portraits())[: plan.sample] if plan.open is None else []
    paths = [] if plan.open is None else photos_in(plan.open, plan.sample)
    case = f"{len(looks)} looks of one portrait" if plan.open is None else plan.open.name
    count = len(looks) + len(paths)

    def turn(number: int, whose: Sequence[Contender]) -> truth.Findings:
        photos = iter(looks) if plan.open is None else _read(paths, engine, found)
        part = _part(tell, number / (1 + len(rivals)), (number + 1) / (1 + len(rivals)))
        return truth.measured(photos, whose, engine, networks, lambda n: part("hidden eyes", n / count))

    findings = turn(0, contenders)
    for number, rival in enumerate(rivals, 1):
        make_room(engine.settings)
        try:
            findings.add(turn(number, [rival]))
        finally:
            rival.close()
            make_room(engine.settings)
    if findings.left_out:
        what = f"{len(findings.left_out)} of {counted(count, 'photo')} of {case}"
        why = f"no face with two open eyes that may be edited: {', '.join(findings.left_out[:NAMED])}"
        absent.append(Absent("quality", what, why if len(findings.left_out) <= NAMED else f"{why}, ..."))
    found.add(truth.figures_of(findings, case, networks), [*absent, *findings.failed])
    found.albums[case] = findings.shots


def _closed_eyes(plan: Plan, folder: Path, engine: Engine, networks: Networks, found: Found, tell: Progress) -> None:
    paths, groups = photos_in(folder, plan.sample), groups_told(folder)
    rows, failed = closed.rows_of(
        paths, groups, engine, plan.options, networks, lambda n: tell("closed eyes", n / len(paths))
    )
    found.add(closed.figures_of(rows, folder.name), failed)
    found.albums[folder.name] = [row.shot for row in rows if row.shot is not None]


def _read(paths: list[Path], engine: Engine, found: Found) -> Iterator[tuple[str, Rgb]]:
    for path in paths:
        try:
            yield path.name, read(path, engine.settings).pixels
        except PhotoError as error:
            row = because(error, "quality", path.name)
            if row not in found.report.absent:  # rivals get the same photos in turns of their own
                found.add(absent=[row])


def _part(tell: Progress, first: float, last: float) -> Progress:
    return lambda stage, done: tell(stage, first + (last - first) * min(max(done, 0.0), 1.0))
