"""Jobs run by DBOS: durable queues and workflows in the same database as the jobs' table."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from typing import Final, TypeVar

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy.exc import SQLAlchemyError

from ..engine import Engine
from ..errors import Cancelled, NoCapacity
from .dbos_log import mend_log
from .errors import Stopping, StoreAway
from .jobs import Job, Lane
from .metrics import Metrics
from .priority_lock import PriorityLock
from .problems import problem_of
from .processing import has_results, load_results, process, store_results
from .repository import JobRepository
from .sqlite_clock import mend_clock
from .store import ArtifactStore
from .worker_lock import WorkerLock

T = TypeVar("T")

APPLICATION: Final = "open-the-eyes"
VERSION: Final = "1"
"""Of the workflow. Jobs that an older release accepted are taken up by a newer one while this stays the same."""

QUEUES: Final[dict[Lane, str]] = {"preview": "previews", "photo": "photos"}
POLL_SECONDS: Final = 0.2
"""Between looks at a queue. They are nearly all that an idle process does; a photo waits for half of this on average,
whether it comes alone or is the next of many."""

TOLD_SECONDS: Final = 0.2
"""Progress within one stage is written down at most this often."""

RETRY_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Pauses while the database or the store is away. After the last, others of the queue have their turn first."""

MAX_ATTEMPTS: Final = 3
"""A photo during which the process died this often is taken for the reason, and given up."""

PURGED_AT_ONCE: Final = 1000
KEPT_LOOKED_AT: Final = 10_000
"""Of the oldest jobs that are still kept: among these a purge looks for what is gone. What was deleted behind them goes
when they do; to look at all of a long retention every minute would cost more than it is worth."""

_ENDED: Final = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class JobRunner:
    """Takes jobs from their queues, one after the other, until `stop`. One in a process, as DBOS is one."""

    def __init__(
        self,
        repository: JobRepository,
        store: ArtifactStore,
        engine: Engine,
        metrics: Metrics,
        device_lock: PriorityLock,
        worker_lock: WorkerLock,
    ) -> None:
        self._repository, self._store, self._engine, self._metrics = repository, store, engine, metrics
        self._device_lock, self._worker_lock = device_lock, worker_lock
        self._running: set[str] = set()
        self._begun: set[str] = set()  # and not come to an end: to try again in this process is no further attempt
        self._stopping, self._leave_at = threading.Event(), inf
        self._worker = ""
        self._workflow: Callable[[str], None] | None = None

    def start(self, database_url: str, worker: str) -> None:
        """Begins to work; what an earlier process of this name left in the middle is taken up first."""
        self._worker = worker
        mend_clock()
        mend_log()
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": database_url,
            "application_version": VERSION,
            "executor_id": worker,
            "log_level": "ERROR",
            "max_executor_threads": 8,
        }
        DBOS(config=config)
        self._workflow = self._registered()
        DBOS.launch()
        for queue in QUEUES.values():
            DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)

    def stop(self, patience_seconds: int) -> None:
        """Waits for the photo that is being worked on, if it does not take long; the next start does the rest.

        A photo that takes longer is left at its next step, and a result for which there is no room at once: Python
        joins these threads before the process ends, if nobody kills it before.
        """
        patience = patience_seconds if self._running else 0  # asked to wait, DBOS waits a second at least
        self._leave_at = time.monotonic() + patience
        self._stopping.set()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
        for job in list(self._running):
            self._leave(job)

    def enqueue(self, job: Job) -> None:
        """Queues a job that was accepted; a second time changes nothing."""
        if self._workflow is None:
            raise RuntimeError("start comes first")
        with SetWorkflowID(job.id):
            DBOS.enqueue_workflow(QUEUES[job.request.lane], self._workflow, job.id)

    def recover(self) -> None:
        """Takes up what was accepted and nobody works on: it is in no queue, was given up, or its worker is dead."""
        self._worker_lock.acquire()
        unfinished = {job.id: job for job in self._repository.unfinished()}
        if not unfinished:
            return
        workers = set()
        for flow in DBOS.list_workflows(workflow_ids=list(unfinished), load_input=False, load_output=False):
            if flow.status in _ENDED:
                DBOS.delete_workflow(flow.workflow_id)
                continue
            del unfinished[flow.workflow_id]
            if flow.status == "PENDING" and flow.executor_id and flow.executor_id != self._worker:
                workers.add(flow.executor_id)
        for job in unfinished.values():
            self.enqueue(job)
        for worker in workers:
            self._requeue_from(worker)

    def _requeue_from(self, worker: str) -> None:
        """Queues again what a worker was at when it died; nothing, when it is alive."""
        with self._worker_lock.if_dead(worker) as dead:
            if dead:  # asked anew: somebody else may just have done this
                for flow in DBOS.list_workflows(status="PENDING", executor_id=worker, load_input=False):
                    DBOS.resume_workflow(flow.workflow_id, queue_name=flow.queue_name)

    def cancel(self, job: str) -> None:
        """Takes a job out of its queue; one that is being worked on stops at its next step."""
        DBOS.cancel_workflow(job)

    def purge(self) -> Iterator[int]:
        """Deletes what DBOS remembers of jobs that are gone, oldest first, until there is none.

        Yields after each batch how much it was: between two, others get at the database, and the caller may stop.
        """
        kept, more = 0, True
        while more and kept < KEPT_LOOKED_AT:
            ended = DBOS.list_workflows(
                status=["SUCCESS", *_ENDED], load_input=False, load_output=False, limit=PURGED_AT_ONCE, offset=kept
            )
            known = self._repository.known([flow.workflow_id for flow in ended])
            gone = [flow.workflow_id for flow in ended if flow.workflow_id not in known]
            if gone:
                DBOS.delete_workflows(gone)
            kept += len(ended) - len(gone)
            more = len(ended) == PURGED_AT_ONCE
            yield len(gone)

    def _registered(self) -> Callable[[str], None]:
        """The workflow. Its steps return and raise nothing personal: DBOS keeps both."""

        @DBOS.step(name="paint")
        def process_step(job: str) -> bool:
            self._running.add(job)
            try:
                to_record = self._patiently(lambda: self._process(job))
            except Stopping:
                self._leave(job)
                raise
            finally:
                self._running.discard(job)
            self._begun.discard(job)
            return to_record

        @DBOS.step(name="record")
        def record_step(job: str) -> None:
            self._patiently(lambda: self._record(job))

        @DBOS.workflow(name="open_eyes", max_recovery_attempts=None)
        def open_the_eyes(job: str) -> None:
            if process_step(job):
                record_step(job)

        return open_the_eyes

    def _patiently(self, work: Callable[[], T]) -> T:
        """Tried again while the database or the store is away. DBOS could do that too, but would not hear of a stop."""
        for seconds in RETRY_SECONDS:
            try:
                return work()
            except (SQLAlchemyError, StoreAway):
                self._pause(seconds)
        return work()

    def _pause(self, seconds: float) -> None:
        """Raises:
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
                with self._device_lock.hold(job.request.lane):
                    if not self._begins(job_id):
                        return False
                    opened = process(job, self._store, self._engine, self._progress_writer(job_id))
                store_results(job_id, opened, self._store, lambda: self._is_wanted(job_id), self._pause)
        except (SQLAlchemyError, StoreAway):
            raise  # the database or the store is away, which is no fault of this photo
        except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets to know, and the queue goes on
            self._fail(job_id, error)
            return False
        return self._is_wanted(job_id) or self._discarded(job_id)

    def _begins(self, job_id: str) -> bool:
        """False for a job that nobody waits for any more."""
        self._pause(0)  # who has waited for the device while the service was told to stop begins nothing
        attempt = self._repository.begin(job_id, again=job_id in self._begun)
        self._begun.add(job_id)
        if attempt > MAX_ATTEMPTS:
            raise NoCapacity(
                f"expected to finish this photo, the service died {MAX_ATTEMPTS} times in the middle of it; make it "
                "smaller, or tell the operator."
            )
        return attempt > 0

    def _leave(self, job_id: str) -> None:
        """Of a service that was told to stop: no photo is given up for that, however often it is."""
        if job_id in self._begun:
            self._begun.discard(job_id)
            with suppress(SQLAlchemyError):
                self._repository.leave(job_id)

    def _record(self, job_id: str) -> None:
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
            if now >= self._leave_at:
                raise Stopping
            if stage == last[0] and now - last[1] < TOLD_SECONDS:
                return
            last = (stage, now)
            if not self._repository.progress(job_id, stage, fraction):
                raise Cancelled("expected to go on, the job was cancelled; nothing is kept.")

        return tell
