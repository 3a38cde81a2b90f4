"""One painting at a time, previews first; and a bucket of requests for each key."""

from __future__ import annotations

import threading
import time

import pytest

from open_the_eyes.service.errors import Busy
from open_the_eyes.service.jobs import Lane
from open_the_eyes.service.priority_lock import IN_A_ROW, PriorityLock
from open_the_eyes.service.rate_limit import MANY, RateLimiter


def turns(*lanes: Lane) -> list[Lane]:
    """In which order they are let in who come in this order while somebody else is in."""
    device_lock, order = PriorityLock(), list[Lane]()

    def go(lane: Lane) -> None:
        with device_lock.hold(lane):
            order.append(lane)

    threads = [threading.Thread(target=go, args=(lane,)) for lane in lanes]
    with device_lock.hold("photo"):
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while sum(device_lock._waiting.values()) < number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    return order


def test_a_preview_that_comes_last_goes_first() -> None:
    assert turns("photo", "photo", "preview") == ["preview", "photo", "photo"]


def test_a_photo_that_waits_is_passed_by_so_many_previews_and_no_more() -> None:
    few: list[Lane] = ["preview"] * IN_A_ROW
    assert turns("photo", "photo", *few, "preview") == [*few, "photo", "preview", "photo"]
    assert turns(*few, "preview", "preview") == [*few, "preview", "preview"]


def test_nobody_is_in_at_the_same_time() -> None:
    device_lock, inside, most = PriorityLock(), 0, 0

    def go() -> None:
        nonlocal inside, most
        for _ in range(50):
            with device_lock.hold("photo"):
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
    device_lock = PriorityLock()
    with pytest.raises(ZeroDivisionError), device_lock.hold("photo"):
        raise ZeroDivisionError
    with device_lock.hold("photo"):
        pass


def test_a_minutes_worth_may_come_at_once_and_then_at_an_even_pace() -> None:
    now = 0.0
    rate_limiter = RateLimiter(6, clock=lambda: now)
    for _ in range(6):
        rate_limiter.acquire("a")
    with pytest.raises(Busy) as caught:
        rate_limiter.acquire("a")
    assert caught.value.retry_after == 10
    rate_limiter.acquire("b")
    now = 10.0
    rate_limiter.acquire("a")
    with pytest.raises(Busy):
        rate_limiter.acquire("a")
    now = 1000.0
    for _ in range(6):
        rate_limiter.acquire("a")
    with pytest.raises(Busy):
        rate_limiter.acquire("a")


def test_buckets_that_are_full_again_are_not_kept() -> None:
    now = 0.0
    rate_limiter = RateLimiter(60, clock=lambda: now)
    for number in range(MANY):
        rate_limiter.acquire(str(number))
    now = 3600.0
    rate_limiter.acquire("the one that is too many")
    assert len(rate_limiter._buckets) == 1
