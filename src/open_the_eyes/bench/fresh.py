"""What a fresh process costs: its seconds, its memory over time, and which part of the program holds how much."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ..errors import OpenTheEyesError
from .clock import floor_of
from .figures import Absent, Figure, Timeline
from .statistics import figure_of

COMPONENTS: Final = {
    "load libraries": "Python and libraries",
    "read": "the photo",
    "detect": "detector",
    "match": "whose eyes are whose",
    "crop": "crops",
    "generate": "generator",
    "blend": "blending",
    "restore": "restorer",
    "verify": "verification",
    "compose": "the results",
    "save": "writing",
}
"""What memory grows for, by the stage in which it does."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What one fresh process reported.

    Args:
        answer: its line of JSON, as `bench.probe` writes it.
        floor: seconds of decoding and encoding the photo, right before.
    """

    answer: dict[str, Any]
    floor: float

    def timeline(self, case: str) -> Timeline:
        """The process's memory over time, with the stages that began."""
        rows = np.asarray(self.answer["samples"], np.float64).reshape(-1, 3)
        vram = tuple(rows[:, 2].tolist()) if rows[:, 2].any() else ()
        marks = tuple((float(second), str(name)) for second, name in self.answer["marks"])
        return Timeline(case, tuple(rows[:, 0].tolist()), tuple(rows[:, 1].tolist()), vram, marks)


def probe(photo: Path, engine: str, options: dict[str, Any] | None = None) -> Probe:
    """Opens a photo twice in a new process.

    Raises:
        OpenTheEyesError: the process failed; its last line is in the message.
    """
    floor = floor_of(photo)
    began = time.time()
    command = [sys.executable, "-m", "open_the_eyes.bench.probe", str(photo), engine, json.dumps(options or {})]
    done = subprocess.run([*command, repr(began)], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise OpenTheEyesError(f"bench: expected a fresh process to open {photo.name}, it ended with: {last:.200}")
    return Probe(json.loads(done.stdout.splitlines()[-1]), floor)


def cold_figures(probes: Sequence[Probe]) -> list[Figure]:
    """Seconds of a fresh process: until the libraries are there, of the first photo and of the second."""
    floor = [probed.floor for probed in probes]
    wanted = {"start and libraries": "import", "first photo": "first", "second photo": "second"}
    rows = {what: [float(probed.answer[name]) for probed in probes] for what, name in wanted.items()}
    figures = [figure_of("cold", "portrait", what, seconds, unit="s", floor=floor) for what, seconds in rows.items()]
    together = [float(probed.answer["import"]) + float(probed.answer["first"]) for probed in probes]
    figures.insert(0, figure_of("cold", "portrait", "one photo, from the start", together, unit="s", floor=floor))
    stages = probes[0].answer["first stages"]
    for name in stages:
        seconds = [float(probed.answer["first stages"].get(name, 0.0)) for probed in probes]
        figures.append(figure_of("cold", "portrait", f"first photo/{name}", seconds, unit="s", floor=floor))
    return figures


def memory_figures(
    case: str, timeline: Timeline, budgets: Mapping[str, float], vram: Mapping[str, float] = MappingProxyType({})
) -> tuple[list[Figure], list[Absent]]:
    """The peak, what each component adds, and the peak as a share of each budget (MiB); `vram` is by stage."""
    if not timeline.seconds:
        why = "this system does not tell a process its memory"
        return [], [Absent("memory", f"{case}: memory", why, "python -m pip install psutil")]
    peak = max(timeline.ram_mib)
    figures = [figure_of("memory", case, "peak RAM", [peak], unit="MiB", statistic="peak")]
    for name, budget in budgets.items():
        figures.append(figure_of("memory", case, f"peak RAM : {name}", [peak / budget], statistic="peak"))
    for component, grown in components(timeline):
        figures.append(
            figure_of("memory", case, f"component/{component}", [grown], unit="MiB", better="neither", statistic="peak")
        )
    if timeline.vram_mib:
        figures.append(figure_of("memory", case, "peak VRAM", [max(timeline.vram_mib)], unit="MiB", statistic="peak"))
        for stage, mib in vram.items():
            figures.append(figure_of("memory", case, f"peak VRAM, {stage}", [mib], unit="MiB", statistic="peak"))
        return figures, []
    return figures, [Absent("memory", f"{case}: VRAM", "no GPU that torch sees")]


def components(timeline: Timeline) -> list[tuple[str, float]]:
    """(name, MiB) of what each stage's growth in the first photo leaves behind: the models and buffers that it
    keeps."""
    seconds, held = np.asarray(timeline.seconds), np.asarray(timeline.ram_mib)
    grown: dict[str, float] = {}
    before = 0.0
    ends = [*(second for second, _ in timeline.marks[1:]), timeline.seconds[-1]]
    for (_, name), end in zip(timeline.marks, ends, strict=True):
        if name == "rest":
            break
        inside = held[seconds <= end]
        after = float(inside[-1]) if len(inside) else before
        component = COMPONENTS.get(name.split("/")[0], name)
        grown[component] = grown.get(component, 0.0) + after - before
        before = after
    return [(component, max(mib, 0.0)) for component, mib in grown.items() if mib >= 0.5]


def budgets_of(promised_mib: float | None = None) -> dict[str, float]:
    """What peaks are held against, MiB: our own promise, where there is one."""
    return {} if promised_mib is None else {f"promised {promised_mib / 1024:g} GiB": promised_mib}
