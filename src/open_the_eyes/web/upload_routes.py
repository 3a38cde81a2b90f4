"""Where photos come in from the page: as at the API's own route, but faces are found before anything is queued."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ..service.job_service import JobService
from .job_client import JobClient

PHOTOS: Final = "/photos"


def upload_routes(service: JobService, job_client: JobClient) -> APIRouter:
    """One route; it answers with the job that paints the preview."""
    router = APIRouter(include_in_schema=False)

    @router.post(PHOTOS)
    async def hand_in(request: Request) -> Response:
        """A photo and references as for POST /v1/jobs; raises what that raises, and `NoFace`: they are known now."""
        await run_sync(service.repository.check_room, service.config.max_queue)
        async with service.uploads.inspection(request) as upload:
            job = await run_sync(job_client.hand_in, request.state.owner, upload)
        return JSONResponse({"id": job}, 202)

    return router
