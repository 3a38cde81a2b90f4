"""A photo to try the page with, for who has none at hand: the demo's portrait with its blink. It comes in as any other:
the page's script fetches it and sends it."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Final

from fastapi import APIRouter, Response

from .. import files
from ..demo.show import blinked_portrait
from ..engine import Engine
from ..photo import Photo

EXAMPLE: Final = "/example.jpg"
"""Address of the photo; its last part is what the photo is called."""
DAY: Final = 86_400
"""Seconds for which a browser may keep it."""


def example_routes(engine: Engine) -> APIRouter:
    """The route of the photo, which is made when somebody first asks for it."""
    router, making = APIRouter(include_in_schema=False), Lock()

    @cache
    def made() -> bytes:
        _, blinked, _ = blinked_portrait(engine)
        return files.encoded_with_report(Photo(blinked), "JPEG", None, "")[0]

    @router.get(EXAMPLE)
    def example() -> Response:
        with making:
            photo = made()
        return Response(photo, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={DAY}"})

    return router
