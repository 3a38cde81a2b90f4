"""What the database is asked of the jobs' table, where it takes more than a line to say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..api_keys import BY_KEY, KEY, account_of
from ..jobs.job import ENDED, LANES, TOLD, Job, ToldState
from ..listing import Cursor
from .tables import JOBS


def listing(owner: str, after: Cursor | None, state: ToldState | None) -> sa.Select[Any]:
    """An owner's jobs, the newest first; those that were made before the one at the cursor, where there is one."""
    of_state = JOBS.c.state.in_(TOLD) if state is None else JOBS.c.state == state
    query = sa.select(JOBS).where(JOBS.c.owner == owner, of_state)
    if after is not None:
        query = query.where(sa.tuple_(JOBS.c.created, JOBS.c.id) < sa.tuple_(after.created, after.job))
    return query.order_by(JOBS.c.created.desc(), JOBS.c.id.desc())


def counting(job: Job) -> sa.Select[Any]:
    """How many jobs wait in a job's lane before it, and how many in the other, beside each job that is being done: its
    lane, how far it is, when it was begun, and when it last got on. Without any, a row with no lane.

    In one question: between two a job may be begun, and would be counted twice, or not at all.
    """
    waits, lane = JOBS.c.state == "queued", job.request.lane
    before = sa.func.count().filter(JOBS.c.lane == lane, JOBS.c.created < job.created).label("before")
    others = sa.func.count().filter(JOBS.c.lane != lane).label("others")
    waiting, running = sa.select(before, others).where(waits).subquery(), JOBS.alias()
    columns = (running.c[name] for name in ("lane", "fraction", "started", "moved"))
    query = sa.select(waiting.c.before, waiting.c.others, *columns)
    return query.select_from(waiting.outerjoin(running, running.c.state == "running"))


def of_account(owner: str) -> sa.ColumnElement[bool]:
    """Jobs that take the same room as this owner's."""
    account = account_of(owner)
    own = JOBS.c.owner == account
    return sa.or_(own, JOBS.c.owner.endswith(BY_KEY + account.removeprefix(KEY))) if account.startswith(KEY) else own


def over(ended_before: float, arriving_before: float) -> sa.ColumnElement[bool]:
    """Jobs whose time is over: that ended by then, or uploads that never became jobs."""
    ended = sa.and_(JOBS.c.state.in_(ENDED), JOBS.c.lane.in_(LANES))  # both lanes, named: as the index has it
    old = sa.and_(ended, JOBS.c.finished < ended_before)
    abandoned = sa.and_(JOBS.c.state == "arriving", JOBS.c.created < arriving_before)
    return sa.or_(old, abandoned)


def changing(job: str, states: Sequence[str], **values: Any) -> sa.Update:
    """A change that happens only from one of these states, and is counted."""
    query = sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state.in_(states))
    return query.values(seq=JOBS.c.seq + 1, **values)


def forgetting(job: str) -> sa.Update:
    """Empties a job's row, once."""
    empty = {"owner": "", "idempotency": None, "fingerprint": "", "options": "{}", "outcome": None, "stage": ""}
    query = sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state != "forgotten")
    return query.values(state="forgotten", finished=time.time(), **empty)
