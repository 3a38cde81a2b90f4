"""Deletes everything of a job when its time is over, and queues again what fell between two chairs."""

from __future__ import annotations

import threading
import time
from typing import Final

from .house import House
from .problems import log_bug

ARRIVING_SECONDS: Final = 3600.0
"""An upload that has not become a job by then has been given up."""

LONGEST_PAUSE: Final = 60.0


class Sweeper:
    """A thread that goes round; more often where jobs are kept for a short time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = threading.Event()
        self._pause = min(LONGEST_PAUSE, max(0.2, house.own.retention / 4))
        self._thread = threading.Thread(target=self._go, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def sweep(self, now: float) -> int:
        """One round; how many jobs were deleted."""
        house = self._house
        stale = house.ledger.stale(now - house.own.retention, now - ARRIVING_SECONDS)
        for job in stale:
            house.ledger.forget(job)
            house.erase(job)
        house.runner.sweep()
        house.runner.mend()
        return len(stale)

    def _go(self) -> None:
        while not self._stop.wait(self._pause):
            try:
                self.sweep(time.time())
            except Exception as error:  # noqa: BLE001 -- the next round may do better, and the service goes on
                log_bug(error)
