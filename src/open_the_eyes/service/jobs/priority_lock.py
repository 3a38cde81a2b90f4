"""One photo at a time on one device, previews first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Final

from .job import LANES, Lane

IN_A_ROW: Final = 4
"""Previews that may pass a photo that waits. Somebody sits before each of them; but who asks for previews without end
must not keep photos waiting for ever, so every fifth turn is theirs."""

NEXT_SECONDS: Final = 1.0
"""How long the device is kept for the next preview. A queue hands it out only when the last one is stored and recorded,
while the next photo has come long since: without a moment for it, photos and previews would simply take turns."""

NONE: Final[Mapping[Lane, int]] = dict.fromkeys(LANES, 0)


class PriorityLock:
    """A lock with two queues: who comes for a preview is let in before anybody who comes for a photo, unless `IN_A_ROW`
    previews have just passed one.

    Args:
        queued: how many wait in each lane, whether they have come here yet or not; asked when a preview has ended.
    """

    def __init__(self, queued: Callable[[], Mapping[Lane, int]] = lambda: NONE) -> None:
        self._queued = queued
        self._condition = threading.Condition()
        self._held = False
        self._waiting: dict[Lane, int] = {"preview": 0, "photo": 0}
        self._passed, self._kept_until = 0, -inf

    @contextmanager
    def hold(self, lane: Lane) -> Iterator[None]:
        """Waits for the device, and has it for the length of a block."""
        with self._condition:
            self._waiting[lane] += 1
            try:
                while self._held or lane != self._next():
                    self._condition.wait(self._kept_seconds() or None)
                self._held, self._kept_until = True, -inf
            finally:
                self._waiting[lane] -= 1
        queued = NONE
        try:
            try:
                yield
            finally:
                queued = self._queued() if lane == "preview" else NONE
        finally:
            with self._condition:
                passed = lane == "preview" and (self._waiting["photo"] or queued["photo"])
                self._passed = self._passed + 1 if passed else 0
                self._held, self._kept_until = False, time.monotonic() + NEXT_SECONDS if queued["preview"] else -inf
                self._condition.notify_all()

    def _next(self) -> Lane:
        """Whose turn it is, of those who wait."""
        if not self._waiting["photo"]:
            return "preview"
        previews = self._waiting["preview"] or self._kept_seconds()
        return "preview" if previews and self._passed < IN_A_ROW else "photo"

    def _kept_seconds(self) -> float:
        return max(0.0, self._kept_until - time.monotonic())


def turns_before(lane: Lane, ahead: int, others: int, workers: int) -> int:
    """How many of the other lane go before a job that has `ahead` of its own lane before it, of `others` that wait.

    Args:
        workers: processes with a lock each, among which all jobs are shared out.
    """
    if lane == "photo":
        return min(others, IN_A_ROW * workers * (1 + ahead // workers))
    return min(others, workers * (ahead // (IN_A_ROW * workers)))
