"""How far a part of a work is, told as how far the whole is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

from .roles import Watch

Tick: TypeAlias = Callable[[], None]
"""Called at each step of a work, by the thread that asked for it; what it raises stops the work."""

HALF: Final = 40
"""Steps after which half of a search for faces is told as done: a portrait takes seven, and a group with small faces a
hundred and more."""


@dataclass(frozen=True, slots=True)
class Part:
    """Fulfils `Watch` for a part of what another one watches.

    Args:
        whole: is told.
        begins, ends: how much of the whole is done when the part begins and ends, 0..1.
        name: of the stage that is told; None is the one that the part tells.
    """

    whole: Watch
    begins: float
    ends: float
    name: str | None = None

    def stage(self, name: str, done: float | None = None) -> AbstractContextManager[None]:  # noqa: ARG002 -- of the part
        return self.whole.stage(name)

    def tell(self, name: str, part: float) -> None:
        self.whole.tell(self.name or name, self.begins + (self.ends - self.begins) * min(max(part, 0.0), 1.0))

    def gpu(self, name: str, peak_mib: float) -> None:
        self.whole.gpu(name, peak_mib)


def part_of(watch: Watch | None, begins: float, ends: float, name: str | None = None) -> Part | None:
    """A `Part`, or nobody where nobody watches."""
    return None if watch is None else Part(watch, begins, ends, name)


def ticking(watch: Watch | None) -> Tick:
    """Tells at each step of a search for faces, before it is done, how far that may be: ever less on, since nobody
    knows how many steps it takes."""
    steps = count()

    def tick() -> None:
        if watch is not None:
            done = next(steps)
            watch.tell("detect", done / (done + HALF))

    return tick


def still() -> None:
    """A `Tick` that tells nobody."""
