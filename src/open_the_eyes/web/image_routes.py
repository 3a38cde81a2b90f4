"""Routes of the page besides Gradio's: pictures to look at, and the finished file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID
from weakref import WeakValueDictionary

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from ..face_numbers import MAX_FACE
from ..options import MAX_VARIATIONS
from ..service.errors import NotHere
from ..service.job_service import JobService
from ..service.jobs import Job
from .image_cache import ImageCache

MINUTES: Final = 600
"""Seconds for which the visitor's own browser may keep a picture, so that looking again costs nothing."""

MAX_THREADS: Final = 4
"""That make or read pictures at one moment; other requests wait without one, and leave the service its own."""

OWN_THREADS: Final = 2
"""Of these, that one visitor has at most: a page asks for dozens of pictures, each of which may take seconds."""

_EYES: Final = re.compile(r"none|all|\d{1,5}\.\d{1,2}(,\d{1,5}\.\d{1,2}){0,499}")

JobId = Annotated[UUID, Path()]


def image_routes(service: JobService, image_cache: ImageCache) -> APIRouter:
    """The routes; what they show is the visitor's own, or not here."""
    router = APIRouter(include_in_schema=False)
    threads, of_owner = CapacityLimiter(MAX_THREADS), WeakValueDictionary[str, CapacityLimiter]()

    async def picture(request: Request, job_id: UUID, make: Callable[[Job], bytes]) -> Response:
        def made() -> bytes:
            return make(service.job(job_id, request.state.owner))

        own_threads = of_owner.setdefault(request.state.owner, CapacityLimiter(OWN_THREADS))
        async with own_threads, threads:
            try:
                data = await run_sync(made)
            except FileNotFoundError:
                raise NotHere(
                    "expected a picture of a photo of yours, there is none; it may have been deleted."
                ) from None
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={MINUTES}"})

    @router.get("/pictures/{job_id}/whole/{eyes}.jpg")
    async def whole(request: Request, job_id: JobId, eyes: str) -> Response:
        """The photo with, on each face, one of its variations: "1.2,3.1" is the second on face 1, the first on 3."""
        if not _EYES.fullmatch(eyes):
            raise NotHere("expected faces and variations such as 1.2,3.1 in the address.")
        pairs = [part.split(".") for part in eyes.split(",")] if eyes not in ("none", "all") else []
        named = {int(face): int(number) for face, number in pairs}

        def shown(job: Job) -> bytes:
            first = {face: 1 for one in job.results[:1] for face in one["faces"]}
            return image_cache.whole(job, first if eyes == "all" else named)

        return await picture(request, job_id, shown)

    @router.get("/pictures/{job_id}/eyes/{variation}/{face}.jpg")
    async def eyes(
        request: Request,
        job_id: JobId,
        variation: Annotated[int, Path(ge=0, le=MAX_VARIATIONS)],
        face: Annotated[int, Path(ge=1, le=MAX_FACE)],
    ) -> Response:
        """One face's eyes; variation 0 is the photo as it came."""
        return await picture(request, job_id, lambda job: image_cache.close_up(job, variation, face))

    @router.get("/pictures/{job_id}/face/{face}.jpg")
    async def face(request: Request, job_id: JobId, face: Annotated[int, Path(ge=1, le=MAX_FACE)]) -> Response:
        """One face of the photo as it came, to tell who it is."""
        return await picture(request, job_id, lambda job: image_cache.face(job, face))

    @router.get("/pictures/{job_id}/shot/{number}.jpg")
    async def shot(request: Request, job_id: JobId, number: Annotated[int, Path(ge=1, le=100)]) -> Response:
        """One of the other shots that came along."""
        return await picture(request, job_id, lambda job: image_cache.shot(job, number))

    @router.get("/pictures/{job_id}/shot/{number}/{face}.jpg")
    async def shot_face(
        request: Request,
        job_id: JobId,
        number: Annotated[int, Path(ge=1, le=100)],
        face: Annotated[int, Path(ge=1, le=MAX_FACE)],
    ) -> Response:
        """One of the faces in it."""
        return await picture(request, job_id, lambda job: image_cache.shot_face(job, number, face))

    @router.get("/download/{job_id}/{name}")
    def download(request: Request, job_id: JobId, name: str) -> Response:
        """The finished file, under a name that only the browser knows."""
        found = service.result(service.job(job_id, request.state.owner), 1, None)
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        headers = {"Content-Length": str(found.size), "Content-Disposition": disposition}
        return StreamingResponse(found.pieces(), media_type=found.media_type, headers=headers)

    return router
