"""A job, and a list of them, as a client sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, Final
from urllib.parse import urlencode

from .jobs.job import Job, ToldState
from .jobs.outlook import Outlook
from .listing import Cursor

JOBS_PATH: Final = "/v1/jobs"


def job_summary(job: Job, retention: int) -> dict[str, Any]:
    """Plain JSON values, as `schemas.JobSummaryView` describes them."""
    address = f"{JOBS_PATH}/{job.id}"
    return {
        "id": job.id,
        "state": job.state,
        "created": _moment(job.created),
        "started": _moment(job.started),
        "finished": _moment(job.finished),
        "expires": _moment(None if job.finished is None else job.finished + retention),
        "attempts": job.attempts,
        "options": job.request.options,
        "references": job.request.references,
        "results": [_result(address, one) for one in job.results],
        "problem": job.problem,
        "links": {"self": address, "events": f"{address}/events", "result": f"{address}/result"},
    }


def job_view(job: Job, retention: int, outlook: Outlook) -> dict[str, Any]:
    """The same with all that there is, as `schemas.JobView` describes it."""
    return {
        **job_summary(job, retention),
        "position": outlook.position,
        "progress": {
            "stage": job.stage,
            "fraction": round(job.fraction, 3),
            "eta_seconds": outlook.eta_seconds(job),
        },
        "report": job.report,
    }


def page_view(jobs: Sequence[Job], retention: int, limit: int, state: ToldState | None) -> dict[str, Any]:
    """A page of a list, as `schemas.JobsView` describes it; one job more than `limit` tells that there are others."""
    shown = jobs[:limit]
    of_state = {} if state is None else {"state": state}
    query = {**of_state, "limit": limit, "after": str(Cursor.of(shown[-1]))} if len(jobs) > limit else None
    return {
        "jobs": [job_summary(job, retention) for job in shown],
        "next": None if query is None else f"{JOBS_PATH}?{urlencode(query)}",
    }


def _result(address: str, one: dict[str, Any]) -> dict[str, Any]:
    link = f"{address}/result?variation={one['variation']}"
    faces = [{"face": face, "href": f"{link}&face={face}"} for face in one["faces"]]
    told = {name: one[name] for name in ("variation", "sha256", "bytes", "media_type")}
    return {**told, "href": link, "faces": faces}


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
