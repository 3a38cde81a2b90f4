"""What is done with one job: its photo is painted, then the outcome recorded. Either is done again after a crash."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from ...engine import Engine
from ...errors import Cancelled, NoCapacity
from ...residency.failures import failed_gpus
from ..database.repository import JobRepository
from ..errors import Stopping, StoreAway
from ..metrics import Metrics
from ..problems import log_bug, problem_of
from ..store import ArtifactStore
from .priority_lock import PriorityLock
from .processing import has_results, load_results, process, store_results
from .progress_watch import ProgressWatch

T = TypeVar("T")

TOLD_SECONDS: Final = 0.2
"""Least pause between two records of the progress within one stage."""

WRITING: Final = ("write", 1.0)
"""Stage of a job whose results are encoded and stored, and how far it is, 0..1: the pipeline has told its end."""

RETRY_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Pauses while the database or the store is away. After the last, others of the queue have their turn first."""

MAX_ATTEMPTS: Final = 3
"""Deaths of the process in one photo after which the photo is taken for the reason, and given up."""

_LOG: Final = logging.getLogger("open_the_eyes.service")


class JobSteps:
    """The steps of all jobs of a process, until `stop`. They return and raise nothing personal."""

    def __init__(
        self,
        repository: JobRepository,
        store: ArtifactStore,
        engine: Engine,
        metrics: Metrics,
        device_lock: PriorityLock,
        watch: ProgressWatch,
    ) -> None:
        self._repository, self._store, self._engine, self._metrics = repository, store, engine, metrics
        self._device_lock, self._watch = device_lock, watch
        self._running: set[str] = set()
        self._begun: set[str] = set()  # and not come to an end: to try again in this process is no further attempt
        self._stopping, self._leave_at = threading.Event(), inf

    @property
    def is_busy(self) -> bool:
        return bool(self._running)

    def paint(self, job_id: str) -> bool:
        """Whether there is a result to record.

        Raises:
            Stopping: the service ends, and the next start does it.
        """
        self._running.add(job_id)
        try:
            to_record = self._patiently(lambda: self._process(job_id))
        except Stopping:
            self._leave(job_id)
            raise
        finally:
            self._running.discard(job_id)
        self._begun.discard(job_id)
        return to_record

    def record(self, job_id: str) -> None:
        """The job is done, and its results can be fetched.

        Raises:
            Stopping: as above.
        """
        self._patiently(lambda: self._record(job_id))

    def stop(self, patience_seconds: float) -> None:
        """Has what waits leave at once, and what is being painted leave at its next step after that many seconds;
        called again, it is not put off."""
        self._leave_at = min(self._leave_at, time.monotonic() + patience_seconds)
        self._stopping.set()

    def leave_all(self) -> None:
        """For jobs that came to no step before the process ends; but one that hangs has had its attempt."""
        for job in list(self._running):
            if not self._watch.hangs(job):
                self._leave(job)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Tries again while the database or the store is away. DBOS could do that too, but would not notice a stop."""
        for seconds in RETRY_SECONDS:
            try:
                return work()
            except (SQLAlchemyError, StoreAway):
                self._pause(seconds)
        return work()

    def _pause(self, seconds: float) -> None:
        """Waits, unless the service ends.

        Raises:
            Stopping: the service ends.
        """
        if self._stopping.wait(seconds):
            raise Stopping

    def _process(self, job_id: str) -> bool:
        """Whether there is a result to record; failures are written down here."""
        job = self._repository.get(job_id)
        if job is None or job.ended:
            return False
        try:
            if not has_results(job_id, self._store):
                with self._device_lock.hold(job.request.lane), self._watch.in_hand(job_id):
                    if not self._begins(job_id):
                        return False
                    tell = self._progress_writer(job_id)
                    opened = process(job, self._store, self._engine, tell)
                with self._watch.in_hand(job_id):
                    tell(*WRITING)  # a large HEIC takes as long as all before it
                    store_results(job_id, opened, self._store, lambda: self._still_wanted(job_id), self._pause)
        except (SQLAlchemyError, StoreAway):
            raise  # the database or the store is away, which is no fault of this photo
        except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets to know, and the queue goes on
            if failed_gpus():
                log_bug(error)
                self._begun.discard(job_id)  # it has had its attempt
                self._wait_for_the_end()
            self._fail(job_id, error)
            return False
        return self._is_wanted(job_id) or self._discarded(job_id)

    def _begins(self, job_id: str) -> bool:
        """False for a job that nobody waits for any more."""
        self._pause(0)  # who has waited for the device while the service was told to stop begins nothing
        if failed_gpus():
            self._wait_for_the_end()
        attempt = self._repository.begin(job_id, again=job_id in self._begun)
        self._begun.add(job_id)
        if attempt > MAX_ATTEMPTS:
            raise NoCapacity(
                f"expected to finish this photo, the service died {MAX_ATTEMPTS} times in the middle of it; make it "
                "smaller, or tell the operator."
            )
        return attempt > 0

    def _wait_for_the_end(self) -> None:
        """Without its GPU this process can do no photo; it is told by /healthz, and the next start does them.

        Raises:
            Stopping: the service ends.
        """
        _LOG.error("a GPU has failed: no photo is done until this service is started anew")
        self._stopping.wait()
        raise Stopping

    def _leave(self, job_id: str) -> None:
        """Leaves a job because the service was told to stop: no photo is given up for that, however often it
        happens."""
        if job_id in self._begun:
            self._begun.discard(job_id)
            with suppress(SQLAlchemyError):
                self._repository.leave(job_id)

    def _record(self, job_id: str) -> None:
        with self._watch.in_hand(job_id):
            try:
                report, results = load_results(job_id, self._store)
            except FileNotFoundError as error:
                self._fail(job_id, error)
                return
            if self._repository.finish(job_id, report, results):
                self._metrics.finished(report)

    def _fail(self, job_id: str, error: Exception) -> None:
        if not self._is_wanted(job_id):
            self._discarded(job_id)
        elif self._repository.fail(job_id, problem_of(error)):
            self._metrics.failed()

    def _is_wanted(self, job_id: str) -> bool:
        job = self._repository.get(job_id)
        return job is not None and not job.ended

    def _still_wanted(self, job_id: str) -> bool:
        """Asked before each attempt to store results: to wait for room is not to hang."""
        self._watch.moved(job_id)
        return self._is_wanted(job_id)

    def _discarded(self, job_id: str) -> bool:
        """False; what was stored after the job had been deleted is deleted too. One that was stopped keeps it."""
        if self._repository.get(job_id) is None:
            self._store.forget(job_id)
        return False

    def _progress_writer(self, job_id: str) -> Callable[[str, float], None]:
        last: tuple[str, float] = ("", 0.0)

        def tell(stage: str, fraction: float) -> None:
            nonlocal last
            now = time.monotonic()
            self._watch.moved(job_id)
            if now >= self._leave_at:
                raise Stopping
            if stage == last[0] and now - last[1] < TOLD_SECONDS:
                return
            last = (stage, now)
            if not self._repository.progress(job_id, stage, fraction):
                raise Cancelled("expected to go on, the job was cancelled; nothing is kept.")

        return tell
