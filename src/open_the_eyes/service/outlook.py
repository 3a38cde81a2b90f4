"""What is before a job that waits, and how long that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .jobs import Job, Lane

SURE: Final = 0.05
"""Below this share of the work, the time left is anybody's guess."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one job.

    Args:
        ahead: how many jobs of each lane will be begun before it.
        running: how many jobs are being done.
        usual: how long the latest jobs of each lane took on average; None while there were none.
    """

    ahead: Mapping[Lane, int]
    running: int
    usual: Mapping[Lane, float | None]

    @property
    def position(self) -> int:
        return sum(self.ahead.values())

    def eta_seconds(self, job: Job, now: float) -> float | None:
        """Time left as far as it can be told: by how far the job is, or by how long the latest jobs took.

        Those before it are shared out among the processes that are at work, each of which has one job in hand.
        """
        if job.ended:
            return 0.0
        if job.state == "running" and job.started is not None and job.fraction > SURE:
            return round((now - job.started) * (1 - job.fraction) / job.fraction, 1)
        own = self.usual.get(job.request.lane)
        if own is None:
            return None
        before = sum(count * (self.usual.get(lane) or own) for lane, count in self.ahead.items())
        return round(own + before / max(1, self.running), 1)
