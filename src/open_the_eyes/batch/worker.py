"""What runs in a worker's process: it reads its models once and does the photos it is handed, until told to end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from ..errors import OpenTheEyesError
from ..options import Precision
from ..residency.failures import failed_gpus
from ..settings import Settings
from .plan import Item
from .record import Record, failed_by
from .spec import BatchSpec
from .stop_signals import STOP_SIGNALS

Processor = Callable[[Item], Record]
GPU_FAILED: Final = 70
"""Exit code of a worker whose GPU failed: only a fresh process can use it again."""
THREADS: Final = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class StartFailed(Exception):
    """What is in the way of a worker, in words: what a library raises may not come through to another process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSlot:
    """Where one worker works.

    Args:
        device: as `Settings.device`.
        at_once: how many it has on their way at once: on a GPU several, so that it paints one while others are looked
            at and laid back on the processor, and their crops share a batch.
        threads: that the numeric libraries may use in it.
        gpu_room_mib: GPU memory that it may use; None is as the settings say. Several on one GPU have a share each.
        precision: what "auto" is in it; where GPUs are unlike, the same for all.
    """

    device: str = "auto"
    at_once: int = 1
    threads: int = 1
    gpu_room_mib: int | None = None
    precision: Precision = "auto"

    def settings(self, settings: Settings) -> Settings:
        """The batch's settings as they are for this worker."""
        room = settings.gpu_room_mib if self.gpu_room_mib is None else self.gpu_room_mib
        return replace(settings, device=self.device, gpu_room_mib=room)

    def spec(self, spec: BatchSpec) -> BatchSpec:
        """What each photo of the batch is to get, as it is for this worker."""
        options = spec.options
        if options.generate.precision != "auto":
            return spec
        return replace(spec, options=replace(options, generate=replace(options.generate, precision=self.precision)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """All that a worker is told at its start.

    Args:
        make: gives what does a photo; a function of a module, so that another process finds it.
        out: the folder of results.
    """

    spec: BatchSpec
    fingerprint: str
    settings: Settings
    slot: WorkerSlot
    out: Path
    make: Callable[[WorkerConfig], Processor]


def make_processor(config: WorkerConfig) -> Processor:
    """The real one: an engine, and `process_item` with it.

    Raises:
        OpenTheEyesError: the engine cannot run here.
    """
    import cv2

    from ..engine import engine_name, load_engine
    from .batching import BatchingGenerator
    from .process_item import process_item
    from .references import references_of

    cv2.setNumThreads(config.slot.threads)
    through = BatchingGenerator if config.slot.at_once > 1 else None
    engine = load_engine(engine_name(config.spec.engine), config.slot.settings(config.settings), through=through)
    shared, spec = engine.generator, config.slot.spec(config.spec)
    references = references_of(spec, engine)

    def do(item: Item) -> Record:
        with shared.photo() if isinstance(shared, BatchingGenerator) else nullcontext():
            return process_item(item, spec, config.fingerprint, engine, config.out, references)

    return do


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Processes that are started inside have so many threads for their arithmetic; numeric libraries read this once."""
    wanted = dict.fromkeys(THREADS, str(count))
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def lost_gpu(record: Record) -> bool:
    """Whether a photo failed in a process whose GPU has, so that another process may do better."""
    return record.state == "failed" and bool(failed_gpus())


def worker_main(pipe: Connection, config: WorkerConfig) -> None:
    """The process: sends "ready" or what is in the way, then a record for each item it receives; None ends it."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        do = config.make(config)
    except Exception as error:  # noqa: BLE001 -- told to the parent, which has somebody to tell
        ours = isinstance(error, OpenTheEyesError)
        pipe.send(error if ours else StartFailed(f"{type(error).__name__}: {error}"))
        return
    pipe.send("ready")
    sending = threading.Lock()

    def answer(item: Item) -> None:
        try:
            record = do(item)
        except Exception as error:  # noqa: BLE001 -- a photo without an answer would be waited for
            record = failed_by(error, item, config.fingerprint)
        with sending, suppress(OSError):  # a parent that is gone
            if lost_gpu(record):
                os._exit(GPU_FAILED)
            pipe.send((item.name, record))

    with suppress(EOFError, OSError), ThreadPoolExecutor(config.slot.at_once) as pool:
        while (item := pipe.recv()) is not None:
            pool.submit(answer, item)


def _end_with_parent() -> None:
    """A worker whose batch was killed must not go on writing beside the next one."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
