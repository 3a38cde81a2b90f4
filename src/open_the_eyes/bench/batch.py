"""Several photos one after another, and over several processes: seconds a photo."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Final

from ..engine import Engine, load_engine
from ..options import Options
from ..pipeline import open_eyes
from ..wording import counted
from .clock import decode_encode, seconds_of
from .figures import Figure
from .statistics import figure_of

MAX_WORKERS: Final = 8
"""Most processes that are tried."""

_engine: Engine | None = None
"""Engine of this worker; its models stay loaded."""


def batch_figures(
    photos: Sequence[Path],
    options: Options,
    workers: Sequence[int],
    turns: int,
    tell: Callable[[float], None] = lambda _: None,
) -> list[Figure]:
    """Seconds a photo for each number of processes, after every process has opened one photo unmeasured."""
    figures = []
    for number, count in enumerate(workers):
        # spawned: a process forked from one that has painted may wait for its threads for ever
        context = multiprocessing.get_context("spawn")
        ready = (photos[0], options)
        with ProcessPoolExecutor(count, mp_context=context, initializer=_open, initargs=ready) as pool:
            _all(pool, [photos[0]] * count, options)  # all of them are started by now, and warm
            seconds, floors = [], []
            for turn in range(turns):
                tell((number + turn / turns) / len(workers))
                floors.append(seconds_of(partial(_floor, photos)) / len(photos))
                seconds.append(seconds_of(partial(_all, pool, photos, options)) / len(photos))
        case = f"{counted(len(photos), 'photo')}, {counted(count, 'process', 'processes')}"
        figures.append(figure_of("batch", case, "photo", seconds, unit="s", floor=floors))
    return figures


def copies(photo: Path, count: int) -> list[Path]:
    """The photo under several names."""
    made = [photo.with_name(f"{photo.stem}.{number}{photo.suffix}") for number in range(count)]
    for path in made:
        shutil.copyfile(photo, path)
    return made


def _all(pool: ProcessPoolExecutor, photos: Sequence[Path], options: Options) -> None:
    list(pool.map(_open, photos, repeat(options)))


def _floor(photos: Sequence[Path]) -> None:
    for photo in photos:
        decode_encode(photo)


def _open(photo: Path, options: Options) -> None:
    global _engine
    _engine = load_engine("appearance") if _engine is None else _engine
    target = photo.with_name(f"{photo.stem}.{multiprocessing.current_process().name}.result{photo.suffix}")
    open_eyes(photo, options, engine=_engine).save(target, overwrite=True)


def worker_counts(cores: int) -> tuple[int, ...]:
    """1, 2, 4, ... up to the machine's cores."""
    return tuple(count for count in (1, 2, 4, MAX_WORKERS) if count <= max(cores, 1))
