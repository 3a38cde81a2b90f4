"""Where photos come in from the page: as at the API's own door, but looked at before anything is painted."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ..service.house import House
from ..service.routes import as_answer
from .errands import Errands

PHOTOS: Final = "/photos"

NO_FACE: Final = {
    "type": "urn:open-the-eyes:problem:no-face",
    "title": "No face",
    "status": 422,
    "detail": "expected a face in the photo, found none; try another photo.",
}


def arrivals(house: House, errands: Errands) -> APIRouter:
    """One route; it answers with the job that paints the preview."""
    router = APIRouter(include_in_schema=False)

    @router.post(PHOTOS)
    async def hand_in(request: Request) -> Response:
        """A photo and references as for POST /v1/jobs; raises what that raises. Faces are known when this answers."""
        await run_sync(house.ledger.check_room, house.own.max_queue)
        async with house.desk.look(request) as parcel:
            job = await run_sync(errands.hand_in, request.state.owner, parcel)
        if job is None:
            return as_answer(NO_FACE, {"Cache-Control": "no-store"})
        return JSONResponse({"id": job}, 202)

    return router
