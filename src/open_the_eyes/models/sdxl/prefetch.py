"""What the processor makes while the GPU paints: a few things ahead of whoever takes them, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """Called with a number, gives what is made of it, and lets go of it; who asks again has it made again.

    Args:
        pool: makes things in its threads.
        order: the numbers as they will be asked for.
        count: of things that are made, or being made, at any time.
    """

    def __init__(self, pool: Executor, make: Callable[[int], T], order: Sequence[int], count: int) -> None:
        self._pool, self._make, self._count = pool, make, count
        self._order: Final = tuple(order)
        self._places: Final = {number: place for place, number in enumerate(self._order)}
        self._jobs: Final[dict[int, Future[T]]] = {}

    def __call__(self, number: int) -> T:
        self._begin(number)
        return self._jobs.pop(number).result()

    def wait(self, number: int) -> None:
        """Until that one is there, to be asked for."""
        self._begin(number)
        self._jobs[number].result()

    def _begin(self, number: int) -> None:
        place = self._places[number]
        for near in self._order[place : place + self._count]:
            if near not in self._jobs:
                self._jobs[near] = self._pool.submit(self._make, near)
