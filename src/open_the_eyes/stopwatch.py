"""Wall time and peak memory, stage by stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .report import StageReport


def peak_ram_mib() -> float | None:
    """The most memory this process has held so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


class Stopwatch:
    """Collects stages; a stage that runs again is added to its first entry."""

    def __init__(self, progress: Callable[[str, float], None] | None = None) -> None:
        self._progress = progress
        self._done = 0.0
        self._seconds: dict[str, float] = {}
        self._peaks: dict[str, float | None] = {}

    @contextmanager
    def stage(self, name: str, done: float = 0.0) -> Iterator[None]:
        """Times a block; `done` is the fraction of the photo that is finished when it begins.

        Told is never less than before: a stage that runs again does not take progress back.
        """
        self._done = max(self._done, done)
        if self._progress is not None:
            self._progress(name, self._done)
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began
            self._peaks[name] = peak_ram_mib()

    @property
    def stages(self) -> tuple[StageReport, ...]:
        return tuple(StageReport(name, seconds, self._peaks[name]) for name, seconds in self._seconds.items())
