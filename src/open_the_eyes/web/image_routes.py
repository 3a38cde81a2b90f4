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

from ..options import MAX_VARIATIONS
from ..options.face_numbers import MAX_FACE
from ..service.errors import NotHere
from ..service.job_service import JobService
from ..service.jobs.job import Job
from .image_cache import ImageCache
from .picture_views import LARGE, PAGE, View

MINUTES: Final = 600
"""Seconds for which the visitor's own browser may keep a picture, so that looking again costs nothing."""

MAX_THREADS: Final = 4
"""Most threads that make or read pictures at one moment; other requests wait without one, and leave the service its
own."""

OWN_THREADS: Final = 2
"""Most threads that make or read pictures for one visitor: a page asks for dozens of pictures, each of which may take
seconds."""

_EYES: Final = re.compile(r"none|all|\d{1,5}\.\d{1,2}(,\d{1,5}\.\d{1,2}){0,499}")

JobId = Annotated[UUID, Path()]
FaceNumber = Annotated[int, Path(ge=1, le=MAX_FACE)]
ShotNumber = Annotated[int, Path(ge=1, le=100)]
VariationNumber = Annotated[int, Path(ge=0, le=MAX_VARIATIONS)]


def image_routes(service: JobService, image_cache: ImageCache) -> APIRouter:
    """The routes; what they show is the visitor's own, or not here."""
    pictures, router = Pictures(service, image_cache), APIRouter(include_in_schema=False)
    for path, route in (
        ("/pictures/{job_id}/whole/{eyes}.jpg", pictures.whole),
        ("/pictures/{job_id}/eyes/{variation}/{face}.jpg", pictures.eyes),
        ("/pictures/{job_id}/large/whole/{eyes}.jpg", pictures.large_whole),
        ("/pictures/{job_id}/large/eyes/{variation}/{face}.jpg", pictures.large_eyes),
        ("/pictures/{job_id}/face/{face}.jpg", pictures.face),
        ("/pictures/{job_id}/shot/{number}.jpg", pictures.shot),
        ("/pictures/{job_id}/shot/{number}/{face}.jpg", pictures.shot_face),
        ("/download/{job_id}/{name}", pictures.download),
    ):
        router.add_api_route(path, route)
    return router


class Pictures:
    """What the routes answer, a method each."""

    def __init__(self, service: JobService, image_cache: ImageCache) -> None:
        self._service, self._image_cache = service, image_cache
        self._threads = CapacityLimiter(MAX_THREADS)
        self._threads_of_owner = WeakValueDictionary[str, CapacityLimiter]()

    async def whole(self, request: Request, job_id: JobId, eyes: str) -> Response:
        """The photo with, on each face, one of its variations: "1.2,3.1" is the second on face 1, the first on 3."""
        return await self._whole(request, job_id, eyes, PAGE)

    async def large_whole(self, request: Request, job_id: JobId, eyes: str) -> Response:
        """The same for a whole window."""
        return await self._whole(request, job_id, eyes, LARGE)

    async def _whole(self, request: Request, job_id: UUID, eyes: str, view: View) -> Response:
        if not _EYES.fullmatch(eyes):
            raise NotHere("expected faces and variations such as 1.2,3.1 in the address.")
        pairs = [part.split(".") for part in eyes.split(",")] if eyes not in ("none", "all") else []
        named = {int(face): int(number) for face, number in pairs}

        def shown(job: Job) -> bytes:
            first = {face: 1 for one in job.results[:1] for face in one["faces"]}
            return self._image_cache.whole(job, first if eyes == "all" else named, view)

        return await self._picture(request, job_id, shown)

    async def eyes(self, request: Request, job_id: JobId, variation: VariationNumber, face: FaceNumber) -> Response:
        """One face's eyes; variation 0 is the photo as it came."""
        return await self._picture(request, job_id, lambda job: self._image_cache.close_up(job, variation, face))

    async def large_eyes(
        self, request: Request, job_id: JobId, variation: VariationNumber, face: FaceNumber
    ) -> Response:
        """One face for a whole window, in the photo's own pixels."""
        return await self._picture(request, job_id, lambda job: self._image_cache.close_up(job, variation, face, LARGE))

    async def face(self, request: Request, job_id: JobId, face: FaceNumber) -> Response:
        """One face of the photo as it came, to tell who it is."""
        return await self._picture(request, job_id, lambda job: self._image_cache.face(job, face))

    async def shot(self, request: Request, job_id: JobId, number: ShotNumber) -> Response:
        """One of the other shots that came along."""
        return await self._picture(request, job_id, lambda job: self._image_cache.shot(job, number))

    async def shot_face(self, request: Request, job_id: JobId, number: ShotNumber, face: FaceNumber) -> Response:
        """One of the faces in it."""
        return await self._picture(request, job_id, lambda job: self._image_cache.shot_face(job, number, face))

    def download(self, request: Request, job_id: JobId, name: str) -> Response:
        """The finished file, under a name that only the browser knows."""
        found = self._service.result(self._service.job(job_id, request.state.owner), 1, None)
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        headers = {"Content-Length": str(found.size), "Content-Disposition": disposition}
        return StreamingResponse(found.pieces(), media_type=found.media_type, headers=headers)

    async def _picture(self, request: Request, job_id: UUID, make: Callable[[Job], bytes]) -> Response:
        """A picture of one of the visitor's own jobs, made in a thread once one of theirs and one of all is free."""
        owner = request.state.owner
        own_threads = self._threads_of_owner.setdefault(owner, CapacityLimiter(OWN_THREADS))
        async with own_threads, self._threads:
            try:
                data = await run_sync(lambda: make(self._service.job(job_id, owner)))
            except FileNotFoundError:
                raise NotHere(
                    "expected a picture of a photo of yours, there is none; it may have been deleted."
                ) from None
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={MINUTES}"})
