"""Who works where on one machine: one worker a core, or one a GPU with its own models in that GPU's memory."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, cast

from ..batch.worker import WorkerSlot
from ..errors import NoRoomOnGpu, UsageError
from ..options import Precision
from ..residency.budget import COARSE, UNUSABLE_MIB, choose_precision
from ..residency.cards import BY_NAME, SDXL_BASE, SDXL_REFINER
from ..residency.gpus import gpu_count, gpu_mib
from ..residency.memory import UNCOUNTED
from ..settings import Settings, gpu_number
from ..system.parallel import core_count
from ..wording import counted

AT_ONCE: Final = 6
"""Photos that a GPU's worker has on their way: some are painted together while others are looked at or laid back."""
MAX_WORKERS: Final = 61 if os.name == "nt" else 1024
"""Most workers: Windows waits on 63 handles at most, a worker's among them; `concurrent.futures` stops at as many."""
MAX_AT_ONCE: Final = 1024
_DETECTORS: Final = {"insightface": ("scrfd", "arcface")}
"""Downloaded networks that each detector leases."""


def _networks_on_gpu(settings: Settings) -> bool:
    from ..models.onnx_network import device_of

    return device_of(settings) != "cpu"


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to work on; each is asked when it counts.

    Args:
        gpus: how many torch sees.
        cores: how many may be used.
        room: the memory of a GPU in MiB, by its device.
        networks_on_gpu: whether downloaded networks run on a GPU.
    """

    gpus: Callable[[], int] = gpu_count
    cores: Callable[[], int] = core_count
    room: Callable[[str], int] = gpu_mib
    networks_on_gpu: Callable[[Settings], bool] = _networks_on_gpu


HERE: Final = Machine()


def worker_slots(
    painter: str,
    settings: Settings,
    workers: int | None = None,
    at_once: int | None = None,
    *,
    restorer: str = "none",
    machine: Machine = HERE,
) -> tuple[WorkerSlot, ...]:
    """Slots for an engine of that name.

    With SDXL a GPU has one worker, since its models are there once, with several photos on their way.
    Else each worker is one core's worth of work, so that as many as there are cores stay out of each other's way; a
    restorer, or a detector that was downloaded, is in the GPU's memory once a worker, and there are as many as fit.

    Args:
        workers: how many processes; None is one a GPU, or one a core as far as they fit on the GPUs.
        at_once: photos that one process has on their way; None is several with SDXL on a GPU, else one.
        restorer: as in the options.

    Raises:
        UsageError: more workers than GPUs, or than fit on them, or a GPU that is not there.
    """
    if workers is not None and not 1 <= workers <= MAX_WORKERS:
        raise UsageError(f"expected 1 to {MAX_WORKERS}, got {workers}.", option="--workers")
    if at_once is not None and not 1 <= at_once <= MAX_AT_ONCE:
        raise UsageError(f"expected 1 to {MAX_AT_ONCE}, got {at_once}.", option="--at-once")
    if painter == "sdxl":
        return _of_sdxl(settings, workers, at_once, machine)
    slot = WorkerSlot(device=settings.device, at_once=at_once or 1)
    names = _DETECTORS.get(settings.detector, ()) + (() if restorer == "none" else (restorer,))
    if not names or settings.device == "cpu" or not machine.networks_on_gpu(settings):
        return (slot,) * (workers or min(machine.cores(), MAX_WORKERS))
    count = machine.gpus()
    if not count:  # onnxruntime has a GPU that torch cannot see, so nobody tells how large it is
        return (slot,) * (workers or 1)
    each = UNUSABLE_MIB + sum(BY_NAME[name].mib["fp32"] + BY_NAME[name].working_mib(1) for name in names)
    rooms = {device: settings.gpu_room_mib or machine.room(device) for device in _devices(settings.device, count)}
    return _spread(slot, rooms, each, workers, min(machine.cores(), MAX_WORKERS))


def _of_sdxl(settings: Settings, workers: int | None, at_once: int | None, machine: Machine) -> tuple[WorkerSlot, ...]:
    """One a GPU; on the processor one, if not more are asked for, with all cores."""
    if settings.device == "cpu":
        return (WorkerSlot(device="cpu", at_once=at_once or 1, threads=machine.cores()),) * (workers or 1)
    devices = _devices(settings.device, machine.gpus())
    if workers is not None and workers > len(devices):
        raise UsageError(
            f"expected at most one a GPU, of which there are {len(devices)}; got {workers}.", option="--workers"
        )
    slot = WorkerSlot(at_once=at_once or AT_ONCE, precision=_same_for_all(devices, settings, machine.room))
    return tuple(replace(slot, device=device) for device in devices[:workers])


def _spread(
    slot: WorkerSlot, rooms: dict[str, int], each: int, workers: int | None, cores: int
) -> tuple[WorkerSlot, ...]:
    """Workers on GPUs in turn, as many on each as fit, with an equal share of its memory.

    Args:
        rooms: MiB of every GPU.
        each: MiB of one worker.
    """
    fitting = {device: mib // each for device, mib in rooms.items()}
    places = [device for turn in range(max(fitting.values())) for device in rooms if turn < fitting[device]]
    places = places or list(rooms)  # a network that does not fit says so itself, with what would help
    if workers is not None and workers > len(places):
        raise UsageError(
            f"expected at most {len(places)}, as many as the GPUs have memory for, {each} MiB each; got "
            f"{workers}. OTE_DEVICE=cpu has the restorer and the detector on the processor.",
            option="--workers",
        )
    places = places[: workers or cores]
    shared = Counter(places)
    return tuple(replace(slot, device=device, gpu_room_mib=rooms[device] // shared[device]) for device in places)


def _same_for_all(devices: Sequence[str], settings: Settings, room: Callable[[str], int]) -> Precision:
    """What "auto" has to be, for a photo to get the same eyes on each GPU: what the smallest takes for the base.

    Where all would choose alike it stays "auto"; int4, which not every GPU has, becomes bf16, streamed on a small one.
    """
    if len(devices) < 2:
        return "auto"
    limit = settings.gpu_room_mib or UNCOUNTED
    rooms = sorted(min(room(device) - UNUSABLE_MIB, limit) for device in devices)
    choices = [choice for mib in rooms if (choice := _precisions(mib))]
    if len(set(choices)) < 2:
        return "auto"
    base = choices[0][0]
    return "bf16" if base in COARSE else cast("Precision", base)


def _precisions(room_mib: int) -> tuple[str, ...]:
    """Of base and refiner; none where one of them does not fit, as a worker there says itself."""
    with suppress(NoRoomOnGpu):
        return tuple(v.precision for v in choose_precision((SDXL_BASE, SDXL_REFINER), room_mib).values())
    return ()


def _devices(device: str, count: int) -> tuple[str, ...]:
    number = gpu_number(device)
    if number is not None and number >= count:
        raise UsageError(f"expected one of {counted(count, 'GPU')}, cuda:0 on, got {device}.", option="OTE_DEVICE")
    return (device,) if number is not None else tuple(f"cuda:{k}" for k in range(max(count, 1)))
