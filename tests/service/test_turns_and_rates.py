"""One painting at a time, previews first; and a bucket of requests for each key."""

from __future__ import annotations

import threading
import time

import pytest

from open_the_eyes.service.jobs import Lane
from open_the_eyes.service.rates import Rates
from open_the_eyes.service.refusals import Busy
from open_the_eyes.service.turns import Turns


def test_a_preview_that_comes_last_goes_first() -> None:
    turns, order = Turns(), list[str]()

    def go(lane: Lane) -> None:
        with turns.take(lane):
            order.append(lane)

    threads = []
    with turns.take("photo"):
        for lane in ("photo", "photo", "preview"):
            thread = threading.Thread(target=go, args=(lane,))
            thread.start()
            threads.append(thread)
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert order == ["preview", "photo", "photo"]


def test_nobody_is_in_at_the_same_time() -> None:
    turns, inside, most = Turns(), 0, 0

    def go() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.take("photo"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_turn_that_ends_badly_is_given_back() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.take("photo"):
        raise ZeroDivisionError
    with turns.take("photo"):
        pass


def test_a_minutes_worth_may_come_at_once_and_then_at_an_even_pace() -> None:
    now = 0.0
    rates = Rates(6, clock=lambda: now)
    for _ in range(6):
        rates.count("a")
    with pytest.raises(Busy) as caught:
        rates.count("a")
    assert caught.value.retry_after == 10
    rates.count("b")
    now = 10.0
    rates.count("a")
    with pytest.raises(Busy):
        rates.count("a")
    now = 1000.0
    for _ in range(6):
        rates.count("a")
    with pytest.raises(Busy):
        rates.count("a")
