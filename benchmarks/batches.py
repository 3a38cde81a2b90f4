"""`python -m benchmarks.batches speed|crash|memory`: what a batch of many photos costs, and what it survives.

Photos are small copies of the public-domain portrait with painted blinks, no two alike. Ratios compare runs that follow
each other; `speed` also says how busy the processors were, since on a busy machine two workers get less than two.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image
from rich.console import Console

from open_the_eyes.batch.sources import FOLDER
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import load_engine
from open_the_eyes.portrait import portrait

from .pictures import face_of

say: Final = Console(markup=False, highlight=False, soft_wrap=True).print
PROGRAM: Final = (sys.executable, "-m", "open_the_eyes")
PHOTO_PX: Final = 360
LONGEST_SECONDS: Final = 900
OPEN_EVERY: Final = 5
"""Every so many photos one has open eyes."""


@dataclass(frozen=True, slots=True)
class Run:
    """One batch: seconds of the clock, of its workers' photos, and the processor's seconds of all its processes."""

    seconds: float
    cpu_seconds: float
    summary: dict[str, Any]


def made(folder: Path, count: int) -> Path:
    """`count` photos, fifty in a folder."""
    original = portrait()
    blinked = paint_blink(original, face_of(original, load_engine("appearance").detector).landmarks)
    for number in range(count):
        random = np.random.default_rng(number)
        left, top, light = random.integers(0, 20), random.integers(0, 20), random.integers(-6, 7)
        whole = original if number % OPEN_EVERY == OPEN_EVERY - 1 else blinked
        small = cv2.resize(
            whole[top : 490 + top, left : 490 + left], (PHOTO_PX, PHOTO_PX), interpolation=cv2.INTER_AREA
        )
        path = folder / f"roll{number // 50:03}" / f"photo{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(small.astype(int) + light, 0, 255).astype(np.uint8)).save(path, quality=90)
    return folder


def speed(folder: Path, count: int) -> bool:
    """One worker, then two, then one again, over the same photos; and whether the results are the same files."""
    photos = made(folder / "in", count)
    runs = [(n, _run(photos, folder / f"out{k}", n)) for k, n in enumerate((1, 2, 1, 2))]
    for number, run in runs:
        alone = run.summary["this_run"]["photos"] / run.seconds
        say(
            f"{number} worker{'s' if number > 1 else ' '}: {run.seconds:6.1f} s, {alone:.2f} photos a second, "
            f"{run.cpu_seconds:.1f} s of the processors, {run.cpu_seconds / run.seconds:.2f} of them busy"
        )
    one, two = (statistics.median(run.seconds for n, run in runs if n == number) for number in (1, 2))
    same = all(_files(folder / "out0") == _files(folder / f"out{k}") for k in (1, 2, 3))
    say(f"two workers are {one / two:.2f} times as fast as one; results are {'identical' if same else 'NOT identical'}")
    return same


def crash(folder: Path, count: int) -> bool:
    """Kill -9 in the middle, then the same command again: who was done when, and whether all are right."""
    photos = made(folder / "in", count)
    _run(photos, folder / "reference", 2)
    out = folder / "out"
    process = _started(photos, out, 2)
    while len(_records(out)) < count * 2 // 5:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    before = [record["name"] for record in _records(out)]
    stamps = {path: path.stat().st_mtime_ns for path in _results(out)}
    rerun = _run(photos, out, 2)
    again = [record["name"] for record in _records(out)][len(before) :]
    kept = sum(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    right = _files(out) == _files(folder / "reference") and not set(before) & set(again)
    say(f"killed after {len(before)} of {count} photos; {len(again)} were done after it, none of them twice")
    say(f"{kept} of the {len(stamps)} files from before the kill were not touched (one a worker may have been in hand)")
    say(f"{rerun.summary['opened']} opened, {rerun.summary['unchanged']} unchanged, {rerun.summary['failed']} failed")
    say(f"results are {'identical to' if right else 'NOT identical to'} those of a batch that was not killed")
    return right


def memory(folder: Path, count: int) -> bool:
    """Memory of the parent and of the workers over a long batch, as a picture and as medians of its tenths.

    A batch that takes longer than LONGEST_SECONDS is stopped in order, and the photos that were done are looked at.
    """
    photos, out = made(folder / "in", count), folder / "out"
    process, began = _started(photos, out, 2), time.monotonic()
    parent: list[float] = []
    while process.poll() is None:
        if time.monotonic() - began > LONGEST_SECONDS:
            process.terminate()
            process.wait()
            break
        parent.append(_rss_mib(process.pid))
        time.sleep(0.5)
    process.communicate()
    workers = [record["rss_mib"] for record in _records(out)]
    tenths = [round(statistics.median(part)) for part in np.array_split(workers, 10)]
    parents = [round(statistics.median(part)) for part in np.array_split(parent[2:-2], 10)]
    say(f"{len(workers)} photos; memory in MiB, medians of tenths of the batch")
    say(f"a worker: {tenths}")
    say(f"parent:   {parents}")
    growth = tenths[-1] / tenths[1] - 1
    say(f"a worker in the last tenth has {100 * growth:+.1f} % of what it had in the second")
    _plot(workers, Path("out/batch-memory.png"))
    return bool(growth < 0.1)


def _plot(values: list[float], path: Path) -> None:
    """Memory over photos, drawn plainly."""
    wide, high, edge = 1000, 300, 40
    top = max(values) * 1.15
    canvas = np.full((high + 2 * edge, wide + 2 * edge, 3), 255, np.uint8)
    xs = edge + np.linspace(0, wide, len(values))
    ys = edge + high - np.array(values) / top * high
    for level in range(0, int(top) + 1, 100):
        y = round(edge + high - level / top * high)
        cv2.line(canvas, (edge, y), (edge + wide, y), (225, 225, 225), 1)
        cv2.putText(canvas, str(level), (2, y + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (90, 90, 90), 1, cv2.LINE_AA)
    for x, y in zip(xs, ys, strict=True):
        cv2.circle(canvas, (round(x), round(y)), 1, (150, 80, 20), -1, cv2.LINE_AA)
    title = f"MiB of the worker after each of {len(values)} photos"
    cv2.putText(canvas, title, (edge, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), canvas)
    say(f"drawn: {path}")


def _started(photos: Path, out: Path, workers: int) -> subprocess.Popen[str]:
    command = [*PROGRAM, "batch", str(photos), str(out), "--workers", str(workers), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _run(photos: Path, out: Path, workers: int) -> Run:
    before, began = os.times(), time.perf_counter()
    told, _ = _started(photos, out, workers).communicate()
    seconds, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, spent, json.loads(told))


def _records(out: Path) -> list[dict[str, Any]]:
    try:
        lines = (out / FOLDER / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def _results(out: Path) -> list[Path]:
    return [path for path in sorted(out.rglob("*.jpg")) if FOLDER not in path.parts]


def _files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in _results(out)}


def _rss_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    if keep is not None:
        Path(keep).mkdir(parents=True, exist_ok=True)
        yield Path(keep)
        return
    with tempfile.TemporaryDirectory(prefix="open-the-eyes-") as folder:
        yield Path(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    shows = {"speed": (speed, 200), "crash": (crash, 300), "memory": (memory, 2000)}
    parser.add_argument("show", choices=shows)
    parser.add_argument("--photos", type=int, help="how many; 200, 300 and 2000 unless told")
    parser.add_argument("--folder", help="keep the photos and results there")
    given = parser.parse_args()
    show, count = shows[given.show]
    with _folder(given.folder) as folder:
        return 0 if show(folder, given.photos or count) else 1


if __name__ == "__main__":
    sys.exit(main())
