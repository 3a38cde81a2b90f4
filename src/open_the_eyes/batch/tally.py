"""How far a batch is: counts, speed and the time left. Plain arithmetic over what has been told so far."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from .record import Record

RECENT_SECONDS: Final = 60.0
"""Time over which the speed is measured: a batch of mixed photos is not as fast as it was in the beginning."""


class Tally:
    """Counts of one run.

    Args:
        total: photos of the plan.
        before: what earlier runs have done, by state.
        clock: seconds.
    """

    def __init__(self, total: int, before: Counter[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.total: Final = total
        self.before: Final = before
        self.now: Final[Counter[str]] = Counter()
        self.peak_rss_mib = 0.0
        self._clock = clock
        self._began = clock()
        self._recent: deque[float] = deque()

    def add(self, record: Record) -> None:
        """Counts a photo that has just been finished."""
        self.now[record.state] += 1
        self.peak_rss_mib = max(self.peak_rss_mib, record.rss_mib)
        self._recent.append(self._clock())
        while self._recent[0] < self._recent[-1] - RECENT_SECONDS:
            self._recent.popleft()

    @property
    def counts(self) -> Counter[str]:
        """By state, earlier runs included."""
        return self.before + self.now

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    @property
    def per_second(self) -> float:
        """Photos, lately; 0 before the first."""
        if not self._recent:
            return 0.0
        since = self._began if len(self._recent) == self.now.total() else self._recent[0]
        counted = len(self._recent) if since == self._began else len(self._recent) - 1
        return counted / max(self._recent[-1] - since, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """None while nobody can tell."""
        speed = self.per_second
        return (self.total - self.done) / speed if speed > 0 else None


def in_words(seconds: float) -> str:
    """ "40 s", "3 min 20 s", "2 h 05 min" """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
