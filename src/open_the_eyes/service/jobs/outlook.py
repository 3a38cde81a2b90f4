"""What is before a job that waits, and how long that takes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .job import Job, Lane

SURE: Final = 0.15
"""Share of a job's work up to which its own pace says nothing yet: as a rule, the photo is still searched for faces."""

FAR: Final = 2.0
"""How many times as long as usual a job may take before it counts as one of another kind."""

SOON: Final = 3.0
"""How much faster than its share of the work a job's own pace comes to count for what it takes beyond the usual: with a
third of the work done, it is all that counts."""

AT_WORK_SECONDS: Final = 5.0
"""How long a process counts as being at work after a job: between two it has none in hand for a moment."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A job that is being done.

    Args:
        fraction: of the work that is done.
        seconds: for how long it had been at work when it was so far.
    """

    lane: Lane
    fraction: float
    seconds: float

    @classmethod
    def of(cls, lane: Lane, fraction: float, started: float | None, moved: float | None) -> UnderWay:
        """Made from the moments at which the job was begun and last got on; an unknown one counts as now."""
        return cls(lane, fraction, max(0.0, (moved or 0.0) - started) if moved and started else 0.0)

    def left(self, usual: float | None) -> float | None:
        """Seconds: at first by how long such jobs take, then more and more by its own pace. What of that is more than
        `FAR` times what is usual soon counts in full: a close-up takes ten times as long as the photos before it.

        It goes by what was told of the work, and by no clock: while a job stands still, nothing is learnt, and the time
        left neither rises nor runs out.
        """
        still = 1 - self.fraction
        if usual is None:
            return self.seconds * still / self.fraction if self.fraction > SURE and self.seconds else None
        whole = still * usual + self.seconds
        if self.fraction > SURE:
            beyond = max(0.0, self.seconds / self.fraction - FAR * usual)
            whole += (min(1.0, SOON * self.fraction) - self.fraction) * beyond
        return still * whole


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is before one job, and how long that takes.

    Args:
        ahead: how many jobs of each lane will be begun before it.
        under_way: the jobs that are being done.
        usual: how long the latest jobs of each lane took on average; None while there were none.
        workers: how many processes are at work, where that is more than have a job in hand at this moment.
    """

    ahead: Mapping[Lane, int]
    under_way: tuple[UnderWay, ...]
    usual: Mapping[Lane, float | None]
    workers: int = 1

    @property
    def position(self) -> int:
        return sum(self.ahead.values())

    @property
    def running(self) -> int:
        """How many jobs are being done."""
        return len(self.under_way)

    def eta_seconds(self, job: Job) -> float | None:
        """Time left as far as it can be told: by how far this job, or those before it, are, and how long the latest
        took.

        What is before a job that waits is shared out among the processes that are at work.
        """
        if job.ended:
            return 0.0
        own = self.usual.get(job.request.lane)
        if job.state == "running":
            left = UnderWay.of(job.request.lane, job.fraction, job.started, job.moved).left(own)
            return None if left is None else round(left, 1)
        if own is None:
            return None
        before = sum(count * (self.usual.get(lane) or own) for lane, count in self.ahead.items())
        in_hand = sum(one.left(self.usual.get(one.lane) or own) or 0.0 for one in self.under_way)
        return round(own + (before + in_hand) / max(1, self.workers, self.running), 1)


class Peak:
    """The highest of the figures that were seen lately; safe for any number of threads."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._seen = deque[tuple[float, int]]()
        """Figures that no later one reaches, with the times until which they count: the highest first."""
        self._lock = threading.Lock()

    def with_(self, figure: int) -> int:
        """The highest figure, this one included."""
        with self._lock:
            now = self._clock()
            while self._seen and self._seen[0][0] <= now:
                self._seen.popleft()
            while self._seen and self._seen[-1][1] <= figure:
                self._seen.pop()
            self._seen.append((now + self._seconds, figure))
            return self._seen[0][1]
