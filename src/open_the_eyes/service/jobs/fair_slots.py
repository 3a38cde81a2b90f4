"""Who is next where many wait: the account that was served least recently, so that none keeps the others out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

import anyio

from ..api_keys import account_of
from ..concurrency import MAX_WAITING, RETRY_AFTER_SECONDS, too_many

REMEMBERED: Final = 1000
"""Accounts of which it is known when they were served last; all others were before these, or never."""


class FairSlots:
    """A limit on the requests of one process at one moment. Accounts that wait take turns; requests of the same
    account, and accounts that were never served, go in the order in which they came.

    Args:
        limit: how many at one moment.
    """

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._waiting: list[tuple[str, anyio.Event]] = []
        self._served: dict[str, int] = {}
        self._turns = count()

    @asynccontextmanager
    async def slot(self, owner: str) -> AsyncIterator[None]:
        """Waits for a place of the owner's account, and has it for the length of a block.

        Raises:
            TooManyUploads: `MAX_WAITING` wait already.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise too_many(f"expected room for one more upload, {MAX_WAITING} wait", RETRY_AFTER_SECONDS)
        account = account_of(owner)
        if self._free:
            self._free -= 1
            self._note(account)
        else:
            await self._turn(account)
        try:
            yield
        finally:
            self._pass_on()

    async def _turn(self, account: str) -> None:
        """Returns when a place was passed on to this account."""
        mine = (account, anyio.Event())
        self._waiting.append(mine)
        try:
            await mine[1].wait()
        except BaseException:
            if mine in self._waiting:
                self._waiting.remove(mine)
            else:  # it had just been given a place
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Gives a place to the next; it is free where nobody waits."""
        if not self._waiting:
            self._free += 1
            return
        first = min(self._waiting, key=lambda one: self._served.get(one[0], -1))
        self._waiting.remove(first)
        self._note(first[0])
        first[1].set()

    def _note(self, account: str) -> None:
        self._served.pop(account, None)
        self._served[account] = next(self._turns)
        if len(self._served) > REMEMBERED:
            del self._served[next(iter(self._served))]
