"""`python -m benchmarks.cpu_speed`: how fast, how small in memory and how repeatable the product is on two cores.

Everything is built from the public-domain portrait with painted blinks. Ratios compare medians of the same run; on a
busy machine the seconds swell and the ratios hardly move.
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
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from rich.console import Console
from rich.table import Table

from open_the_eyes.bench.clock import Case, decode_encode, opened
from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.report import Report

from . import pictures

COMMAND: Final = (sys.executable, "-m", "open_the_eyes")
LAUNCHER: Final = (
    "import json, os, subprocess, sys, time; began = time.perf_counter();"
    "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL);"
    "_, status, used = os.wait4(child.pid, 0);"
    "print(json.dumps([time.perf_counter() - began, used.ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10),"
    " os.waitstatus_to_exitcode(status)]))"
)
"""Starts the command from a process that is small itself: a child's peak memory counts its parent's at the fork."""
PLAIN: Final = (
    "import io, sys; from PIL import Image; picture = Image.open(sys.argv[1]); picture.load();"
    "picture.save(io.BytesIO(), 'JPEG', quality='keep', subsampling='keep')"
)
"""What `decode_encode` does, in a process of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One promise: what was measured, in `unit`, and at most how much was wanted; `note` gives the parts."""

    what: str
    figure: float
    wanted: float
    unit: str
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.figure <= self.wanted


@dataclass(frozen=True, slots=True)
class Codec:
    """Medians of decoding and encoding a file: seconds of the clock and of the processor."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Timed:
    """Medians over repeats: seconds in all, of the clock and of the processor, seconds a stage; and a report."""

    seconds: float
    cpu_seconds: float
    stages: dict[str, float]
    report: Report


def portrait_line(folder: Path, engine: Engine, repeats: int) -> tuple[Line, Timed]:
    """A 12-megapixel portrait in a warm process, against decoding and encoding the same file."""
    photo = pictures.written(pictures.blinking_portrait((4000, 3000), engine.detector), folder / "portrait.jpg")
    timed, codec = _timed_beside_codec(photo, engine, repeats)
    note = f"{_against(timed, codec)}, a file of {photo.stat().st_size / 1e6:.1f} MB; {_said(timed)}"
    figure = timed.seconds / codec.seconds
    return Line("12-megapixel portrait, warm: times decode + encode", figure, 3.0, "x", note), timed


def progressive_line(folder: Path, engine: Engine, repeats: int) -> tuple[Line, Timed]:
    """The portrait as a progressive JPEG, of which every scan has to be read and written."""
    photo = folder / "progressive.jpg"
    with Image.open(folder / "portrait.jpg") as picture:
        picture.save(photo, "JPEG", quality="keep", progressive=True)
    timed = _timed(photo, engine, min(repeats, 3))
    note = f"{photo.stat().st_size / 1e6:.1f} MB, {timed.report.outputs[0].encoding}; {_said(timed)}"
    return Line("12-megapixel progressive JPEG, warm", timed.seconds, 6.0, "s", note), timed


def large_line(folder: Path, engine: Engine, repeats: int) -> tuple[Line, Timed]:
    """A 45-megapixel JPEG with one face, against decoding and encoding the same file."""
    photo = pictures.written(pictures.blinking_portrait((8192, 5464), engine.detector), folder / "large.jpg")
    timed, codec = _timed_beside_codec(photo, engine, repeats)
    _, whole_mebibytes = command("open", str(photo), "-o", str(folder / "large.opened.jpg"))
    _, codec_mebibytes = _launched(sys.executable, "-c", PLAIN, str(photo))
    note = (
        f"{_against(timed, codec)}, "
        f"peak {whole_mebibytes:.0f} MiB against {codec_mebibytes:.0f} MiB, "
        f"{timed.report.outputs[0].encoding}; {_said(timed)}"
    )
    figure = timed.seconds / codec.seconds
    return Line("45-megapixel JPEG, one face, warm: times decode + encode", figure, 1.0, "x", note), timed


def group_line(folder: Path, engine: Engine, repeats: int) -> tuple[Line, Timed]:
    """Fourteen faces, half of them blinking."""
    photo = pictures.written(pictures.group(engine.detector), folder / "group.jpg")
    timed = _timed(photo, engine, repeats)
    note = f"{_said(timed)}; CPU {timed.cpu_seconds:.2f} s"
    return Line("group of fourteen, warm", timed.seconds, 2.5, "s", note), timed


def cold_lines(folder: Path, engine: Engine, repeats: int) -> Iterator[Line]:
    """The command as a person starts it from the second time on, and whether it writes the same bytes each time."""
    photo = pictures.written(pictures.blinking_portrait((1152, 864), engine.detector), folder / "small.jpg")
    command("open", str(photo), "-o", str(folder / "first.jpg"))
    runs, bytes_written = [], set()
    for number in range(max(repeats, 2)):
        out = folder / f"small.{number}.jpg"
        runs.append(command("open", str(photo), "-o", str(out)))
        bytes_written.add(out.read_bytes())
    yield Line("cold command, 1 megapixel", statistics.median(s for s, _ in runs), 3.0, "s", f"{runs[0][1]:.0f} MiB")
    help_runs = [command("--help")[0] for _ in range(repeats)]
    yield Line("open-the-eyes --help", statistics.median(help_runs), 0.5, "s")
    yield Line("different files from one seed", len(bytes_written) - 1, 0, "", f"{len(runs)} runs")


def memory_line(folder: Path, engine: Engine) -> Line:
    """Peak memory of the command on an 8K photo."""
    photo = pictures.written(pictures.blinking_portrait((7680, 4320), engine.detector), folder / "huge.jpg")
    seconds, mebibytes = command("open", str(photo), "-o", str(folder / "huge.opened.jpg"))
    return Line("8K photo, fresh process: peak memory", mebibytes / 1024, 1.5, "GiB", f"{seconds:.1f} s")


def close_up_line(folder: Path, engine: Engine) -> Line:
    """Peak memory where it is highest: a face that fills a huge photo, four variations as in the page's preview."""
    photo = pictures.written(pictures.close_up((12_000, 8000), engine.detector), folder / "close-up.jpg")
    asked = ("--variations", "4", "--mode", "fast", "--all")
    seconds, mebibytes = command("open", str(photo), "-o", f"{folder / 'close-ups'}/", *asked)
    what = "96-megapixel close-up, four variations, fresh process: peak memory"
    return Line(what, mebibytes / 1024, 3.0, "GiB", f"{seconds:.1f} s")


def _timed(photo: Path, engine: Engine, repeats: int, between: Callable[[], None] = lambda: None) -> Timed:
    """Opens and saves a photo again and again, the first time unmeasured; `between` runs before each."""
    report = open_eyes(photo, engine=engine).save(photo.with_suffix(".out.jpg"), overwrite=True)
    case, totals = Case(photo.stem, photo, engine), []
    stages: dict[str, list[float]] = {}
    for _ in range(repeats):
        between()
        took, worked, parts = opened(case)
        totals.append((took, worked))
        for name, seconds in parts.items():
            stages.setdefault(name, []).append(seconds)
    medians = {name: statistics.median(seconds) for name, seconds in stages.items()}
    wall, cpu = (statistics.median(times) for times in zip(*totals, strict=True))
    return Timed(wall, cpu, medians, report)


def _timed_beside_codec(photo: Path, engine: Engine, repeats: int) -> tuple[Timed, Codec]:
    """The product and plain decoding and encoding of the same file, in turn."""
    took: list[tuple[float, float]] = []

    def codec() -> None:
        began, worked = time.perf_counter(), time.process_time()
        decode_encode(photo)
        took.append((time.perf_counter() - began, time.process_time() - worked))

    timed = _timed(photo, engine, repeats, between=codec)
    return timed, Codec(*(statistics.median(times) for times in zip(*took, strict=True)))


def _against(timed: Timed, codec: Codec) -> str:
    times = timed.cpu_seconds / codec.cpu_seconds
    processor = f"CPU {timed.cpu_seconds:.2f} s against {codec.cpu_seconds:.2f} s ({times:.1f} x)"
    return f"{timed.seconds:.2f} s against {codec.seconds:.2f} s, {processor}"


def command(*arguments: str) -> tuple[float, float]:
    """Wall seconds and peak MiB of one fresh process of the command line."""
    return _launched(*COMMAND, *arguments)


def _launched(*arguments: str) -> tuple[float, float]:
    launched = subprocess.run([sys.executable, "-c", LAUNCHER, *arguments], capture_output=True, text=True)
    if launched.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: could not be started: {launched.stderr.strip()}")
    seconds, mebibytes, code = json.loads(launched.stdout)
    if code != 0:
        raise SystemExit(f"{' '.join(arguments)}: expected exit code 0, got {code}: {launched.stderr.strip()}")
    return seconds, mebibytes


def _said(timed: Timed) -> str:
    faces = timed.report.faces
    return f"faces opened: {sum(f.outcome == 'opened' for f in faces)} of {len(faces)}"


def _with_bytecode(folder: Path) -> None:
    """Lets child processes keep compiled modules, as an installed package has them, wherever this one runs."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")


def _on_two_cores() -> str:
    """Keeps this process and its children on two cores where the system can, and says what it did."""
    count = os.cpu_count() or 1
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))[:2]
        os.sched_setaffinity(0, cores)
        return f"{len(cores)} of {count} cores"
    return f"{count} cores"


def measured(folder: Path, engine: Engine, repeats: int) -> tuple[list[Line], dict[str, Timed]]:
    """All lines, and the stages of those that have any."""
    cold = [*cold_lines(folder, engine, min(repeats, 3)), memory_line(folder, engine), close_up_line(folder, engine)]
    portrait, portrait_times = portrait_line(folder, engine, repeats)
    progressive, progressive_times = progressive_line(folder, engine, repeats)
    large, large_times = large_line(folder, engine, repeats)
    group, group_times = group_line(folder, engine, repeats)
    times = {"portrait": portrait_times, "progressive": progressive_times, "45 megapixels": large_times}
    times["group"] = group_times
    return [portrait, progressive, large, group, *cold], times


def tables(lines: list[Line], times: dict[str, Timed], title: str) -> Iterator[Table]:
    """For people."""
    table = Table("what", "figure", "wanted", "", "parts", title=title)
    for line in lines:
        unit = f" {line.unit}".rstrip()
        verdict = "[green]OK[/]" if line.kept else "[red]MISSED[/]"
        table.add_row(line.what, f"{line.figure:.2f}{unit}", f"≤ {line.wanted:g}{unit}", verdict, line.note)
    yield table
    stages = Table("seconds a stage, median", *times)
    for name in next(iter(times.values())).stages:
        stages.add_row(name, *(f"{t.stages.get(name, 0):.3f}" for t in times.values()))
    stages.add_row("in all", *(f"{t.seconds:.3f}" for t in times.values()))
    yield stages


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="of each warm measurement")
    parser.add_argument("--json", type=Path, help="the figures go here")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a figure is not what was wanted")
    given = parser.parse_args()
    cores = _on_two_cores()
    with tempfile.TemporaryDirectory() as folder:
        _with_bytecode(Path(folder))
        lines, times = measured(Path(folder), load_engine(), given.repeats)
    for table in tables(lines, times, f"Open The Eyes on {cores}"):
        Console(width=150).print(table)
    if given.json is not None:
        figures = [{**asdict(line), "kept": line.kept} for line in lines]
        stages = {name: timed.stages for name, timed in times.items()}
        given.json.write_text(json.dumps({"lines": figures, "stages": stages}, indent=1), encoding="utf-8")
    return 1 if given.strict and not all(line.kept for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
