"""Warm seconds: cases taken in turn, each right after the floor that it is held against."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from ..engine import Engine
from ..options import Options
from ..pipeline import open_eyes

FLOOR_SECONDS: Final = 0.05
"""How long a floor of milliseconds is measured, again and again, or it would waver more than what it carries."""


@dataclass(frozen=True, slots=True)
class Case:
    """One photo opened in one way; `references` are photos of the same person with open eyes."""

    name: str
    photo: Path
    engine: Engine
    options: Options = field(default_factory=Options)
    references: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a case took, seconds, one entry a turn.

    Args:
        seconds: in all, saving included.
        processor: of all processors together.
        stages: by the name of each stage.
        floor: decoding and encoding the same file, right before.
    """

    case: Case
    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    stages: dict[str, tuple[float, ...]]
    floor: tuple[float, ...]


def timed(cases: Sequence[Case], turns: int, tell: Callable[[float], None] = lambda _: None) -> list[Timed]:
    """Opens every case `turns` times, in turn, so that whatever else the machine does falls on all of them alike.

    Models should be loaded by now: open each case once before. `tell` hears the share that is done, 0..1.
    """
    rows: list[list[tuple[float, float, float, dict[str, float]]]] = [[] for _ in cases]
    for turn in range(turns):
        for number, case in enumerate(cases):
            tell((turn + number / len(cases)) / turns)
            rows[number].append((floor_of(case.photo), *opened(case)))
    found = []
    for case, row in zip(cases, rows, strict=True):
        floor, seconds, processor, stages = zip(*row, strict=True)
        names = dict.fromkeys(name for times in stages for name in times)
        parts = {name: tuple(times.get(name, 0.0) for times in stages) for name in names}
        found.append(Timed(case, seconds, processor, parts, floor))
    return found


def floor_of(photo: Path) -> float:
    """Seconds of decoding and encoding a photo once, the mean of as many times as fit into FLOOR_SECONDS."""
    began, times = time.perf_counter(), 0
    while times == 0 or time.perf_counter() - began < FLOOR_SECONDS:
        decode_encode(photo)
        times += 1
    return (time.perf_counter() - began) / times


def decode_encode(photo: Path) -> bytes:
    """What any editor has to do with a file: the pixels out, and in again with the file's own settings."""
    from PIL import Image

    out = BytesIO()
    with Image.open(photo) as picture:
        picture.load()
        keep = {"quality": "keep", "subsampling": "keep"} if picture.format == "JPEG" else {}
        picture.save(out, picture.format, **keep)
    return out.getvalue()


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def opened(case: Case) -> tuple[float, float, dict[str, float]]:
    """Opens a case and saves the result: seconds of the clock, of all processors together, and of each stage by
    name."""
    target = case.photo.with_name(f"{case.photo.stem}.result{case.photo.suffix}")
    began, worked = time.perf_counter(), time.process_time()
    result = open_eyes(case.photo, case.options, engine=case.engine, references=case.references)
    report = result.save(target, overwrite=True)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    return took, worked, {stage.name: stage.seconds for stage in report.stages}
