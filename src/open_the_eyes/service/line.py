"""A limited line before a few places: who finds it full is told so at once, and waits for nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from .refusals import Busy

IN_LINE: Final = 64
AGAIN_SECONDS: Final = 2


class Line:
    """Of the requests of one process."""

    def __init__(self, places: int) -> None:
        self._places = anyio.CapacityLimiter(places)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Waits for a place, and has it for the length of a block.

        Raises:
            Busy: `IN_LINE` wait already.
        """
        if self._places.statistics().tasks_waiting >= IN_LINE:
            raise Busy(
                f"expected room for one more upload, {IN_LINE} wait; try again in {AGAIN_SECONDS} seconds.",
                AGAIN_SECONDS,
            )
        async with self._places:
            yield
