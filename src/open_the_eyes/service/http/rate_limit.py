"""How many requests a key may make."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Final

from ...wording import counted
from ..errors import TooManyRequests

MANY: Final = 1000
"""Buckets from which on those that are full again are dropped: they are as good as none."""


class RateLimiter:
    """A token bucket a key; a minute's worth of requests may come at once. In memory, of this process."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def acquire(self, owner: str) -> None:
        """Takes one from the bucket of `owner`: only known keys, so that strangers cannot fill the memory.

        Raises:
            TooManyRequests: the bucket is empty.
        """
        pace = self._per_minute / 60
        with self._lock:
            now = self._clock()
            left, since = self._buckets.get(owner, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * pace)
            if left >= 1:
                self._buckets[owner] = (left - 1, now)
                if len(self._buckets) > MANY:
                    self._drop_full(now, pace)
                return
        seconds = max(1, math.ceil((1 - left) / pace))
        raise TooManyRequests(
            f"expected at most {self._per_minute} requests a minute of one key, more came; try again in "
            f"{counted(seconds, 'second')}.",
            seconds,
        )

    def _drop_full(self, now: float, pace: float) -> None:
        self._buckets = {
            owner: (left, since)
            for owner, (left, since) in self._buckets.items()
            if left + (now - since) * pace < self._per_minute
        }
