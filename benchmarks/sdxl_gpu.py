"""`python -m benchmarks.sdxl_gpu`: how fast SDXL paints on a GPU, and what it holds there, against stock diffusers.

Networks are built in full size with random weights, so nothing is downloaded; time and memory are those of the real
ones. It takes about 12 GB on the disk, and minutes. `--dry` runs the same code on a CPU with tiny networks in about a
minute: whatever it prints then says only that the code runs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from open_the_eyes.engine import load_engine
from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.models.sdxl.schedule import Schedule
from open_the_eyes.pipeline import open_eyes

from . import pictures
from .sdxl_runs import DRY, FULL, Plan, Rig, engine_without_gpu, seconds
from .sdxl_stock import Stock

WANTED: Final = {
    "standard x1": 1.75,
    "standard x4": 4.5,
    "lcm x1": 0.25,
    "times stock": 1.8,
    "peak bf16": 9.0,
    "peak int8": 6.0,
    "processor": 0.15,
}
"""On an H100 or H200 at 1024 x 1024: seconds, GiB, and times as fast as stock diffusers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure in its unit; `wanted` is at most, or at least for "x"; None is none."""

    what: str
    figure: float | None
    unit: str
    wanted: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        if self.figure is None or self.wanted is None:
            return None
        return self.figure >= self.wanted if self.unit == "x" else self.figure <= self.wanted

    def cells(self, *, judged: bool = True) -> tuple[str, ...]:
        figure = "-" if self.figure is None else f"{self.figure:.3f} {self.unit}"
        sign = ">=" if self.unit == "x" else "<="
        wanted = "" if self.wanted is None else f"{sign} {self.wanted:g} {self.unit}"
        verdict = {True: "kept", False: "MISSED", None: ""}[self.kept] if judged else ""
        return self.what, figure, wanted, verdict, self.note


def measured(rig: Rig) -> Iterator[Row]:
    """Every figure, as it is measured."""
    yield from _peaks(rig)
    yield from _modes(rig)
    yield from _precisions(rig)
    yield from _stock(rig)
    yield from _restorer(rig)
    yield from _processor(rig)
    yield from _moves(rig)


def _peaks(rig: Rig) -> Iterator[Row]:
    """Memory with the base and the VAE alone: nothing else was loaded before."""
    for precision in ("bf16", "int8"):
        rig.residency.release_all()
        since = len(rig.residency.records)
        rig.paint(1, _without_refiner(rig.plan), precision)
        peak = max(record.peak_mib for record in rig.records(since)) / 1024
        yield Row(f"peak without the refiner, {precision}", peak, "GiB", WANTED[f"peak {precision}"])


def _modes(rig: Rig) -> Iterator[Row]:
    for name, schedule in rig.plan.schedules.items():
        steps = f"{schedule.base_steps} + {schedule.refiner_steps} steps"
        for batch in rig.plan.batches:
            took = seconds(partial(rig.paint, batch, schedule, "bf16"), rig.plan.repeats)
            yield Row(f"{name}, {batch} at once", took, "s", WANTED.get(f"{name} x{batch}"), steps)


def _precisions(rig: Rig) -> Iterator[Row]:
    standard = rig.plan.schedules["standard"]
    for precision in rig.plan.precisions:
        since = len(rig.residency.records)
        try:
            took = seconds(partial(rig.paint, 1, standard, precision), rig.plan.repeats)
        except OpenTheEyesError as error:
            yield Row(f"standard, {precision}", None, "s", note=str(error))
            continue
        peak = max(record.peak_mib for record in rig.records(since)) / 1024
        yield Row(f"standard, {precision}", took, "s", note=f"peak {peak:.2f} GiB, the refiner there too")


def _stock(rig: Rig) -> Iterator[Row]:
    ours = seconds(lambda: rig.paint(1, rig.plan.schedules["standard"], "bf16"), rig.plan.repeats)
    rig.residency.release_all()  # each has the whole GPU to itself
    for batch, took in _stock_times(rig).items():
        yield Row(f"stock diffusers, standard, {batch} at once", took, "s")
        if batch == 1:
            yield Row("as fast as stock diffusers", took / ours, "x", WANTED["times stock"], f"ours {ours:.3f} s")
    rig.residency.release_all()


def _stock_times(rig: Rig) -> dict[int, float]:
    stock, standard = Stock.load(rig.weights, rig.plan.device), rig.plan.schedules["standard"]
    return {
        batch: seconds(partial(stock.painted, rig.inputs(batch), standard), rig.plan.repeats)
        for batch in rig.plan.batches
    }


def _restorer(rig: Rig) -> Iterator[Row]:
    where = rig.restorer.network.device
    yield Row(
        "restorer of CodeFormer's size, one face", seconds(lambda: rig.restore(1), rig.plan.repeats), "s", None, where
    )


def _processor(rig: Rig) -> Iterator[Row]:
    """All that happens to a photo beside the GPU's part, with `SdxlGenerator` at work."""
    plain = load_engine("appearance", rig.settings)
    engine = engine_without_gpu(rig, plain)
    pixels = pictures.blinking_portrait(rig.plan.photo_wh, plain.detector)
    photo = pictures.written(pixels, rig.weights / "photo.jpg")
    runs = []
    for number in range(1 + rig.plan.repeats):
        report = open_eyes(photo, engine=engine).save(rig.weights / f"opened{number}.jpg")
        runs.append({stage.name: stage.seconds for stage in report.stages if "/" not in stage.name})
    median = {name: statistics.median(run[name] for run in runs[1:]) for name in runs[0]}
    note = ", ".join(f"{name} {took:.3f}" for name, took in median.items())
    w, h = rig.plan.photo_wh
    what = f"all stages of the processor, {w * h / 1e6:.1f} megapixels"
    yield Row(what, sum(median.values()), "s", WANTED["processor"], note)


def _moves(rig: Rig) -> Iterator[Row]:
    """How long models take to come from the disk, to leave, and to come back from the computer's memory."""
    rig.residency.release_all()
    for name in ("sdxl-base", "sdxl-refiner", "sdxl-lcm", "sdxl-vae"):
        since = len(rig.residency.records)
        for _ in range(2):
            with rig.residency.lease(name, precision="bf16"):
                pass
            rig.residency.evict_idle()
        first, again = rig.records(since)
        yield Row(f"{name}: from the disk", first.load_s, "s")
        yield Row(f"{name}: away", first.unload_s, "s")
        yield Row(f"{name}: back from memory", again.load_s, "s")


def timeline(rig: Rig) -> Iterator[str]:
    """A standard picture from nothing: each stage, when, and the most memory meanwhile."""
    rig.residency.release_all()
    watch = rig.timeline()
    rig.paint(1, rig.plan.schedules["standard"], "bf16", watch)
    for span in watch.spans:
        until = span.until or 0.0
        yield f"{span.since:8.2f} .. {until:8.2f} s  {span.peak_mib:8,.0f} MiB  {span.name}"


def _without_refiner(plan: Plan) -> Schedule:
    return next(schedule for schedule in plan.schedules.values() if not schedule.refiner_steps and not schedule.lcm)


def machine(device: str) -> str:
    """What the figures belong to."""
    import diffusers
    import torch

    what = "CPU, a dry run: no figure means anything" if device == "cpu" else torch.cuda.get_device_name(device)
    return f"{what}; torch {torch.__version__}, diffusers {diffusers.__version__}"


def report(plan: Plan, folder: Path, console: Console) -> list[Row]:
    """Measures and prints; the rows, for tests."""
    console.print(machine(plan.device))
    rig, rows = Rig(plan, folder), []
    table = Table("", "measured", "wanted", "", "note")
    for row in measured(rig):
        console.print(f"[dim]{row.what}: {row.cells()[1]}[/dim]")
        rows.append(row)
        table.add_row(*row.cells(judged=plan.device != "cpu"))
    console.print(table)
    console.print("memory while a standard picture is painted, from nothing:")
    for line in timeline(rig):
        console.print(line, highlight=False)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry", action="store_true", help="on the CPU, with tiny networks")
    parser.add_argument("--folder", type=Path, help="where the random networks are written; else a temporary folder")
    given = parser.parse_args()
    plan = DRY if given.dry else FULL
    if not given.dry:
        import torch

        if not torch.cuda.is_available():
            sys.stderr.write("sdxl_gpu: expected a CUDA GPU, found none; --dry runs the same code on the CPU.\n")
            return 5
    with tempfile.TemporaryDirectory() as temporary:
        rows = report(plan, given.folder or Path(temporary), Console(width=150))
    return 0 if given.dry or all(row.kept is not False for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
