"""Deletes everything of a job when its time is over, and queues again what fell between two chairs."""

from __future__ import annotations

import threading
import time
from typing import Final

from .house import GRACE_SECONDS, House
from .problems import log_bug
from .refusals import StoreAway

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

    def sweep(self, now: float, grace: float = GRACE_SECONDS) -> int:
        """One round; how many jobs were forgotten.

        A forgotten job's files are deleted at once, and again after `grace` seconds: whoever forgot it may have died
        before it came to that, and so may a worker that was painting it, which cleans up after itself otherwise.
        """
        ledger, runner = self._house.ledger, self._house.runner
        runner.mend()
        stale = ledger.stale(now - self._house.own.retention, now - GRACE_SECONDS)
        for job in stale:
            ledger.forget(job)
            self._erased(job)
        for job in ledger.forgotten(now - grace):
            if self._erased(job):
                ledger.drop(job)
        runner.sweep()
        return len(stale)

    def _erased(self, job: str) -> bool:
        try:
            self._house.erase(job)
        except StoreAway as error:
            log_bug(error)
            return False
        return True

    def _go(self) -> None:
        grace = 0.0  # what the last process was at when it ended
        while True:
            try:
                self.sweep(time.time(), grace)
                grace = GRACE_SECONDS
            except Exception as error:  # noqa: BLE001 -- the next round may do better, and the service goes on
                log_bug(error)
            if self._stop.wait(self._pause):
                return
