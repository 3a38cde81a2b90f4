"""Who works where on one machine: one process a core, or one node a GPU with its own models in that GPU's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..batch.worker import WorkerSlot
from ..errors import UsageError
from ..parallel import core_count
from ..residency.gpus import gpu_count
from ..settings import Settings

AT_ONCE: Final = 6
"""Photos that a GPU's node has on their way: some are painted together while others are looked at or laid back."""
MAX_WORKERS: Final = 1024


def worker_slots(
    painter: str,
    settings: Settings,
    workers: int | None = None,
    at_once: int | None = None,
    *,
    gpus: Callable[[], int] = gpu_count,
    cores: Callable[[], int] | None = None,
) -> tuple[WorkerSlot, ...]:
    """Slots for an engine of that name.

    On a GPU the node is one process, since its models are there once, with several photos on their way. On the
    processor each worker is one core's worth of work, so that as many as there are cores stay out of each other's way.

    Args:
        workers: how many processes; None is one a GPU, or one a core.
        at_once: photos that one process has on their way; None is several on a GPU, and one on the processor.

    Raises:
        UsageError: more nodes than GPUs, or a GPU that is not there.
    """
    if workers is not None and not 1 <= workers <= MAX_WORKERS:
        raise UsageError(f"--workers: expected 1 to {MAX_WORKERS}, got {workers}.")
    if at_once is not None and not 1 <= at_once <= MAX_WORKERS:
        raise UsageError(f"--at-once: expected 1 to {MAX_WORKERS}, got {at_once}.")
    if painter != "sdxl" or settings.device == "cpu":
        count = workers or (1 if painter == "sdxl" else (cores or core_count)())
        threads = (cores or core_count)() if painter == "sdxl" else 1
        return (WorkerSlot(device=settings.device, at_once=at_once or 1, threads=threads),) * count
    devices = _devices(settings.device, gpus())
    if workers is not None and workers > len(devices):
        raise UsageError(f"--workers: expected at most one a GPU, of which there are {len(devices)}; got {workers}.")
    return tuple(WorkerSlot(device=device, at_once=at_once or AT_ONCE) for device in devices[:workers])


def _devices(device: str, count: int) -> tuple[str, ...]:
    number = device.partition(":")[2]
    if number and int(number) >= count:
        raise UsageError(f"OTE_DEVICE: expected one of {count} GPUs, cuda:0 on, got {device}.")
    return (device,) if number else tuple(f"cuda:{k}" for k in range(max(count, 1)))
