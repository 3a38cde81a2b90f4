"""Routes of the page besides Gradio's: pictures to look at, and the finished file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from ..service.errors import NotHere
from ..service.job_service import JobService
from .image_cache import ImageCache

MINUTES: Final = 600
"""Seconds for which the visitor's own browser may keep a picture, so that looking again costs nothing."""

_EYES: Final = re.compile(r"none|all|\d{1,5}\.\d{1,2}(,\d{1,5}\.\d{1,2}){0,499}")

JobId = Annotated[UUID, Path()]


def image_routes(service: JobService, image_cache: ImageCache) -> APIRouter:
    """The routes; what they show is the visitor's own, or not here."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pictures/{job_id}/whole/{eyes}.jpg")
    def whole(request: Request, job_id: JobId, eyes: str) -> Response:
        """The photo with, on each face, one of its variations: "1.2,3.1" is the second on face 1, the first on 3."""
        if not _EYES.fullmatch(eyes):
            raise NotHere("expected faces and variations such as 1.2,3.1 in the address.")
        job = service.job(job_id, request.state.owner)
        first = {face: 1 for one in job.results[:1] for face in one["faces"]}
        pairs = [part.split(".") for part in eyes.split(",")] if eyes not in ("none", "all") else []
        wanted = first if eyes == "all" else {int(face): int(number) for face, number in pairs}
        return _picture(lambda: image_cache.whole(job, wanted))

    @router.get("/pictures/{job_id}/eyes/{variation}/{face}.jpg")
    def eyes(
        request: Request,
        job_id: JobId,
        variation: Annotated[int, Path(ge=0, le=16)],
        face: Annotated[int, Path(ge=1, le=10_000)],
    ) -> Response:
        """One face's eyes; variation 0 is the photo as it came."""
        job = service.job(job_id, request.state.owner)
        return _picture(lambda: image_cache.close_up(job, variation, face))

    @router.get("/pictures/{job_id}/shot/{number}.jpg")
    def shot(request: Request, job_id: JobId, number: Annotated[int, Path(ge=1, le=100)]) -> Response:
        """One of the other shots that came along."""
        job = service.job(job_id, request.state.owner)
        return _picture(lambda: image_cache.shot(job, number))

    @router.get("/download/{job_id}/{name}")
    def download(request: Request, job_id: JobId, name: str) -> Response:
        """The finished file, under a name that only the browser knows."""
        found = service.result(service.job(job_id, request.state.owner), 1, None)
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        headers = {"Content-Length": str(found.size), "Content-Disposition": disposition}
        return StreamingResponse(found.pieces, media_type=found.media_type, headers=headers)

    return router


def _picture(make: Callable[[], bytes]) -> Response:
    try:
        data = make()
    except FileNotFoundError:
        raise NotHere("expected a picture of a photo of yours, there is none; it may have been deleted.") from None
    headers = {"Cache-Control": f"private, max-age={MINUTES}"}
    return Response(data, media_type="image/jpeg", headers=headers)
