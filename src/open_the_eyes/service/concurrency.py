"""At most so many requests at one moment, and a limited number that wait; all others are refused at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from .errors import TooManyUploads

MAX_WAITING: Final = 64
RETRY_AFTER_SECONDS: Final = 2


class ConcurrencyLimiter:
    """Of the requests of one process."""

    def __init__(self, limit: int) -> None:
        self._limiter = anyio.CapacityLimiter(limit)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for a place, and has it for the length of a block.

        Raises:
            TooManyUploads: `MAX_WAITING` wait already.
        """
        if self._limiter.statistics().tasks_waiting >= MAX_WAITING:
            raise TooManyUploads(
                f"expected room for one more upload, {MAX_WAITING} wait; try again in {RETRY_AFTER_SECONDS} seconds.",
                RETRY_AFTER_SECONDS,
            )
        async with self._limiter:
            yield
