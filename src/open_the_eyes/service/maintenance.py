"""Deletes everything of a job when its time is over, queues again jobs that were accepted but not queued, and hands
back memory that nobody needs any more."""

from __future__ import annotations

import threading
import time
from typing import Final

from ..system.ram import give_back
from .errors import StoreAway
from .job_service import GRACE_SECONDS, JobService
from .problems import log_bug

LONGEST_PAUSE: Final = 60.0
GIVE_BACK_EVERY: Final = LONGEST_PAUSE
"""Pause between two times that unused memory is given back, seconds. It takes some 50 ms, which a photo that is being
painted does not notice once a minute."""
BREATH: Final = 0.05
"""Pause between two batches of a purge, seconds, in which jobs are accepted and taken up."""


class MaintenanceTask:
    """A thread that goes round; more often where jobs are kept for a short time."""

    def __init__(self, service: JobService) -> None:
        self._service = service
        self._stop = threading.Event()
        self._pause = min(LONGEST_PAUSE, max(0.2, service.config.retention / 4))
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def run_once(self, now: float, grace: float = GRACE_SECONDS) -> int:
        """One round; how many jobs were forgotten.

        A forgotten job's files are deleted at once, and again after `grace` seconds: whoever forgot it may have died
        before it came to that, and so may a worker that was painting it, which cleans up after itself otherwise.
        """
        repository, runner = self._service.repository, self._service.runner
        runner.recover()
        over = now - self._service.config.retention, now - GRACE_SECONDS
        stale = [job for job in repository.stale(*over) if repository.forget_stale(job, *over)]
        for job in stale:
            self._erased(job)
        for job in repository.forgotten(now - grace):
            if self._erased(job):
                repository.drop(job)
        for _ in runner.purge():
            if self._stop.wait(BREATH):
                break
        return len(stale)

    def _erased(self, job: str) -> bool:
        try:
            self._service.erase(job)
        except StoreAway as error:
            log_bug(error)
            return False
        return True

    def _run(self) -> None:
        grace = 0.0  # what the last process was at when it ended
        given_back = time.monotonic()
        while True:
            try:
                self.run_once(time.time(), grace)
                grace = GRACE_SECONDS
            except Exception as error:  # noqa: BLE001 -- the next round may do better, and the service goes on
                log_bug(error)
            if time.monotonic() - given_back >= GIVE_BACK_EVERY:
                give_back()
                given_back = time.monotonic()
            if self._stop.wait(self._pause):
                return
