"""Acts of one tab at the same moment, and of two."""

from __future__ import annotations

import time
from copy import deepcopy
from functools import partial
from threading import Event

import anyio

from open_the_eyes.web.edit_session import EditSession, new_session
from open_the_eyes.web.face_regions import PhotoFaces
from open_the_eyes.web.tab_session import TabSession
from tests.web.fake_jobs import face


def without(number: int, session: EditSession | None) -> tuple[EditSession, tuple[int, ...]]:
    """A slow step that skips one face; what is seen is who was chosen before."""
    if session is None:
        session = new_session(("party.jpg",), "first", PhotoFaces((400, 300), (face(1), face(2), face(3))))
    time.sleep(0.02)
    return session.with_chosen(tuple(one for one in session.chosen if one != number)), session.chosen


def test_steps_at_the_same_moment_go_on_from_each_other_in_the_order_they_came() -> None:
    tab, seen = TabSession(), list[tuple[int, ...]]()

    async def skip(number: int) -> None:
        seen.append(await tab.act("ada", partial(without, number)))

    async def skip_all() -> None:
        async with anyio.create_task_group() as tasks:
            for number in (1, 2, 3):
                tasks.start_soon(skip, number)

    anyio.run(skip_all)
    assert sorted(map(len, seen), reverse=True) == [3, 2, 1]
    assert seen == sorted(seen, key=len, reverse=True)


def test_tabs_neither_share_a_session_nor_wait_for_each_other() -> None:
    tab, go_on, was_let_go = TabSession(), Event(), list[bool]()
    other = deepcopy(tab)

    def wait(session: EditSession | None) -> tuple[EditSession | None, None]:
        was_let_go.append(go_on.wait(5))
        return without(1, session)[0], None

    def look(session: EditSession | None) -> tuple[EditSession | None, EditSession | None]:
        go_on.set()
        return session, session

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tab.act, "ada", wait)
            await anyio.sleep(0)
            assert await other.act("ada", look) is None
        assert await tab.act("ada", look) is not None
        assert await deepcopy(tab).act("ada", look) is None

    anyio.run(both)
    assert was_let_go == [True]


def test_whoever_comes_with_another_tabs_number_begins_anew_and_so_does_that_tab() -> None:
    tab = TabSession()

    async def take_turns() -> list[tuple[int, ...]]:
        return [await tab.act(owner, partial(without, 1)) for owner in ("ada", "ada", "max", "max", "ada")]

    assert list(map(len, anyio.run(take_turns))) == [3, 2, 3, 2, 3]


def test_an_act_that_is_sent_again_has_its_answer_again_and_is_done_once() -> None:
    tab = TabSession()

    async def send() -> list[tuple[int, ...]]:
        told = (("ada", 1, "1"), ("ada", 1, "1"), ("ada", 2, "2"), ("ada", 2, ""), ("ada", 2, ""), ("max", 1, ""))
        return [await tab.act(owner, partial(without, face), number) for owner, face, number in told]

    seen = anyio.run(send)
    assert seen == [(1, 2, 3), (1, 2, 3), (2, 3), (3,), (3,), (1, 2, 3)]


def test_nobody_has_the_answer_that_somebody_elses_tab_had() -> None:
    tab = TabSession()

    async def send() -> list[tuple[int, ...]]:
        return [await tab.act(owner, partial(without, 1), number) for owner, number in (("ada", "1"), ("max", "1"))]

    assert anyio.run(send) == [(1, 2, 3), (1, 2, 3)]
    assert tab._owner == "max"
