"""How many requests a key may make."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from .errors import Busy


class RateLimiter:
    """A bucket a key, which fills at an even pace; a minute's worth may come at once. In memory, of this process."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def acquire(self, owner: str) -> None:
        """Takes one from the bucket of `owner`: only known keys, so that strangers cannot fill the memory.

        Raises:
            Busy: it is empty.
        """
        pace = self._per_minute / 60
        with self._lock:
            now = self._clock()
            left, since = self._buckets.get(owner, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * pace)
            if left >= 1:
                self._buckets[owner] = (left - 1, now)
                return
        seconds = max(1, math.ceil((1 - left) / pace))
        raise Busy(
            f"expected at most {self._per_minute} requests a minute of one key, more came; try again in {seconds} "
            "seconds.",
            seconds,
        )
