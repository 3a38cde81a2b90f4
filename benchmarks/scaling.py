"""`python -m benchmarks.scaling`: the tables of docs/scaling.md, from stage times measured here and the simulation.

Times on the processor are measured on a 12-megapixel portrait; statements to the database are counted while the service
does a job. Times on a GPU are from the literature and marked so. Prices are given with --price.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.fleet.slots import AT_ONCE
from open_the_eyes.pipeline import open_eyes

from . import pictures
from .fleet_capacity import GpuNode, PhotoLoad, capacity
from .fleet_cases import CPU_STAGES, PAINTING, beside_ours, ours, told_cases
from .fleet_simulation import Fleet, simulate

say: Final = Console(markup=False, highlight=False, soft_wrap=True).print
SIZE_WH: Final = (4000, 3000)
CORES: Final = (1, 2, 4, 8)
FLEETS: Final = (1, 8, 64, 1000)
JOBS: Final = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one photo: the processor's seconds in each stage, medians, and the sizes of its files in MB."""

    stages: Mapping[str, float]
    mb_in: float
    mb_out: float


def measured(folder: Path, engine: Engine, repeats: int) -> Measured:
    """The portrait, read, opened and saved in a warm process: the processor's seconds, spread over the stages as the
    clock's are. On a busy machine the clock's swell, and these hardly do."""
    photo = pictures.written(pictures.blinking_portrait(SIZE_WH, engine.detector), folder / "portrait.jpg")
    times: dict[str, list[float]] = {name: [] for name in CPU_STAGES}
    result = folder / "portrait.opened.jpg"
    for number in range(repeats + 1):
        began = time.process_time()
        report = open_eyes(photo, engine=engine).save(result, overwrite=True)
        worked = time.process_time() - began
        clock = {stage.name: stage.seconds for stage in report.stages if stage.name in times}
        if number:  # the first reads the models
            for name, seconds in clock.items():
                times[name].append(seconds * worked / sum(clock.values()))
    stages = {name: statistics.median(seconds) for name, seconds in times.items()}
    return Measured(stages, photo.stat().st_size / 1e6, result.stat().st_size / 1e6)


def statements(folder: Path, engine: Engine, photo: Path) -> tuple[float, float]:
    """What the service sends to its database: for a job, and in a second of looking for work.

    Told apart by their text: what is also sent while there are no jobs is looking for work.
    """
    from fastapi.testclient import TestClient
    from sqlalchemy import event
    from sqlalchemy.engine import Engine as Database

    from open_the_eyes.service.http.app import create_app
    from open_the_eyes.service.settings import ServiceSettings

    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(str(told[2]))

    event.listen(Database, "before_cursor_execute", note)
    try:
        with TestClient(create_app(engine, ServiceSettings(folder=folder))) as client:
            time.sleep(2.0)
            sent.clear()
            began = time.monotonic()
            time.sleep(10.0)
            looking, idle = len(sent) / (time.monotonic() - began), set(sent)
            sent.clear()
            for _ in range(JOBS):
                _do_job(client, photo)
            return sum(text not in idle for text in sent) / JOBS, looking
    finally:
        event.remove(Database, "before_cursor_execute", note)


def _do_job(client: Any, photo: Path) -> None:
    """Hands a photo in and waits, looking seldom: what looking costs is the client's."""
    job = client.post("/v1/jobs", files={"photo": photo.read_bytes()}).json()
    while client.get(f"/v1/jobs/{job['id']}").json()["state"] not in ("done", "failed"):
        time.sleep(5.0)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as Markdown has it."""
    say("")
    say("| " + " | ".join(head) + " |")
    say("|" + "---|" * len(head))
    for row in rows:
        say("| " + " | ".join(row) + " |")
    say("")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--gpu", choices=sorted(PAINTING), default="A100, compiled", help="from the literature")
    parser.add_argument("--price", type=float, default=3.0, help="dollars an hour of a GPU with its cores")
    parser.add_argument("--service", action="store_true", help="also count statements to the database")
    given = parser.parse_args()
    engine = load_engine("appearance")
    with tempfile.TemporaryDirectory(prefix="open-the-eyes-") as folder:
        figures = measured(Path(folder), engine, given.repeats)
        job, polls = (0.0, 0.0)
        if given.service:
            job, polls = statements(Path(folder) / "service", engine, Path(folder) / "portrait.jpg")
    _print_all(figures, given.gpu, given.price, job, polls)


def _print_all(figures: Measured, gpu: str, price: float, job: float, polls: float) -> None:
    total = sum(figures.stages.values())
    say(
        f"A 12-megapixel portrait of {figures.mb_in:.1f} MB, warm, on one of {os.cpu_count()} cores; "
        "the processor's seconds, medians:"
    )
    table(("stage", "seconds"), [(name, f"{s:.3f}") for name, s in figures.stages.items()] + [("all", f"{total:.3f}")])

    say("Told of another program, without an address, and simulated from its stage times:")
    table(
        ("case", "told", "simulated"),
        [(c.what, f"{c.told:g} {c.unit}", f"{c.simulated:.1f} {c.unit}") for c in told_cases()],
    )

    say("Ours without a GPU, simulated from the stage times above:")
    cores = [(n, simulate(ours(figures.stages, None), Fleet(cores=n, at_once=2 * n), 400)) for n in CORES]
    table(("cores", "photos a minute"), [(str(n), f"{run.per_minute:.0f}") for n, run in cores])

    say("Ours with one GPU (its seconds are from the literature, not measured), photos a minute and GPU busy:")
    rows = []
    for name, seconds in PAINTING.items():
        runs = [beside_ours(figures.stages, seconds, Fleet(cores=n, at_once=AT_ONCE)) for n in CORES]
        rows.append((f"{name}: {seconds:g} s", *(f"{r.per_minute:.1f}, {100 * r.busy['gpu']:.0f} %" for r in runs)))
    table(("GPU", *(f"{n} core{'s' if n > 1 else ''}" for n in CORES)), rows)

    run = beside_ours(figures.stages, PAINTING[gpu], Fleet(cores=4, at_once=AT_ONCE))
    photo = PhotoLoad(mb_in=figures.mb_in, mb_out=figures.mb_out, statements=job)
    node = GpuNode(per_minute=run.per_minute, cores=4, polls=polls, dollars_an_hour=price)
    say(f"Fleets of {gpu} with four cores each (not measured), at {price:g} dollars an hour:")
    table(
        (
            "GPUs",
            "photos a minute",
            "photos a day",
            "cores",
            "storage, MB/s",
            "database, statements/s: jobs",
            "and looking for work",
            "dollars a thousand",
        ),
        [
            (
                f"{c.gpus:,}",
                f"{c.per_minute:,.0f}",
                f"{c.a_day:,.0f}",
                f"{c.cores:,}",
                f"{c.mb_a_second:,.0f}",
                f"{c.statements_a_second:,.0f}",
                f"{c.polls_a_second:,.0f}",
                f"{c.dollars_a_thousand:.2f}",
            )
            for c in (capacity(n, node, photo) for n in FLEETS)
        ],
    )


if __name__ == "__main__":
    main()
