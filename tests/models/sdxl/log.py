"""A watch that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from open_the_eyes.errors import Cancelled


@dataclass
class Log:
    """A watch that remembers, and stops the work when it is told."""

    stages: list[str] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)
    stop_after: int | None = None

    @contextmanager
    def stage(self, name: str, done: float | None = None) -> Iterator[None]:  # noqa: ARG002
        self.stages.append(name)
        yield

    def tell(self, name: str, part: float) -> None:
        self.told.append((name, part))
        if self.stop_after is not None and self.steps() and len(self.steps()) >= self.stop_after:
            raise Cancelled("stopped")

    def gpu(self, name: str, peak_mib: float) -> None:
        pass

    def steps(self) -> list[float]:
        return [part for name, part in self.told if name in ("generate/base", "generate/refiner")]
