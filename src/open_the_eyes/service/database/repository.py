"""What has become of every job: each change is one transaction, and happens only from the state it belongs to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from ...errors import UsageError
from ...wording import counted
from ..errors import OwnQueueFull, QueueFull
from ..jobs.job import ENDED, LANES, UNFINISHED, Job, JobRequest, Lane, ToldState
from ..jobs.outlook import AT_WORK_SECONDS, Outlook, Peak, UnderWay
from ..jobs.priority_lock import turns_before
from ..listing import Cursor
from ..memo import Memo
from .statements import changing, counting, forgetting, listing, of_account, over
from .tables import JOBS, connect, job_of

COUNTED: Final = ("arriving", "queued")
"""States that take a place in the queue."""

RECENT: Final = 20
"""Finished jobs that tell how long one takes, the latest ones."""

USUAL_KEPT_SECONDS: Final = 5.0
"""How long the usual duration is kept: every look at a job that has not ended, and every event, tells it."""

LONGEST_WAIT: Final = 120
"""Longest time, seconds, that whoever was refused is told to stay away for."""


class JobRepository:
    """Jobs in a database that survives this process.

    Args:
        connections: the most that are open at a time, of PostgreSQL; who comes when there are as many waits.

    Raises:
        UsageError: a database that cannot be used.
    """

    def __init__(self, url: str, connections: int = 5) -> None:
        self._engine = connect(url, connections)
        self._usual = Memo[Lane, "float | None"](USUAL_KEPT_SECONDS)
        self._workers = Peak(AT_WORK_SECONDS)

    def admit(self, request: JobRequest, max_queue: int, max_own: int | None = None) -> Job:
        """The job for a request, "arriving"; or the one that the same request has already made.

        Raises:
            QueueFull: `max_queue` jobs are waiting.
            OwnQueueFull: `max_own` jobs of the same owner are, or of the key they came in with.
            UsageError: another request had the same idempotency key.
        """
        try:
            with self._engine.begin() as connection:
                self._one_at_a_time(connection)
                known = self._known(connection, request)
                if known is None:
                    self._check_room(connection, request.owner, max_queue, max_own)
                    known = self._add(connection, request)
        except sa.exc.IntegrityError:  # the same request, at the same moment, at another machine
            return self.admit(request, max_queue, max_own)
        if known.request.fingerprint != request.fingerprint:
            raise UsageError(
                "expected the same photo, references and options as the request that used it first, "
                "got others; use a new key.",
                option="Idempotency-Key",
            )
        return known

    def check_room(self, owner: str, max_queue: int, max_own: int | None = None) -> None:
        """Refuses one more job where the queue, or its owner's share of it, is full.

        Raises:
            QueueFull: `max_queue` jobs are waiting.
            OwnQueueFull: `max_own` jobs of this owner are, or of the key they came in with.
        """
        with self._engine.connect() as connection:
            self._check_room(connection, owner, max_queue, max_own)

    def knows(self, owner: str, idempotency: str) -> bool:
        """Whether a request of that key has come before."""
        query = sa.select(JOBS.c.id).where(JOBS.c.owner == owner, JOBS.c.idempotency == idempotency)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def get(self, job: str, owner: str | None = None) -> Job | None:
        """The job; None where it does not exist, or is somebody else's."""
        query = sa.select(JOBS).where(JOBS.c.id == job)
        query = query.where(JOBS.c.state != "forgotten")
        if owner is not None:
            query = query.where(JOBS.c.owner == owner, JOBS.c.state != "arriving")
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else job_of(row)

    def listed(self, owner: str, most: int, after: Cursor | None = None, state: ToldState | None = None) -> list[Job]:
        """An owner's jobs, the newest first; those that were made before the one at the cursor, where there is one."""
        query = listing(owner, after, state).limit(most)
        with self._engine.connect() as connection:
            return [job_of(row) for row in connection.execute(query)]

    def accept(self, job: str) -> bool:
        """Notes that a job's photo is stored: from now on the job is not lost."""
        return self._change(job, ("arriving",), state="queued")

    def begin(self, job: str, *, again: bool = False) -> int:
        """The number of the attempt that begins, from 1; 0 for a job that nobody waits for any more.

        Args:
            again: the process that was at it still is: that counts as the same attempt.
        """
        attempts = JOBS.c.attempts + (0 if again else 1)
        values = {"started": time.time(), "moved": None, "stage": "", "fraction": 0.0, "attempts": attempts}
        query = changing(job, UNFINISHED, state="running", **values).returning(JOBS.c.attempts)
        with self._engine.begin() as connection:
            return connection.execute(query).scalar() or 0

    def leave(self, job: str) -> None:
        """Notes that a job was left in order and will begin again: that was no attempt."""
        with self._engine.begin() as connection:
            connection.execute(changing(job, ("running",), attempts=JOBS.c.attempts - 1))

    def progress(self, job: str, stage: str, fraction: float) -> bool:
        """Notes a job's progress; False when nobody wants it any more."""
        moved = sa.case((JOBS.c.fraction < fraction, time.time()), else_=JOBS.c.moved)  # who waits tells, too
        return self._change(job, ("running",), stage=stage, fraction=fraction, moved=moved)

    def finish(self, job: str, report: dict[str, Any], results: list[dict[str, Any]]) -> bool:
        """True for the one call that made it done."""
        outcome = json.dumps({"report": report, "results": results})
        return self._change(job, UNFINISHED, state="done", finished=time.time(), fraction=1.0, outcome=outcome)

    def fail(self, job: str, problem: dict[str, Any]) -> bool:
        """True for the one call that made it failed."""
        outcome = json.dumps({"problem": problem})
        return self._change(job, UNFINISHED, state="failed", finished=time.time(), outcome=outcome)

    def count_from(self, job: str, ended: float) -> None:
        """Has a job count as ended at another moment, from which its retention is counted; it took as long as ever."""
        self._change(job, ENDED, started=JOBS.c.started + (ended - JOBS.c.finished), finished=ended)

    def forget(self, job: str, owner: str | None = None) -> bool:
        """Forgets a job: nobody finds it any more, and its worker learns of it at the next step; an empty row stays
        until `drop`."""
        query = forgetting(job)
        return self._has_changed(query if owner is None else query.where(JOBS.c.owner == owner))

    def abandon(self, job: str) -> bool:
        """Forgets a job whose photo could not be stored; False, when the same request, sent twice, has succeeded."""
        return self._has_changed(forgetting(job).where(JOBS.c.state == "arriving"))

    def forgotten(self, before: float) -> list[str]:
        """Jobs that were forgotten by then, and whose files may still be somewhere."""
        query = sa.select(JOBS.c.id).where(JOBS.c.state == "forgotten", JOBS.c.finished <= before)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def drop(self, job: str) -> None:
        """Deletes the row of a job that was forgotten, and whose files are gone."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(JOBS).where(JOBS.c.id == job, JOBS.c.state == "forgotten"))

    def waiting(self) -> dict[Lane, int]:
        """How many jobs wait in each lane."""
        query = sa.select(JOBS.c.lane, sa.func.count()).where(JOBS.c.state == "queued").group_by(JOBS.c.lane)
        with self._engine.connect() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {"preview": found.get("preview", 0), "photo": found.get("photo", 0)}

    def waiting_seconds(self) -> dict[Lane, float]:
        """How long the oldest job has waited in each lane; 0 where none does."""
        query = sa.select(JOBS.c.lane, sa.func.min(JOBS.c.created)).where(JOBS.c.state == "queued")
        with self._engine.connect() as connection:
            oldest = {row[0]: row[1] for row in connection.execute(query.group_by(JOBS.c.lane))}
        now = time.time()
        return {lane: max(0.0, now - oldest.get(lane, now)) for lane in LANES}

    def outlook(self, job: Job) -> Outlook:
        """What is done and will be begun before a job, as the lanes are served, and how long jobs take."""
        with self._engine.connect() as connection:
            rows = connection.execute(counting(job)).all()
        own, of_others = rows[0][:2]
        under_way = tuple(UnderWay.of(*row[2:]) for row in rows if row.lane is not None)
        workers = self._workers.with_(len(under_way))
        usual = {} if job.ended else {one: self.usual_seconds(one) for one in LANES}
        if job.state != "queued":
            return Outlook({}, under_way, usual, workers)
        lane = job.request.lane
        other: Lane = "photo" if lane == "preview" else "preview"
        ahead = {lane: own, other: turns_before(lane, own, of_others, max(1, workers))}
        return Outlook(ahead, under_way, usual, workers)

    def usual_seconds(self, lane: Lane) -> float | None:
        """How long the latest jobs took on average, some seconds ago at most; None while there were none."""

        def find_out() -> float | None:
            with self._engine.connect() as connection:
                return _usual_seconds(connection, lane)

        return self._usual.get(lane, find_out)

    def unfinished(self) -> list[Job]:
        """What was accepted and has not ended, oldest first."""
        query = sa.select(JOBS).where(JOBS.c.state.in_(UNFINISHED)).order_by(JOBS.c.created)
        with self._engine.connect() as connection:
            return [job_of(row) for row in connection.execute(query)]

    def unfinished_count(self) -> int:
        """How many jobs wait or are being done."""
        query = sa.select(sa.func.count()).where(JOBS.c.state.in_(UNFINISHED))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def stale(self, ended_before: float, arriving_before: float) -> list[str]:
        """Jobs whose time is over: by `retention`, or uploads that never became jobs."""
        with self._engine.connect() as connection:
            query = sa.select(JOBS.c.id).where(over(ended_before, arriving_before))
            return list(connection.execute(query).scalars())

    def forget_stale(self, job: str, ended_before: float, arriving_before: float) -> bool:
        """Forgets a job whose time is over still: since `stale` named it, it may have been given more."""
        return self._has_changed(forgetting(job).where(over(ended_before, arriving_before)))

    def known(self, jobs: Sequence[str]) -> set[str]:
        """Those that exist and were not forgotten."""
        query = sa.select(JOBS.c.id).where(JOBS.c.id.in_(jobs), JOBS.c.state != "forgotten")
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def _change(self, job: str, states: Sequence[str], **values: Any) -> bool:
        return self._has_changed(changing(job, states, **values))

    def _has_changed(self, query: sa.Update) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(query).rowcount > 0

    def _one_at_a_time(self, connection: sa.Connection) -> None:
        """Counting and adding belong together; SQLite's transactions see to that from their first write on."""
        if self._engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(20230518)"))
        else:
            connection.execute(sa.text("BEGIN IMMEDIATE"))

    def _known(self, connection: sa.Connection, request: JobRequest) -> Job | None:
        if request.idempotency is None:
            return None
        query = sa.select(JOBS).where(JOBS.c.owner == request.owner, JOBS.c.idempotency == request.idempotency)
        row = connection.execute(query).first()
        return None if row is None else job_of(row)

    def _check_room(self, connection: sa.Connection, owner: str, max_queue: int, max_own: int | None) -> None:
        query = sa.select(sa.func.count(), sa.func.count().filter(of_account(owner))).where(JOBS.c.state.in_(COUNTED))
        waiting, own = connection.execute(query).one()
        if waiting < max_queue and (max_own is None or own < max_own):
            return
        pace = _usual_seconds(connection, "photo") or 1.0
        soon = max(1, min(LONGEST_WAIT, round(pace * waiting / 10)))  # until a tenth of the queue is done
        later = f"try again in {counted(soon, 'second')}."
        if waiting >= max_queue:
            raise QueueFull(f"expected room in the queue, it has {counted(waiting, 'job')}; {later}", soon)
        most = counted(max_own or 0, "waiting job")
        raise OwnQueueFull(f"expected at most {most} of one key, another came; {later}", soon)

    def _add(self, connection: sa.Connection, request: JobRequest) -> Job:
        row = {
            "id": str(uuid4()),
            "owner": request.owner,
            "lane": request.lane,
            "state": "arriving",
            "seq": 0,
            "created": time.time(),
            "options": json.dumps(request.options),
            "reference_count": request.references,
            "idempotency": request.idempotency,
            "fingerprint": request.fingerprint,
        }
        connection.execute(sa.insert(JOBS).values(row))
        return job_of(connection.execute(sa.select(JOBS).where(JOBS.c.id == row["id"])).one())


def _usual_seconds(connection: sa.Connection, lane: Lane) -> float | None:
    query = sa.select(JOBS.c.finished - JOBS.c.started).where(JOBS.c.state == "done", JOBS.c.lane == lane)
    took = connection.execute(query.order_by(JOBS.c.finished.desc()).limit(RECENT)).scalars().all()
    return sum(took) / len(took) if took else None
