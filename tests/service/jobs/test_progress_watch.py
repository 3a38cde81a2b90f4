"""Work that hangs is noticed; work that gets on, or waits for its turn, is none that hangs."""

from __future__ import annotations

import pytest

from open_the_eyes.service.jobs.progress_watch import ProgressWatch


def test_the_clock_runs_from_the_latest_progress_of_the_slowest_and_only_with_work_in_hand() -> None:
    now = 0.0
    watch = ProgressWatch(30.0, clock=lambda: now)
    now = 100.0
    assert (watch.still_seconds(), watch.hangs()) == (0.0, False)
    with watch.in_hand("a"):
        now = 130.0
        assert (watch.still_seconds(), watch.hangs()) == (30.0, False)
        with watch.in_hand("b"):
            now = 131.0
            assert (watch.still_seconds(), watch.still_seconds("b"), watch.still_seconds("c")) == (31.0, 1.0, 0.0)
            assert (watch.hangs(), watch.hangs("a"), watch.hangs("b")) == (True, True, False)
            watch.moved("a")
            assert (watch.still_seconds(), watch.hangs()) == (1.0, False)
    watch.moved("a")
    now = 500.0
    assert (watch.still_seconds(), watch.hangs()) == (0.0, False)


def test_work_that_ends_badly_is_not_in_hand_any_more() -> None:
    now = 0.0
    watch = ProgressWatch(30.0, clock=lambda: now)
    with pytest.raises(ZeroDivisionError), watch.in_hand("a"):
        raise ZeroDivisionError
    now = 100.0
    assert watch.still_seconds() == 0.0
