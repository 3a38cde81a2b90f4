"""What each key may take of the places for uploads, and how long who waits for one is kept waiting."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from open_the_eyes.service.concurrency import ConcurrencyLimiter
from open_the_eyes.service.errors import TooManyUploads
from open_the_eyes.service.uploads.room import UploadRoom


def test_a_key_has_a_quarter_of_the_places_and_whoever_needs_none_all_of_them() -> None:
    room = UploadRoom(8, 1000)
    with ExitStack() as stack:
        for owner in ("key-1", "visitor-9@1", "key-2", "visitor-8", *["local"] * 20):
            stack.enter_context(room.taken(owner, 1))
        with pytest.raises(TooManyUploads, match="at most 2 uploads of one key at once, another came; try again in 2"):
            stack.enter_context(room.taken("key-1", 1))
        stack.enter_context(room.taken("key-2", 1))
    with room.taken("key-1", 1), room.taken("key-1", 1):
        pass


def test_a_key_has_a_quarter_of_the_bytes_and_its_first_upload_whatever_the_size() -> None:
    room = UploadRoom(100, 1000)
    with room.taken("key-1", 249), room.taken("key-2", 400), room.taken("key-1", 1):
        with (
            pytest.raises(TooManyUploads, match="at most 250 bytes in all uploads of one key at once, more came"),
            room.taken("key-1", 1),
        ):
            pass
        with room.taken("local", 250), room.taken("local", 100):
            pass


def test_all_uploads_together_fit_where_they_are_kept() -> None:
    room = UploadRoom(100, 1000)
    with ExitStack() as stack:
        for number in range(4):
            stack.enter_context(room.taken(f"key-{number}", 250))
        with pytest.raises(TooManyUploads, match="room for 2 bytes more, other uploads have it; try again in 10 sec"):
            stack.enter_context(room.taken("local", 2))
    with room.taken("local", 2000):  # it is alone
        pass


def test_a_place_is_given_back_by_an_upload_that_was_refused() -> None:
    room = UploadRoom(4, 4)
    with pytest.raises(ZeroDivisionError), room.taken("key-1", 1):
        raise ZeroDivisionError
    with room.taken("key-1", 1):
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
