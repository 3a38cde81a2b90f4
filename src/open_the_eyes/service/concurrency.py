"""A limit on requests at one moment, and on those that wait; all others are refused at once."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from ..wording import counted
from .errors import TooManyUploads

MAX_WAITING: Final = 64
RETRY_AFTER_SECONDS: Final = 2


class ConcurrencyLimiter:
    """Limits the requests of one process.

    Args:
        patience: seconds after which whoever still waits is refused.
    """

    def __init__(self, limit: int, patience: float) -> None:
        self._limiter, self._patience = anyio.CapacityLimiter(limit), patience

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for a place, and has it for the length of a block.

        Raises:
            TooManyUploads: `MAX_WAITING` wait already, or no place became free.
        """
        if self._limiter.statistics().tasks_waiting >= MAX_WAITING:
            raise too_many(f"expected room for one more upload, {MAX_WAITING} wait", RETRY_AFTER_SECONDS)
        try:
            with anyio.fail_after(self._patience):
                await self._limiter.acquire()
        except TimeoutError:
            seconds = math.ceil(self._patience)
            raise too_many(
                f"expected a place for this upload within {counted(seconds, 'second')}, others were slow", seconds
            ) from None
        try:
            yield
        finally:
            self._limiter.release()


def too_many(why: str, seconds: int) -> TooManyUploads:
    """The refusal of one request too many; `why` says what was expected and what came."""
    return TooManyUploads(f"{why}; try again in {counted(seconds, 'second')}.", seconds)
