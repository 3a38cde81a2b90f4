"""Jobs run by DBOS: durable queues and workflows in the same database as the jobs' table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Final

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from ..database.repository import JobRepository
from ..database.sqlite_clock import mend_clock
from ..database.worker_lock import WorkerLock
from .dbos_log import mend_log
from .job import Job, Lane
from .plain_pickles import mend_pickles
from .steps import JobSteps

APPLICATION: Final = "open-the-eyes"
VERSION: Final = "1"
"""Version of the workflow. Jobs that an older release accepted are taken up by a newer one while this stays the
same."""

QUEUES: Final[dict[Lane, str]] = {"preview": "previews", "photo": "photos"}
POLL_SECONDS: Final = 0.2
"""Pause between two looks at a queue. They are nearly all that an idle process does; a photo waits for half of this on
average, whether it comes alone or is the next of many."""

PURGED_AT_ONCE: Final = 1000
KEPT_LOOKED_AT: Final = 10_000
"""Oldest kept jobs among which a purge looks for what is gone. What was deleted behind them goes when they do; to look
at all of a long retention every minute would cost more than it is worth."""

_ENDED: Final = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

_LOG: Final = logging.getLogger("open_the_eyes.service")


class JobRunner:
    """Takes jobs from their queues, one after the other, until `stop`. One in a process, as DBOS is one.

    Raises:
        OpenTheEyesError: of this DBOS nobody knows what it loads.
    """

    def __init__(self, repository: JobRepository, steps: JobSteps, worker_lock: WorkerLock) -> None:
        mend_pickles()  # here, for its refusal is to be said before the service begins
        self._repository, self._steps, self._worker_lock = repository, steps, worker_lock
        self._worker = ""
        self._workflow: Callable[[str], None] | None = None

    def start(self, database_url: str, worker: str, connections: int) -> None:
        """Begins to work; what an earlier process of this name left in the middle is taken up first.

        Args:
            connections: the most that DBOS opens at a time, of PostgreSQL, beside the one that it listens at.
        """
        self._worker = worker
        mend_clock()
        mend_log()
        DBOS(config=dbos_config(database_url, worker, connections))
        self._workflow = self._registered()
        _make_queues(database_url)
        DBOS.launch()
        for queue in QUEUES.values():
            DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)

    def stop(self, patience_seconds: int) -> None:
        """Waits for the photo that is being worked on, if it does not take long; the next start does the rest.

        A photo that takes longer is left at its next step, and a result for which there is no room at once: Python
        joins these threads before the process ends, if nobody kills it before.
        """
        patience = patience_seconds if self._steps.is_busy else 0  # asked to wait, DBOS waits a second at least
        if patience:
            _LOG.warning("stopping: the photo that is being worked on has %d seconds; Ctrl-C again leaves it", patience)
        self._steps.stop(patience)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
        self._steps.leave_all()

    def hurry(self) -> None:
        """Has a stop wait no longer than to the next step; what is left is done after the next start."""
        self._steps.stop(0)

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
        """The workflow. DBOS keeps what its steps return and raise; it takes functions, and no methods."""

        @DBOS.step(name="paint")
        def paint(job: str) -> bool:
            return self._steps.paint(job)

        @DBOS.step(name="record")
        def record(job: str) -> None:
            self._steps.record(job)

        @DBOS.workflow(name="open_eyes", max_recovery_attempts=None)
        def open_the_eyes(job: str) -> None:
            if paint(job):
                record(job)

        return open_the_eyes


def dbos_config(database_url: str, worker: str, connections: int) -> DBOSConfig:
    """Of a process of this name, whose pool has so many connections."""
    return {
        "name": APPLICATION,
        "system_database_url": database_url,
        "sys_db_pool_size": connections,
        "application_version": VERSION,
        "executor_id": worker,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "ERROR",
        "max_executor_threads": 8,
        "notification_listener_polling_interval_sec": POLL_SECONDS,  # looks at nothing here; a stop waits for it
    }


def _make_queues(database_url: str) -> None:
    """The queues, where the database has none yet: DBOS looks for them when it is launched, and a second later again,
    so that at one that is made after its launch the first photo would wait."""
    DBOS.migrate(database_url)
    client = DBOSClient(system_database_url=database_url, application_name=APPLICATION)
    try:
        for queue in QUEUES.values():
            client.register_queue(
                queue, worker_concurrency=1, polling_interval_sec=POLL_SECONDS, on_conflict="never_update"
            )
    finally:
        client.destroy()
