"""A figure is found out once in a while, however many ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from open_the_eyes.service.memo import Memo


def counted() -> tuple[list[int], Callable[[], int]]:
    """How often it was found out, and what finds out: 1, 2, ..."""
    found = list[int]()

    def find_out() -> int:
        found.append(len(found) + 1)
        return found[-1]

    return found, find_out


def test_a_figure_is_kept_for_its_seconds_and_by_its_key() -> None:
    now, (_, find_out) = 0.0, counted()
    memo = Memo[str, int](5.0, clock=lambda: now)
    assert [memo.get("a", find_out) for _ in range(3)] == [1, 1, 1]
    assert memo.get("b", find_out) == 2
    now = 4.9
    assert memo.get("a", find_out) == 1
    now = 5.0
    assert [memo.get("a", find_out) for _ in range(2)] == [3, 3]


def test_nothing_is_a_figure_too() -> None:
    memo = Memo[str, None](5.0)
    assert memo.get("a", lambda: None) is None
    assert memo.get("a", lambda: pytest.fail("found out again")) is None


def test_while_one_finds_out_anew_the_others_go_on_with_what_was_known() -> None:
    now, asked, told = 0.0, threading.Event(), threading.Event()
    memo = Memo[str, int](5.0, clock=lambda: now)
    memo.get("a", lambda: 1)
    now = 5.0

    def slowly() -> int:
        asked.set()
        assert told.wait(10)
        return 2

    one = threading.Thread(target=memo.get, args=("a", slowly))
    one.start()
    assert asked.wait(10)
    assert memo.get("a", lambda: pytest.fail("found out twice")) == 1
    told.set()
    one.join()
    assert memo.get("a", lambda: pytest.fail("found out twice")) == 2


def test_who_could_not_find_out_says_so_and_the_next_ones_go_on() -> None:
    memo = Memo[str, int](5.0)
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)
    assert memo.get("a", lambda: 7) == 7
