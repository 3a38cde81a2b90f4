"""What happens to a job, as server-sent events: its state first, then every change, until it has ended; or its end."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import anyio
from anyio.to_thread import run_sync

from ..database.repository import JobRepository
from ..jobs.job import Job
from ..jobs.outlook import Outlook
from ..views import job_view

LOOK_SECONDS: Final = 0.2
"""Pause between two looks at the database: whichever process works on the job, and whichever is asked, it is all
there."""

FAR_BACK: Final = 10
"""Place in the queue up to which a job is looked at the less often the farther back it is: nothing is new there for a
while."""

SILENCE_SECONDS: Final = 15.0
"""Silence after which a comment is sent, so that nobody in between takes the connection for dead."""

GONE: Final = b'event: cancelled\ndata: {"state": "cancelled"}\n\n'


async def events(repository: JobRepository, job: Job, retention: int) -> AsyncIterator[bytes]:
    """Events of one job. Who connects again is told the state first, even where nothing has happened since."""
    told, place, silent = -1, -1, 0.0
    left: int | None = None
    current: Job | None = job
    while current is not None:
        outlook = await run_sync(repository.outlook, current)
        seconds = _whole(outlook.eta_seconds(current))
        waits_shorter = current.state == "queued" and seconds != left
        if current.seq != told or place not in (-1, outlook.position) or waits_shorter:
            yield _event(current, retention, outlook)
            silent = 0.0
        told, place, left = current.seq, outlook.position, seconds
        if current.ended:
            return
        pause = _pause(place)
        await anyio.sleep(pause)
        silent += pause
        if silent >= SILENCE_SECONDS:
            yield b": still here\n\n"
            silent = 0.0
        current = await run_sync(repository.get, job.id)
    yield GONE


async def until_ended(
    repository: JobRepository, job: Job, seconds: float, is_left: Callable[[], Awaitable[bool]]
) -> None:
    """Returns when a job has ended or was deleted, or after so many seconds.

    Args:
        is_left: whether nobody waits for it any more.
    """
    until = time.monotonic() + seconds
    current: Job | None = job
    while current is not None and not current.ended and (left := until - time.monotonic()) > 0 and not await is_left():
        outlook = await run_sync(repository.outlook, current)
        await anyio.sleep(min(left, _pause(outlook.position)))
        current = await run_sync(repository.get, job.id)


def _whole(seconds: float | None) -> int | None:
    """What is said of the time left; less than a second is no news."""
    return None if seconds is None else round(seconds)


def _pause(position: int) -> float:
    """Seconds until a job is looked at again."""
    return LOOK_SECONDS * (1 + min(position, FAR_BACK))


def _event(job: Job, retention: int, outlook: Outlook) -> bytes:
    view = job_view(job, retention, outlook)
    told = {"position": outlook.position, "running": outlook.running}
    data: dict[str, Any] = {"state": job.state, **told, **view["progress"]}
    if job.ended:
        data["faces"] = (job.report or {}).get("faces", [])
        data["problem"] = job.problem
    name = "progress" if job.state in ("queued", "running") else job.state
    return f"id: {job.seq}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
