"""A GPU that only counts: the product's own networks are weighed by their cards as they come, work and leave."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.gpu_capacity import room_of
from open_the_eyes.residency import ModelCard, OutOfMemory, Residency
from tests.residency.counted import CountedMemory

Cache = dict[tuple[str, str], Any]
"""Networks that were built before, by name and precision: reading them again for each test would take minutes."""


@dataclass(eq=False)
class Weight:
    """What one network holds at the moment."""

    memory: CountedMemory
    mib: int = 0

    def hold(self, mib: int) -> None:
        self.memory.take(max(mib - self.mib, 0))
        self.memory.give(max(self.mib - mib, 0))
        self.mib = mib


class FakeGpu(Residency):
    """A GPU of that many GB; networks stay on the CPU in truth.

    Args:
        fails: the steps (a build, a move, a run, each counted from 1) at which memory runs out.
    """

    def __init__(self, gpu_gb: int, cache: Cache, fails: Sequence[int] = ()) -> None:
        self.memory: Final = CountedMemory(room_of(gpu_gb))
        super().__init__(self.memory, "cuda:0", patience_s=1.0)
        self.steps: Final[list[str]] = []
        self._fails: Final = set(fails)
        self._cache: Final = cache
        self._cards: Final[dict[str, ModelCard]] = {}
        self._weights: Final[weakref.WeakKeyDictionary[Any, Weight]] = weakref.WeakKeyDictionary()

    def step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) in self._fails:
            raise OutOfMemory(f"step {len(self.steps)}: {name}")

    def register(
        self,
        card: ModelCard,
        build: Callable[[str], Any],
        *,
        move: Callable[[Any, str], object] | None = lambda *_: None,
        stream: Callable[[Any, str], object] | None = None,
    ) -> None:
        self._cards[card.name] = card

        def built(precision: str) -> Any:
            self.step(f"build {card.name} {precision}")
            model = self._copied(card.name, precision, build) if move is not None else build(precision)
            weight = Weight(self.memory)
            self._weights[model] = weight
            weakref.finalize(model, weight.hold, 0)
            model.fake_mib = card.mib[precision]
            if move is None:
                weight.hold(card.mib[precision])
            return model

        def moved(model: Any, device: str) -> None:
            self.step(f"move {card.name} {device}")
            self._weights[model].hold(0 if device == "cpu" else model.fake_mib)

        def streamed(model: Any, _: str) -> None:
            self.step(f"stream {card.name}")
            self._weights[model].hold(0)
            model.fake_mib = 0

        super().register(card, built, move=None if move is None else moved, stream=None if stream is None else streamed)

    def _copied(self, name: str, precision: str, build: Callable[[str], Any]) -> Any:
        """With a life of its own, and so a weight of its own, but the same numbers."""
        if (name, precision) not in self._cache:
            self._cache[name, precision] = build(precision)
        return copy.copy(self._cache[name, precision])

    def run(self, name: str, items: Any, work: Any, *rest: Any, **how: Any) -> list[Any]:
        def weighed(model: Any, part: Sequence[Any]) -> Any:
            visiting = 0 if model.fake_mib else self._cards[name].streamed_mib or 0
            need = self._cards[name].working_mib(len(part)) + visiting
            self.memory.take(need)
            try:
                self.step(f"run {name}")
                return work(model, part)
            finally:
                self.memory.give(need)

        return super().run(name, items, weighed, *rest, **how)

    def left_over(self) -> int:
        """MiB that are still held after everybody has left."""
        self.release_all()
        return self.memory.held_mib
