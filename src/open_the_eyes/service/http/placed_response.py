"""A response that nobody gets who has too many open."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class PlacedResponse(StreamingResponse):
    """A response that has a place from before its first byte until it was sent, or nobody takes it any more.

    Without a place it raises, before anything was sent, why there is none.
    """

    def __init__(self, place: AbstractContextManager[None], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)
