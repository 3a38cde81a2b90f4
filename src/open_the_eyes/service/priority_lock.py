"""One photo at a time on one device, previews first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .jobs import Lane


class PriorityLock:
    """A lock with two queues: who comes for a preview is let in before anybody who comes for a photo."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held = False
        self._previews_waiting = 0

    @contextmanager
    def hold(self, lane: Lane) -> Iterator[None]:
        """Waits for the device, and has it for the length of a block."""
        first = lane == "preview"
        with self._condition:
            self._previews_waiting += first
            try:
                self._condition.wait_for(lambda: not self._held and (first or not self._previews_waiting))
                self._held = True
            finally:
                self._previews_waiting -= first
        try:
            yield
        finally:
            with self._condition:
                self._held = False
                self._condition.notify_all()
