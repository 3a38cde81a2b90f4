"""How far a batch is, how fast, and how long it will take."""

from __future__ import annotations

from collections import Counter

import pytest

from open_the_eyes.batch.record import Record, State
from open_the_eyes.batch.tally import RECENT_SECONDS, Tally, in_words


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(state: State = "opened", rss_mib: float = 0.0) -> Record:
    return Record("a.jpg", 1, 1, "", "mark", state, ("opened",), rss_mib=rss_mib)


def test_counts_are_of_all_runs_and_the_speed_of_this_one() -> None:
    clock = Clock()
    tally = Tally(100, Counter(opened=40, failed=1), clock)
    for clock.now in (1.0, 2.0, 3.0, 4.0):
        tally.add(record("unchanged"))
    assert tally.counts == Counter(opened=40, unchanged=4, failed=1)
    assert tally.done == 45
    assert tally.per_second == pytest.approx(1.0)
    assert tally.seconds_left == pytest.approx(55.0)


def test_nobody_knows_the_speed_before_the_first_photo() -> None:
    tally = Tally(10, Counter(), Clock())
    assert (tally.per_second, tally.seconds_left) == (0.0, None)


def test_the_speed_is_that_of_the_last_minute() -> None:
    clock = Clock()
    tally = Tally(10_000, Counter(), clock)
    for _ in range(100):  # slow ones first
        clock.now += 10
        tally.add(record())
    for _ in range(int(RECENT_SECONDS * 10) + 100):  # then fast ones
        clock.now += 0.1
        tally.add(record())
    assert tally.per_second == pytest.approx(10.0, rel=0.01)


def test_the_largest_worker_is_remembered() -> None:
    tally = Tally(3, Counter(), Clock())
    for mib in (200.0, 350.0, 300.0):
        tally.add(record(rss_mib=mib))
    assert tally.peak_rss_mib == 350.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (200, "3 min 20 s"), (3599.9, "1 h 00 min"), (7500, "2 h 05 min")],
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
