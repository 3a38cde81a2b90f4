"""Wall time and peak memory, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import UsageError
from .report import StageReport
from .system.ram import peak_ram_mib
from .wording import written


def told_by(progress: Callable[[str, float], None] | None) -> Callable[[str, float], None] | None:
    """The function that was given, or None, checked.

    Raises:
        UsageError: it cannot be called.
    """
    if not callable(progress) and progress is not None:
        raise UsageError(
            f"expected a function of a stage's name and a fraction, got {written(progress)}; leave it out.",
            option="progress",
        )
    return progress


class Stopwatch:
    """Collects stages; a stage that runs again is added to its first entry.

    Args:
        progress: called with a stage's name and the fraction of all work that is done, 0..1, whenever that changes.
            What it raises stops the work.
        whole: the fraction that is told as 1: what comes after it is not done.

    Raises:
        UsageError: `progress` is nothing that can be called.
    """

    def __init__(self, progress: Callable[[str, float], None] | None = None, whole: float = 1.0) -> None:
        self._progress = told_by(progress)
        self._whole = whole
        self._done = 0.0
        self._until = 1.0
        self._told = 0.0
        self._seconds: dict[str, float] = {}
        self._peaks: dict[str, float | None] = {}
        self._gpu_peaks: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, done: float | None = None, until: float | None = None) -> Iterator[None]:
        """Times a block; `done` of all work is finished when it begins, `until` when it ends.

        Told is never less than before: a stage that runs again, or has two parts, does not take progress back.
        """
        self._done = max(self._done, done or 0.0)
        if done is not None:
            self._until = self._done if until is None else max(until, self._done)
        self._tell(name, self._done)
        self._seconds.setdefault(name, 0.0)  # a stage stands before its branches
        self._peaks.setdefault(name, None)
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] += time.perf_counter() - began
            self._peaks[name] = peak_ram_mib()

    def tell(self, name: str, part: float) -> None:
        """`part` 0..1 of the running stage is done."""
        self._tell(name, self._done + (self._until - self._done) * min(max(part, 0.0), 1.0))

    def _tell(self, name: str, done: float) -> None:
        self._told = max(self._told, done)
        if self._progress is not None:
            self._progress(name, min(self._told / self._whole, 1.0))

    def gpu(self, name: str, peak_mib: float) -> None:
        """The most GPU memory a stage has held."""
        self._gpu_peaks[name] = max(peak_mib, self._gpu_peaks.get(name, 0.0))

    @property
    def fraction_done(self) -> float:
        """How much of all work is said to be done, 0..1; never less than before."""
        return self._told

    @property
    def stages(self) -> tuple[StageReport, ...]:
        return tuple(
            StageReport(name, seconds, self._peaks[name], self._gpu_peaks.get(name))
            for name, seconds in self._seconds.items()
        )
