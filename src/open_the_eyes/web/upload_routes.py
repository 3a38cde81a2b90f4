"""Where photos come in from the page: as at the API's own route, but faces are found before anything is queued."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ..service.job_service import JobService
from ..service.problems import problem_of
from .job_client import JobClient

PHOTOS: Final = "/photos"


def upload_routes(service: JobService, job_client: JobClient) -> APIRouter:
    """One route; it answers with the job that paints the preview."""
    router = APIRouter(include_in_schema=False)

    @router.post(PHOTOS)
    async def hand_in(request: Request) -> Response:
        """A photo and references as for POST /v1/jobs; raises what that raises, and `NoFace`: they are known now.

        Files that are of no use are left out, and the answer says which and why, from 0 on; and which of the
        others is the photo.
        """
        owner = request.state.owner
        await run_sync(service.uploads.check_room, owner)
        async with service.uploads.inspection(request, owner, leave_out=True) as upload:
            came = await run_sync(job_client.hand_in, owner, upload)
        told = [{"number": number, "problem": problem_of(error)} for number, error in sorted(came.left_out.items())]
        return JSONResponse({"id": came.job, "photo": came.photo, "left_out": told}, 202)

    return router
