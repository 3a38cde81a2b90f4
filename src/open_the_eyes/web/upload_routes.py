"""Where photos come in from the page: as at the API's own route, but faces are found before anything is queued."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from ..service.job_service import JobService
from ..service.problems import problem_of
from .photo_intake import HandedIn, PhotoIntake

PHOTOS: Final = "/photos"


def upload_routes(service: JobService, intake: PhotoIntake) -> APIRouter:
    """Two routes; they answer with the job that paints the preview.

    Files that are of no use are left out, and the answer says which and why, from 0 on.
    """
    router = APIRouter(include_in_schema=False)

    @router.post(PHOTOS)
    async def hand_in(request: Request) -> Response:
        """A photo and references as for POST /v1/jobs; raises what that raises, and `NoFace`: they are known now.

        The answer says which of them is the photo.
        """
        owner = request.state.owner
        await run_sync(service.uploads.check_room, owner)
        async with service.uploads.inspection(request, owner, leave_out=True) as upload:
            came = await run_sync(intake.hand_in, owner, upload)
        return JSONResponse({"id": came.job, "photo": came.photo, "left_out": _told(came)}, 202)

    @router.post(PHOTOS + "/{job_id}/shots")
    async def add_shots(request: Request, job_id: Annotated[UUID, Path()]) -> Response:
        """More shots for a photo that is there, as a photo and references are sent; raises what `hand_in` does."""
        owner = request.state.owner
        await run_sync(service.uploads.check_room, owner)
        job = await run_sync(service.job, job_id, owner)
        async with service.uploads.inspection(request, owner, leave_out=True) as upload:
            came = await run_sync(intake.add_shots, owner, job, upload)
        return JSONResponse({"id": came.job, "left_out": _told(came)}, 202)

    return router


def _told(came: HandedIn) -> list[dict[str, object]]:
    return [{"number": number, "problem": problem_of(error)} for number, error in sorted(came.left_out.items())]
