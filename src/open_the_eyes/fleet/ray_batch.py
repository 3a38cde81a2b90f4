"""The same plan on many machines: Ray Data streams photos through actors, each the same doer as a worker of a batch.

Ray brings what a machine alone has no need of: back-pressure over a network, GPUs in parts, machines that come and go.
A photo whose actor dies is tried again by Ray, then once more alone; after that it has failed, and the rest goes on.
One that takes too long is given up by its actor, which then ends: nothing else stops what hangs.
"""

from __future__ import annotations

import base64
import os
import pickle
import platform
import threading
import time
import warnings
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from ..batch.plan import Item
from ..batch.record import Record, failed, given_up
from ..batch.run import PATIENCE, Executor, Stop
from ..batch.worker import GPU_FAILED, WorkerConfig, WorkerSlot, lost_gpu
from ..errors import NoCapacity
from ..folders import make_folder
from .cluster import Cluster, check_gpus, ours, part_of_gpu
from .remote import RemoteFolders, remote_processor
from .slots import AT_ONCE

SLICE: Final = 5000
"""Photos that are given to Ray at once: the driver's memory is that of a slice, however long the list is."""
RETRIES: Final = 1
"""Times that Ray itself tries a photo again, before it is given to it alone, and then again."""
FAREWELL_SECONDS: Final = 2.0
"""How long an actor that has given a photo up stays, so that its answer arrives."""


class Actor:
    """What Ray calls: one item in, the line of its record out. Several threads may call.

    Args:
        patience: seconds that one photo may take.
    """

    def __init__(self, config: WorkerConfig, remote: RemoteFolders | None, gpus: float, patience: float) -> None:
        config = replace(config, settings=part_of_gpu(config.settings, gpus))
        make_folder(config.out, on=f" on {platform.node()}")
        self._do = config.make(config)
        if remote is not None:
            self._do = remote_processor(remote, config.out, self._do, config.fingerprint, config.spec)
        self._fingerprint: Final = config.fingerprint
        self._patience: Final = min(patience, threading.TIMEOUT_MAX)
        self._threads: Final = ThreadPoolExecutor(config.slot.at_once)
        self._ending = threading.Event()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        records = [_placed(self._within_patience(_unpacked(text))) for text in batch["item"]]
        return {"record": [record.to_line().decode("ascii") for record in records]}

    def _within_patience(self, item: Item) -> Record:
        if self._ending.is_set():
            threading.Event().wait()  # for the end of this process: Ray then gives the photo to the next
        began = time.monotonic()
        doing = self._threads.submit(self._do, item)
        if not wait([doing], self._patience).done:
            self._ending.set()
            end = threading.Timer(FAREWELL_SECONDS, os._exit, (1,))
            end.daemon = True
            end.start()
            return given_up(item, self._fingerprint, self._patience, time.monotonic() - began)
        record = doing.result()
        if lost_gpu(record):
            os._exit(GPU_FAILED)  # Ray gives the photo to the next
        return record


def _placed(record: Record) -> Record:
    """The same, with the name of this machine where its disk is full: whoever started the batch is at another one."""
    return replace(record, error=f"on {platform.node()}: {record.error}") if record.no_room else record


def slot_on(cluster: Cluster, at_once: int | None) -> WorkerSlot:
    """The slot that an actor of this cluster works in.

    Raises:
        UsageError: numbers that make no sense.
    """
    check_gpus(cluster.gpus)
    if cluster.gpus:  # Ray shows an actor its own GPUs only, so its first is "cuda"
        return WorkerSlot(device="cuda", at_once=at_once or AT_ONCE)
    return WorkerSlot(device="cpu", at_once=at_once or 1)


def on_ray(
    config: WorkerConfig, cluster: Cluster, remote: RemoteFolders | None = None, *, patience: float = PATIENCE
) -> Executor:
    """Photos done by a cluster that is connected.

    Args:
        patience: seconds that one photo may take.
    """

    alone = replace(config, slot=replace(config.slot, at_once=1))

    def each(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:
        todo = iter(items) if remote is not None else map(_absolute, items)
        while part := list(islice(todo, SLICE)):
            lost = {item.name: item for item in part}
            for turn in (config, alone):
                if stop():
                    return
                for record in _streamed(list(lost.values()), turn, cluster, remote, patience, stop):
                    lost.pop(record.name)
                    yield record
            if stop():
                return
            for item in lost.values():
                yield failed(
                    item,
                    config.fingerprint,
                    "expected a photo that can be worked on, Ray's actors ended over it; give them more memory, "
                    "and room on their disks.",
                    NoCapacity.exit_code,
                )

    return each


def _streamed(
    items: Sequence[Item],
    config: WorkerConfig,
    cluster: Cluster,
    remote: RemoteFolders | None,
    patience: float,
    stop: Stop,
) -> Generator[Record, None, None]:
    """The records of those photos whose actor lived."""
    if not items:
        return
    import ray.data

    at_once = config.slot.at_once
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # a block is a photo: one that is lost is done again by us
    context.print_on_execution_start = False
    pool = ray.data.ActorPoolStrategy(
        min_size=1,
        max_size=min(cluster.actors or len(items), len(items)),
        max_tasks_in_flight_per_actor=max(2, at_once),
        enable_true_multi_threading=at_once > 1,
    )
    options = {"max_restarts": -1, "max_task_retries": RETRIES, "max_concurrency": at_once}
    warnings.filterwarnings("ignore", "`ray_remote_args_fn`")  # nothing else limits retries, and it goes with Ray 2.64
    photos = ray.data.from_items([{"item": _packed(item)} for item in items], override_num_blocks=len(items))
    done = photos.map_batches(
        Actor,
        batch_size=1,
        batch_format="numpy",
        compute=pool,
        num_cpus=cluster.cores,
        num_gpus=cluster.gpus or None,
        fn_constructor_args=(config, remote, cluster.gpus, patience),
        ray_remote_args_fn=lambda: options,
    )
    try:
        for batch in done.iter_batches(batch_size=None, prefetch_batches=0):
            yield from _records(batch["record"])
            if stop():
                return
    except ray.exceptions.RayError as error:
        raise ours(error) from error


def _records(lines: Iterable[Any]) -> Generator[Record, None, None]:
    for line in lines:
        record = Record.from_line(str(line).encode("ascii"))
        if record is not None:
            yield record


def _absolute(item: Item) -> Item:
    """The same for a process that was started in another folder."""
    paths = {name: getattr(item, name).absolute() for name in ("source", "output", "copy")}
    return replace(item, **paths)


def _packed(item: Item) -> str:
    return base64.b64encode(pickle.dumps(item)).decode("ascii")


def _unpacked(text: object) -> Item:
    item = pickle.loads(base64.b64decode(str(text)))  # packed by this very program
    if not isinstance(item, Item):
        raise TypeError(f"not an item: {item!r:.80}")
    return item
