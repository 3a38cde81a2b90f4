"""Stand-ins for the processor of a worker; the photo's text says what becomes of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from open_the_eyes.batch.plan import Item, Plan, plan
from open_the_eyes.batch.record import Output, Record, failed
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.tally import Tally
from open_the_eyes.batch.worker import Processor, WorkerConfig, WorkerSlot
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.residency import failures
from open_the_eyes.settings import Settings

SPEC = BatchSpec(engine="auto", painter="appearance")


def acting(config: WorkerConfig) -> Processor:
    """Writes a result for "blink", none for "open"; "die", "kill", "hang", "gpu" do that to the worker."""

    def do(item: Item) -> Record:
        text = item.source.read_text()
        if text == "die":
            os._exit(3)
        if text == "kill" or (text == "kill once" and _first_time(item)):
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "bug":
            raise ZeroDivisionError("division by zero")
        if text == "hang":
            time.sleep(600)
        if text == "gpu" or (text == "gpu once" and _first_time(item)):
            failures.mark_failed("cuda:0")
            return failed(item, config.fingerprint, "expected the GPU to run it", 5)
        if text == "slow":
            time.sleep(0.3)
        if text == "broken":
            return failed(item, config.fingerprint, "expected a photo", 3)
        return done(item, config.fingerprint, config.out, opened=text != "open")

    return do


def failing(config: WorkerConfig) -> Processor:  # noqa: ARG001 -- as every maker of processors
    """Cannot start, and says why."""
    raise WeightsMissing("expected weights, there are none; open-the-eyes fetch sdxl")


class Puzzling(Exception):
    """Cannot be put together again in another process, as those of some libraries."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other}")


class Locked(Exception):
    """Cannot leave its process at all."""

    lock: Any


def puzzled(config: WorkerConfig) -> Processor:  # noqa: ARG001
    """Cannot start, and says why in a way that no other process understands."""
    raise Puzzling("left", "right")


def locked(config: WorkerConfig) -> Processor:  # noqa: ARG001
    """The same in a way that no other process hears of."""
    error = Locked("in use")
    error.lock = threading.Lock()
    raise error


def dying(config: WorkerConfig) -> Processor:  # noqa: ARG001
    """Dies before it is ready."""
    os._exit(9)


def stuck(config: WorkerConfig) -> Processor:  # noqa: ARG001
    """Is never ready."""
    time.sleep(600)
    raise AssertionError


def done(item: Item, mark: str, out: Path, *, opened: bool = True) -> Record:
    """The record of a photo; if it was opened, with a result on the disk."""
    outputs: tuple[Output, ...] = ()
    if opened:
        item.output.parent.mkdir(parents=True, exist_ok=True)
        item.output.write_text(f"result, process {os.getpid()}")
        outputs = (Output(item.output.relative_to(out).as_posix(), item.output.stat().st_size, "00"),)
    state, faces = ("opened", ("opened",)) if opened else ("unchanged", ("already_open",))
    return Record(item.name, item.size, item.mtime_ns, "", mark, state, faces, outputs, seconds=0.01)  # type: ignore[arg-type]


def photos(folder: Path, **texts: str) -> Path:
    """A folder of "photos": name -> text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.jpg").write_text(text)
    return folder


def planned(folder: Path, out: Path) -> Plan:
    return plan([str(folder)], out)


def configs(
    out: Path, slots: Sequence[WorkerSlot], make: Callable[[WorkerConfig], Processor] = acting
) -> list[WorkerConfig]:
    return [
        WorkerConfig(spec=SPEC, fingerprint="mark", settings=Settings(), slot=slot, out=out, make=make)
        for slot in slots
    ]


def unwatched(tally: Tally) -> Callable[[Record], None]:  # noqa: ARG001
    return lambda record: None  # noqa: ARG005


def _first_time(item: Item) -> bool:
    mark = item.source.with_suffix(".seen")
    there = mark.exists()
    mark.touch()
    return not there
