"""What each key may take of the places for uploads, and how long who waits for one is kept waiting."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from open_the_eyes.service.concurrency import ConcurrencyLimiter
from open_the_eyes.service.errors import TooManyUploads
from open_the_eyes.service.upload_room import UploadRoom


def test_a_key_has_a_quarter_of_the_places_and_whoever_needs_none_all_of_them() -> None:
    room = UploadRoom(8)
    with ExitStack() as stack:
        for owner in ("key-1", "key-1", "key-2", *["local"] * 20):
            stack.enter_context(room.taken(owner))
        with pytest.raises(TooManyUploads, match="at most 2 uploads of one key at once, another came; try again in 2"):
            stack.enter_context(room.taken("key-1"))
        stack.enter_context(room.taken("key-2"))
    with room.taken("key-1"), room.taken("key-1"):
        pass


def test_a_place_is_given_back_by_an_upload_that_was_refused() -> None:
    room = UploadRoom(4)
    with pytest.raises(ZeroDivisionError), room.taken("key-1"):
        raise ZeroDivisionError
    with room.taken("key-1"):
        pass


def test_who_waits_too_long_for_a_place_is_told_when_to_come_again_and_takes_none() -> None:
    async def come(slots: ConcurrencyLimiter) -> None:
        async with slots.slot():
            pass

    async def go() -> None:
        slots = ConcurrencyLimiter(1, patience=0.02)
        async with slots.slot():
            with pytest.raises(TooManyUploads, match="within 1 second, others were slow") as refused:
                await asyncio.create_task(come(slots))
        assert refused.value.retry_after == 1
        await come(slots)

    asyncio.run(asyncio.wait_for(go(), 10))
