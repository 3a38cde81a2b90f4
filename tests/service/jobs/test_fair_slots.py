"""Turns by account: nobody's many keep another's one waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from open_the_eyes.service.concurrency import MAX_WAITING
from open_the_eyes.service.errors import TooManyUploads
from open_the_eyes.service.jobs import fair_slots
from open_the_eyes.service.jobs.fair_slots import FairSlots


async def tick() -> None:
    """Long enough for whoever was started to come as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


def served(*owners: str, limit: int = 1) -> list[str]:
    """In which order they are let in who come in this order, none of whom leaves before all are there."""

    async def go() -> list[str]:
        slots, order, all_here = FairSlots(limit), list[str](), asyncio.Event()

        async def come(owner: str) -> None:
            async with slots.slot(owner):
                order.append(owner)
                await all_here.wait()

        tasks = []
        for owner in owners:
            tasks.append(asyncio.create_task(come(owner)))
            await tick()
        assert len(order) == min(limit, len(owners))
        all_here.set()
        await asyncio.gather(*tasks)
        return order

    return asyncio.run(asyncio.wait_for(go(), 10))


@pytest.mark.parametrize(
    ("came", "order"),
    [
        ("aaaab", "abaaa"),
        ("aaabbb", "ababab"),
        ("aaabcbc", "abcabca"),
        ("abc", "abc"),
        ("abbca", "abcab"),
    ],
    ids=["one behind many", "as many", "three", "nobody twice", "who was first is last"],
)
def test_the_account_that_was_served_least_recently_is_next(came: str, order: str) -> None:
    assert "".join(served(*(f"key-{one}" for one in came))).replace("key-", "") == order


def test_browsers_that_came_with_a_key_are_one_account() -> None:
    assert served("key-a", "visitor-1@a", "visitor-2@a", "key-b") == ["key-a", "key-b", "visitor-1@a", "visitor-2@a"]


def test_of_several_places_as_many_are_taken_at_once() -> None:
    assert served("key-a", "key-a", "key-a", "key-b", limit=2) == ["key-a", "key-a", "key-b", "key-a"]


def test_who_was_served_stays_known_while_there_are_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_slots, "REMEMBERED", 2)
    slots = FairSlots(1)

    async def go() -> None:
        for owner in "abca":
            async with slots.slot(owner):
                pass

    asyncio.run(go())
    assert list(slots._served) == ["c", "a"]


def run(go: Callable[[FairSlots], Awaitable[None]]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(go(FairSlots(1)), 10)

    asyncio.run(limited())


@pytest.mark.parametrize("given", [False, True], ids=["while they wait", "when they have just got it"])
def test_who_gives_up_takes_no_place_along(given: bool) -> None:
    async def go(slots: FairSlots) -> None:
        async def come() -> None:
            async with slots.slot("b"):
                await asyncio.sleep(60)

        async with slots.slot("a"):
            waits = asyncio.create_task(come())
            await tick()
            if not given:
                waits.cancel()
                await tick()
        waits.cancel()
        await tick()
        async with slots.slot("c"):
            assert waits.cancelled()

    run(go)


def test_a_turn_that_ends_badly_is_passed_on_and_too_many_are_refused() -> None:
    async def go(slots: FairSlots) -> None:
        async def come() -> None:
            async with slots.slot("b"):
                raise ZeroDivisionError

        async with slots.slot("a"):
            waiting = [asyncio.create_task(come()) for _ in range(MAX_WAITING)]
            await tick()
            with pytest.raises(TooManyUploads):
                await come()
        assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == (
            [ZeroDivisionError] * MAX_WAITING
        )

    run(go)
