"""How far the work on a photo is: as a whole when each stage begins, and in the middle of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, TypeAlias

from .roles import Watch

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of the stage that is on and the fraction of the photo that is done, from 0.0 to 1.0."""

Tick: TypeAlias = Callable[[], None]
"""Called at each step of a work, by the thread that asked for it; what it raises stops the work."""

HALF: Final = 40
"""Steps of a search for faces after which half of it is told as done: a portrait takes seven, and a group with small
faces a hundred and more."""
FURTHER: Final = 0.2
"""Part of the progress still left for painting that a round leaves to the rounds after it, 0..1: small, since most
photos need only one."""
PAINTING: Final = 5
"""Time to open a face, in times of finding one, on a processor and in a group photo."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How far a photo is when each stage begins, 0..1 of the whole: what is told goes on as evenly as time does.

    Args:
        decided: it is known what is to be done with each face.
    """

    detect: float
    confirm: float
    match: float
    decided: float
    paint: float
    compose: float = 0.95

    @classmethod
    def of(cls, references: int, paints: bool = True) -> Shares:
        """The shares of a photo beside so many `references`, which are searched as well; `paints` tells whether eyes
        are then painted."""
        if references:
            return _AMONG_OTHERS
        return _ALONE if paints else _LOOKED_AT

    def among(self, told: float, opened: Sequence[bool]) -> Shares:
        """The shares once the faces are known, by how many of them are to be opened: where that is one face of a large
        group, the search is nearly all there is to do. Where nothing is painted, or references are searched as well,
        they stay as they are.

        Args:
            told: how much of the whole is said to be done, 0..1; nothing begins before that.
            opened: of each face, whether it is to be opened.
        """
        if self != _ALONE:
            return self
        found, painted = len(opened), PAINTING * sum(opened)
        paint = _ALONE.detect + (self.compose - _ALONE.detect) * (found / (found + painted) if found else 1.0)
        confirm, decided, paint = (max(told, part * paint) for part in (0.85, 0.92, 1.0))
        return replace(self, confirm=confirm, match=decided, decided=decided, paint=paint)

    def round(self, turn: int, part: float) -> float:
        """When that part of a round of painting is done, 0..1."""
        left = (self.compose - self.paint) * FURTHER**turn
        return self.compose - left + part * (1 - FURTHER) * left


_ALONE: Final = Shares(detect=0.05, confirm=0.8, match=0.85, decided=0.85, paint=0.9)
"""Shares of a photo without references until its faces are known. The search tells ever smaller steps: of a large group
it goes on to three fifths, and of a portrait it ends before a fifth, since painting takes four fifths of the time and
more there."""
_LOOKED_AT: Final = Shares(detect=0.05, confirm=0.12, match=0.15, decided=0.15, paint=0.2)
_AMONG_OTHERS: Final = Shares(detect=0.05, confirm=0.15, match=0.18, decided=0.4, paint=0.45)


class _NoWatch:
    """Fulfils `Watch` where nobody watches."""

    def stage(self, name: str, done: float | None = None) -> AbstractContextManager[None]:  # noqa: ARG002 -- the role has them
        return nullcontext()

    def tell(self, name: str, part: float) -> None:
        pass

    def gpu(self, name: str, peak_mib: float) -> None:
        pass


NO_WATCH: Final[Watch] = _NoWatch()
"""A watch that nobody looks at."""


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


def ticking(watch: Watch) -> Tick:
    """Tells at each step of a search for faces, before it is done, how far that may be: ever less on, since nobody
    knows how many steps it takes."""
    steps = count()

    def tick() -> None:
        done = next(steps)
        watch.tell("detect", done / (done + HALF))

    return tick


def still() -> None:
    """A `Tick` that tells nobody."""
