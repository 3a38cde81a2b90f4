"""Models that only weigh something: what they hold is counted, and given back when they are gone."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from open_the_eyes.residency import ModelCard, OutOfMemory, Residency
from open_the_eyes.residency.cards import CODEFORMER, SDXL_BASE, SDXL_REFINER, SDXL_VAE
from tests.residency.counted import CountedMemory

STEPS: Final = ("build", "move", "run")
SAID: Final = (
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.",
    "Triton Error [CUDA]: out of memory",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    "GET was unable to find an engine to execute this computation",
    "FIND was unable to find an engine to execute this computation",
    "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
)
"""What torch, its libraries and Triton say in a plain `RuntimeError` where memory ran out."""


def card(name: str, mib: int | dict[str, int] = 100, **facts: Any) -> ModelCard:
    """A model of 100 MiB that needs 10 a picture, unless said otherwise."""
    weights = {"bf16": mib} if isinstance(mib, int) else mib
    plain = replace(SDXL_BASE, name=name, mib=weights, activation_mib=10, fixed_mib=0, streamed_mib=None)
    return replace(plain, **facts)


class FakeModel:
    """On the device it holds its weights; where they are streamed it holds of them what its card says, while it paints.

    Whoever keeps it alive keeps its memory: what is dropped gives back by itself, as torch's tensors do.
    """

    def __init__(self, rig: Rig, facts: ModelCard, precision: str) -> None:
        self.rig: Final = rig
        self.facts: Final = facts
        self.precision: Final = precision
        self.device = "cpu"
        self._given: Callable[[], object] = int

    def to(self, device: str) -> FakeModel:
        if device != self.device:
            if device == "cpu":
                self._given()
            else:
                self._take(self.facts.mib[self.precision])
            self.device = device
        return self

    def stream(self, device: str) -> None:
        self._take(0)
        self.device = f"{device} streamed"

    def paint(self, pictures: Sequence[int]) -> list[str]:
        """Each number with the way it was painted; for the time being it takes its working memory."""
        self.rig.step("run")
        visiting = self.facts.streamed_mib or 0 if self.device.endswith("streamed") else 0
        need = self.facts.working_mib(len(pictures)) + visiting
        self.rig.memory.take(need)
        try:
            self.rig.largest = max(self.rig.largest, len(pictures))
            return [f"{number} {self.precision}" for number in pictures]
        finally:
            self.rig.memory.give(need)

    def _take(self, mib: int) -> None:
        self.rig.step("move")
        self.rig.memory.take(mib)
        self._given = weakref.finalize(self, self.rig.memory.give, mib)


class Rig:
    """A residency with fake models.

    Args:
        room: MiB of the device.
        others: MiB of it that somebody else takes although nobody told the residency.
        memory: instead of `room`.
        clock: seconds.
    """

    def __init__(
        self,
        room: int,
        *cards: ModelCard,
        others: int = 0,
        patience_s: float = 5.0,
        memory: CountedMemory | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.memory: Final = memory or CountedMemory(room)
        self.memory.take(others)
        self.others: Final = others
        self.residency: Final = Residency(self.memory, "cuda", clock, patience_s=patience_s)
        self.built: list[str] = []
        self.failing: dict[str, list[int]] = {step: [] for step in STEPS}
        self.steps: dict[str, int] = dict.fromkeys(STEPS, 0)
        self.largest = 0
        for each in cards:
            self.register(each)

    def register(self, facts: ModelCard) -> None:
        def build(precision: str) -> FakeModel:
            self.step("build")
            self.built.append(f"{facts.name} {precision}")
            return FakeModel(self, facts, precision)

        self.residency.register(facts, build, stream=FakeModel.stream)

    def step(self, name: str) -> None:
        """Counts a step; memory runs out in those that are listed as failing."""
        self.steps[name] += 1
        if self.steps[name] in self.failing[name]:
            raise OutOfMemory(f"{name} {self.steps[name]}")

    def paint(self, name: str, count: int, precision: str = "auto") -> list[str]:
        return self.residency.run(name, list(range(count)), FakeModel.paint, precision)

    def left_over(self) -> int:
        """MiB that are still held after everybody has left."""
        self.residency.release_all()
        return self.memory.held_mib - self.others


def sdxl(gpu_gb: int, others: int = 0) -> Rig:
    """SDXL and a restorer by their real cards, on a GPU of that many GB."""
    from benchmarks.gpu_capacity import room_of

    return Rig(room_of(gpu_gb), SDXL_BASE, SDXL_REFINER, SDXL_VAE, CODEFORMER, others=others)
