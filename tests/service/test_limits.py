"""One painting at a time, previews first; and a bucket of requests for each key."""

from __future__ import annotations

import threading
import time

import pytest

from open_the_eyes.service.errors import Busy
from open_the_eyes.service.http.rate_limit import MANY, RateLimiter
from open_the_eyes.service.jobs import priority_lock
from open_the_eyes.service.jobs.job import Lane
from open_the_eyes.service.jobs.priority_lock import IN_A_ROW, PriorityLock, turns_before


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


def test_the_device_is_kept_a_moment_for_the_next_preview_that_waits_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: dict[Lane, int] = {"preview": 1, "photo": 0}
    device_lock, order = PriorityLock(lambda: queued), list[str]()

    def go(lane: Lane, name: str) -> threading.Thread:
        def hold() -> None:
            with device_lock.hold(lane):
                order.append(name)

        thread = threading.Thread(target=hold)
        thread.start()
        return thread

    with device_lock.hold("preview"):
        photo = go("photo", "photo")
        while not device_lock._waiting["photo"]:
            time.sleep(0.001)
    time.sleep(0.05)
    go("preview", "the next preview").join(5)
    assert order == ["the next preview"]
    monkeypatch.setattr(priority_lock, "NEXT_SECONDS", 0.05)
    with device_lock.hold("preview"):
        pass
    photo.join(5)
    assert order == ["the next preview", "photo"], "no preview came"


@pytest.mark.parametrize(
    ("lane", "ahead", "others", "workers", "before"),
    [
        pytest.param("photo", 0, 0, 1, 0, id="no previews"),
        pytest.param("photo", 0, 3, 1, 3, id="fewer previews than may pass"),
        pytest.param("photo", 0, 9, 1, 4, id="so many pass the next photo"),
        pytest.param("photo", 1, 99, 1, 8, id="and as many each one behind it"),
        pytest.param("photo", 1, 99, 3, 12, id="the second of three that go at once"),
        pytest.param("photo", 3, 99, 3, 24, id="the first of the next three"),
        pytest.param("preview", 3, 9, 1, 0, id="the last that may pass"),
        pytest.param("preview", 4, 9, 1, 1, id="behind the first photo"),
        pytest.param("preview", 99, 2, 1, 2, id="no more photos than there are"),
        pytest.param("preview", 11, 9, 3, 0, id="three processes: four pass at each"),
        pytest.param("preview", 12, 9, 3, 3, id="three processes: then three photos"),
    ],
)
def test_what_goes_before_a_job_of_the_other_lane_is_what_the_lock_lets_in(
    lane: Lane, ahead: int, others: int, workers: int, before: int
) -> None:
    assert turns_before(lane, ahead, others, workers) == before


def test_what_is_told_of_the_other_lane_is_how_turns_come() -> None:
    photos, previews = 3, 11
    came: list[Lane] = [*["photo"] * photos, *["preview"] * previews]  # type: ignore[list-item]
    order = turns(*came)
    places: dict[Lane, list[int]] = {"photo": [], "preview": []}
    for place, lane in enumerate(order):
        places[lane].append(place)
    assert places["photo"] == [k + turns_before("photo", k, previews, 1) for k in range(photos)]
    assert places["preview"] == [k + turns_before("preview", k, photos, 1) for k in range(previews)]


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
