"""Since when the work in hand has not got on: a photo that hangs raises nothing, and everybody behind it waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ProgressWatch:
    """Watches the work of one process; its clock does not run while nothing is in hand, or what is in hand waits for
    its turn.

    Args:
        patience: seconds without progress after which work is taken to hang.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience, self._clock = patience, clock
        self._moved: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def in_hand(self, job: str) -> Iterator[None]:
        """A block that does some work."""
        with self._lock:
            self._moved[job] = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._moved.pop(job, None)

    def moved(self, job: str) -> None:
        """Notes that work has got on; does nothing for work that is not in hand."""
        with self._lock:
            if job in self._moved:
                self._moved[job] = self._clock()

    def still_seconds(self, job: str | None = None) -> float:
        """Since when that job, or the one that has waited longest, has not got on; 0 with none in hand."""
        with self._lock:
            moved = [since for name, since in self._moved.items() if job in (None, name)]
            return self._clock() - min(moved) if moved else 0.0

    def hangs(self, job: str | None = None) -> bool:
        """Whether that job, or any, has not got on for longer than `patience`."""
        return self.still_seconds(job) > self.patience
