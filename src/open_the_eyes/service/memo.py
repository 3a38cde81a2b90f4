"""A cache that keeps answers for some seconds, for questions that are asked all the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """A cache for any number of threads. Nobody waits for another: while one finds out anew, all others get what was
    known before; before anything is known, each finds out for itself."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._known: dict[K, tuple[float, V]] = {}
        self._lock = threading.Lock()  # never held while somebody finds out: that may take a connection

    def get(self, key: K, find_out: Callable[[], V]) -> V:
        """What is known of a key, at most that many seconds old; raises what `find_out` raises."""
        with self._lock:
            now = self._clock()
            if key in self._known:
                until, value = self._known[key]
                if now < until:
                    return value
                self._known[key] = (now + self._seconds, value)
        value = find_out()
        with self._lock:
            self._known[key] = (self._clock() + self._seconds, value)
        return value
