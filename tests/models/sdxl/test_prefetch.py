"""Things are made a few ahead of whoever takes them, and again for who asks again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from open_the_eyes.models.sdxl.prefetch import Prefetcher


def noted(number: int, made: list[int]) -> int:
    made.append(number)
    return -number


def test_a_few_are_made_ahead_and_no_more() -> None:
    made: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        prefetched = Prefetcher(pool, lambda number: noted(number, made), (5, 3, 8, 1, 9), 2)
        prefetched.wait(5)
        assert prefetched(5) == -5
        assert prefetched(3) == -3
    assert made == [5, 3, 8]


def test_who_asks_again_has_it_made_again() -> None:
    made: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        prefetched = Prefetcher(pool, lambda number: -noted(number, made), range(3), 2)
        assert [prefetched(number) for number in (0, 1, 0, 1, 2)] == [0, 1, 0, 1, 2]
    assert sorted(made) == [0, 0, 1, 1, 2]


def test_what_goes_wrong_is_told_to_who_asks_for_it() -> None:
    with ThreadPoolExecutor(1) as pool:
        prefetched = Prefetcher(pool, lambda number: 1 // number, (1, 0), 2)
        assert prefetched(1) == 1
        with pytest.raises(ZeroDivisionError):
            prefetched(0)


def test_they_are_made_while_the_first_is_worked_on() -> None:
    second = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        prefetched = Prefetcher(pool, lambda number: second.set() if number == 1 else None, (0, 1), 2)
        prefetched(0)
        assert second.wait(5)
