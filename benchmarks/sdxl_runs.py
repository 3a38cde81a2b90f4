"""SDXL's own code at work on random networks: how long it takes, what it holds, and when."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.onnx_network import device_of as onnx_device_of
from open_the_eyes.models.restorers.onnx_restorer import OnnxRestorer
from open_the_eyes.models.sdxl.denoising import InpaintInput
from open_the_eyes.models.sdxl.generator import SdxlGenerator
from open_the_eyes.models.sdxl.loading import sampler_of
from open_the_eyes.models.sdxl.sampling import Sampler, StepCounter
from open_the_eyes.models.sdxl.schedule import LCM, MODES, Schedule
from open_the_eyes.residency import LeaseRecord, Residency, memory_of
from open_the_eyes.residency.cards import CODEFORMER
from open_the_eyes.settings import Settings

from . import restorer_random, sdxl_random

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, how large and how often.

    Args:
        device: "cuda:0", or "cpu" for a dry run.
        side_wh: of a picture.
        schedules: by the name they are printed under; "standard" and "lcm" have to be among them.
        photo_wh: of the photo for the processor's stages.
    """

    device: str
    sizes: sdxl_random.Sizes
    restorer: restorer_random.Sizes
    side_wh: tuple[int, int]
    schedules: dict[str, Schedule]
    batches: tuple[int, ...]
    precisions: tuple[str, ...]
    repeats: int
    photo_wh: tuple[int, int]
    compile: bool = True


FULL: Final = Plan(
    "cuda:0",
    sdxl_random.FULL,
    restorer_random.FULL,
    (1024, 1024),
    {**{str(mode): schedule for mode, schedule in MODES.items()}, "lcm": LCM},
    (1, 4),
    ("bf16", "fp8", "int8", "int4"),
    3,
    (4000, 3000),
)
DRY: Final = replace(
    FULL,
    device="cpu",
    sizes=sdxl_random.TINY,
    restorer=restorer_random.TINY,
    side_wh=(128, 128),
    repeats=1,
    photo_wh=(800, 600),
)


@dataclass
class Timeline:
    """A watch that notes when each stage was on, and the most memory that was held meanwhile.

    Args:
        held_mib: what is held on the device at the moment.
    """

    held_mib: Callable[[], float]
    began: float = field(default_factory=time.perf_counter)
    spans: list[Span] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, done: float | None = None) -> Iterator[None]:  # noqa: ARG002 -- the role has it
        span = Span(name, time.perf_counter() - self.began)
        self.spans.append(span)
        self._look()
        try:
            yield
        finally:
            self._look()
            span.until = time.perf_counter() - self.began

    def tell(self, name: str, part: float) -> None:  # noqa: ARG002
        self._look()

    def gpu(self, name: str, peak_mib: float) -> None:
        for span in self.spans:
            if span.name == name:
                span.peak_mib = max(span.peak_mib, peak_mib)

    def _look(self) -> None:
        held = self.held_mib()
        for span in self.spans:
            if span.until is None:
                span.peak_mib = max(span.peak_mib, held)


@dataclass
class Span:
    """One stage: seconds since the timeline began, and the most MiB."""

    name: str
    since: float
    until: float | None = None
    peak_mib: float = 0.0


class Rig:
    """Networks of a plan, written to a folder and leased as the product leases its own."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan: Final = plan
        self.weights: Final = folder
        sdxl_random.write_weights(folder, plan.sizes, plan.device, plain=False)
        restorer_random.write_restorer(folder / "codeformer" / "codeformer.onnx", plan.restorer)
        self.settings: Final = Settings(weights=folder, device=plan.device, compile=plan.compile)
        self.residency: Final = Residency(memory_of(plan.device), plan.device)
        self.sampler: Final[Sampler] = sampler_of(self.settings, self.residency)
        shared = self.residency if onnx_device_of(self.settings) == plan.device else None
        path = folder / "codeformer" / "codeformer.onnx"
        self.restorer: Final = OnnxRestorer(CODEFORMER, path, self.settings, shared)

    def inputs(self, count: int) -> list[InpaintInput]:
        """Pictures of noise with a mask in the middle, each with a seed of its own."""
        w, h = self.plan.side_wh
        random = np.random.default_rng(0)
        photo = random.uniform(0, 255, (h, w, 3)).astype(np.float32)
        mask = np.zeros((h, w), np.float32)
        mask[h // 4 : h // 2, w // 8 : -w // 8] = 1
        return [InpaintInput(photo, photo, mask, seed) for seed in range(count)]

    def paint(self, count: int, schedule: Schedule, precision: str, watch: Timeline | None = None) -> list[Tones]:
        """That many pictures, by the product's own code."""
        inputs = self.inputs(count)
        progress = StepCounter(watch or self.timeline(), schedule.steps * count)
        return self.sampler.painted(
            range(count), lambda n: inputs[n], lambda _, picture: picture, schedule, precision, progress
        )

    def restore(self, count: int) -> None:
        side = restorer_random.FACE_PX
        self.restorer.restore([np.full((side, side, 3), 128, np.uint8)] * count, 0.7)

    def timeline(self) -> Timeline:
        return Timeline(held_mib(self.plan.device))

    def records(self, since: int) -> list[LeaseRecord]:
        """The leases after that many."""
        return list(self.residency.records)[since:]


def held_mib(device: str) -> Callable[[], float]:
    """What torch holds on a GPU; a processor's memory is not counted."""
    if device == "cpu":
        return lambda: 0.0
    import torch

    return lambda: torch.cuda.memory_allocated(device) / 2**20


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median; of several, after one call that is not counted, which loads and compiles."""
    if repeats > 1:
        work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


class Unpainted(Sampler):
    """A sampler that gives back what it is to start from: what is left is the processor's work."""

    def painted(
        self,
        numbers: Sequence[int],
        seen: Callable[[int], InpaintInput],
        then: Callable[[int, Tones], T],
        *_: Any,
    ) -> list[T]:
        return [then(n, seen(n).start) for n in numbers]


def engine_without_gpu(rig: Rig, detector_from: Engine) -> Engine:
    """The product with SDXL as its engine, all but the GPU's part of it."""
    start = AppearanceGenerator()
    own = rig.sampler
    unpainted = Unpainted(own.base, own.refiner, own.vae, own.residency, own.weights)
    return replace(detector_from, name="sdxl", generator=SdxlGenerator(start, unpainted))
