"""The HTTP routes: each decodes, calls `JobService`, encodes."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.routing import Match, Mount
from starlette.types import Scope

from ...errors import NoCapacity, UsageError
from ...options import MAX_VARIATIONS
from ...options.face_numbers import MAX_FACE
from ...wording import typed
from ..errors import NotHere
from ..job_service import JobService
from ..jobs.job import ToldState
from ..listing import DEFAULT_LIMIT, MAX_LIMIT
from ..problems import MEDIA_TYPE
from .downloads import DOWNLOAD, answer_with
from .events import events, until_ended
from .operations import EVENT, UPLOAD, problems
from .placed_response import PlacedResponse
from .schemas import HealthView, JobsView, JobView, ReportView

MAX_WAIT: Final = 30
"""Longest time, seconds, for which a client may have the answer about a job held back: many proxies lose patience after
60."""

JobId = Annotated[UUID, Path(description="A job's id, from the answer to POST /v1/jobs.")]
STREAM: Final = "text/event-stream"
UNBUFFERED: Final = {"X-Accel-Buffering": "no"}
"""Header without which nginx, as it comes, holds events back until there are many."""

FIGURES: Final = 'ote_database_up 1.0\note_queue_depth{lane="photo"} 3.0\note_jobs_total{state="done"} 128.0\n'
METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
LOCATION: Final = {
    "Location": {"description": "The job's address.", "schema": {"type": "string", "format": "uri-reference"}}
}

router = APIRouter()
"""Routes of the service itself; whoever looks after the machine may ask them in whatever way."""


async def _check_query(request: Request) -> None:
    """Refuses what would be passed over: a parameter of another name, or given twice.

    Raises:
        UsageError: the address knows no such parameter, or knows it once.
    """
    route = request.scope["route"]
    known = [one.alias for one in route.dependant.query_params] if isinstance(route, APIRoute) else []
    came = [name for name, _ in request.query_params.multi_items()]
    unknown = next((name for name in came if name not in known), None)
    if unknown is not None:
        takes = " and ".join(known) or "none"
        into = "" if known or request.method != "POST" else "; options go into the form, as JSON in the field options"
        raise UsageError(f"expected query parameters that are known here ({takes}), got {typed(unknown)}{into}.")
    twice = next((name for name in known if came.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice}: expected it once in the address, got it {came.count(twice)} times; leave one.")


v1 = APIRouter(prefix="/v1", dependencies=[Depends(_check_query)])
"""Routes of photos and jobs."""


def _service(request: Request) -> JobService:
    service: JobService = request.app.state.service
    return service


@v1.post(
    "/jobs",
    status_code=202,
    response_model=JobView,
    responses={**problems(408, 413, 415, 422, 503, 507), 202: {"description": "Accepted.", "headers": LOCATION}},
    openapi_extra=UPLOAD,
    tags=["jobs"],
)
async def create_job(
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(description="The same key and body make one job, however often they are sent.")
    ] = None,
) -> dict[str, Any]:
    """Takes a photo. Once this has answered, the job is not lost, and its address is in `Location`."""
    service = _service(request)
    job = await service.uploads.create_job(request, request.state.owner, idempotency_key)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return await run_sync(service.view, job)


@v1.head("/jobs", include_in_schema=False)
@v1.get("/jobs", response_model=JobsView, responses=problems(422, 503), tags=["jobs"])
def list_jobs(
    request: Request,
    state: Annotated[ToldState | None, Query(description="Only jobs in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="So many at most.")] = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(description="From `next` of an earlier answer: those before its last.")] = None,
) -> dict[str, Any]:
    """The jobs of this key, the newest first, without their reports; a page of them, and the address of the next."""
    return _service(request).page(request.state.owner, limit, after, state)


@v1.head("/jobs/{job_id}", include_in_schema=False)
@v1.get("/jobs/{job_id}", response_model=JobView, responses=problems(404, 422, 503), tags=["jobs"])
async def get_job(
    request: Request,
    job_id: JobId,
    wait: Annotated[
        int, Query(ge=0, le=MAX_WAIT, description="Answers when the job has ended, or after so many seconds.")
    ] = 0,
) -> dict[str, Any]:
    """What has become of a job: state, faces, outcomes, timings, and where its results are."""
    service = _service(request)
    job = await run_sync(service.job, job_id, request.state.owner)
    if wait and not job.ended:
        with service.follow_room.place(request.state.owner):
            await until_ended(service.repository, job, wait, request.is_disconnected)
        job = await run_sync(service.job, job_id, request.state.owner)
    return await run_sync(service.view, job)


@v1.head("/jobs/{job_id}/events", include_in_schema=False)
@v1.get(
    "/jobs/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        **problems(404, 422, 503),
        200: {
            "description": "Events `progress`, and at the end `done`, `failed` or `cancelled`.",
            "content": {STREAM: {"schema": EVENT}},
        },
        204: {"description": "This client has seen the last event."},
    },
    tags=["jobs"],
)
async def get_events(
    request: Request,
    job_id: JobId,
    last_event_id: Annotated[str | None, Header(description="Sent by browsers when they connect again.")] = None,
) -> Response:
    """What happens to a job, as server-sent events: its state at once, then every change."""
    service = _service(request)
    job = await run_sync(service.job, job_id, request.state.owner)
    if job.ended and last_event_id == str(job.seq):
        return Response(status_code=204)
    if request.method == "HEAD":  # whose answer does not wait for the job's end
        return StreamingResponse(iter(()), media_type=STREAM, headers=UNBUFFERED)
    told = service.audience.following(job.id, events(service.repository, job, service.config.retention))
    place = service.follow_room.place(request.state.owner)
    return PlacedResponse(place, told, media_type=STREAM, headers=UNBUFFERED)


@v1.head("/jobs/{job_id}/result", include_in_schema=False)
@v1.get(
    "/jobs/{job_id}/result",
    response_class=StreamingResponse,
    responses={**problems(404, 409, 422, 503), **DOWNLOAD},
    tags=["jobs"],
)
def get_result(
    request: Request,
    job_id: JobId,
    variation: Annotated[int, Query(ge=1, le=MAX_VARIATIONS, description="Best first.")] = 1,
    face: Annotated[int | None, Query(ge=1, le=MAX_FACE, description="Only this face, as a small picture.")] = None,
    if_none_match: Annotated[  # noqa: ARG001 - for the document; here FastAPI has but one of its lines
        str | None, Header(description="`ETag` of the file that one has.")
    ] = None,
) -> Response:
    """A result. Where no eye was opened there is none: the photo is as it was sent."""
    service = _service(request)
    found = service.result(service.job(job_id, request.state.owner), variation, face)
    return answer_with(found, request)


@v1.delete("/jobs/{job_id}", status_code=204, responses=problems(404, 422, 503), tags=["jobs"])
def delete_job(request: Request, job_id: JobId) -> Response:
    """Stops the job at its next step, and deletes everything of it at once."""
    _service(request).forget(job_id, request.state.owner)
    return Response(status_code=204)


@v1.post(
    "/inspect",
    response_model=ReportView,
    responses=problems(408, 413, 415, 422, 503, 507),
    openapi_extra=UPLOAD,
    tags=["photos"],
)
async def inspect(request: Request) -> dict[str, Any]:
    """Faces, how far their eyes are open, and what a job would do with each; nothing is kept."""
    service = _service(request)
    async with service.uploads.inspection(request, request.state.owner) as upload:
        return await run_sync(service.inspect_report, upload)


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", response_model=HealthView, responses=problems(503, keyed=False), tags=["service"])
async def healthz(request: Request) -> dict[str, str]:  # asynchronous: threads may be busy, a live process says so
    """The process is up, and gets on. After a 503 it is to be started anew: a photo hangs, or the GPU failed."""
    _service(request).check_alive()
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=HealthView, responses=problems(503, keyed=False), tags=["service"])
def readyz(request: Request) -> dict[str, str]:
    """Jobs can be taken: the database answers and the store can be written to."""
    if not _service(request).is_ready():
        raise NoCapacity("expected database and store to answer, one does not; look at the log.")
    return {"status": "ok"}


@router.head("/metrics", include_in_schema=False)
@router.get(
    "/metrics",
    response_class=Response,
    responses={
        **problems(paced=False),
        200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": FIGURES}}},
    },
    tags=["service"],
)
def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    return Response(_service(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def methods_at(scope: Scope) -> set[str]:
    """What the service answers at an address; nothing, where it has none. What is mounted beside it does not count."""
    routes = [route for route in scope["app"].routes if not isinstance(route, Mount)]
    return {m for m in METHODS if any(route.matches({**scope, "method": m})[0] is Match.FULL for route in routes)}


def no_such_route(path: str) -> NotHere:
    """The refusal for an address that nothing answers."""
    return NotHere(f"expected an address of this service, got {typed(path)}; /openapi.json lists them.")


def problem_response(problem: dict[str, Any], headers: dict[str, str]) -> JSONResponse:
    """A problem detail on its way out."""
    return JSONResponse(problem, problem["status"], headers, media_type=MEDIA_TYPE)
