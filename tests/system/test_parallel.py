"""Things done side by side come out in order, and no more threads are used than there are cores for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from open_the_eyes.system import parallel
from open_the_eyes.system.parallel import THREADS, core_count, side_by_side, thread_count


@pytest.fixture(params=["1", "2", "8"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(parallel, "core_count", lambda: 4)
    monkeypatch.setenv(THREADS, request.param)
    return min(int(request.param), 4)


@pytest.mark.usefixtures("threads")
def test_what_is_made_keeps_the_order_of_the_things() -> None:
    assert side_by_side(lambda n: n * n, range(20)) == [n * n for n in range(20)]
    assert side_by_side(lambda n: n, []) == []


def test_things_are_worked_on_at_the_same_time_by_so_many_threads(threads: int) -> None:
    together = threading.Barrier(threads)
    numbers = side_by_side(lambda _: together.wait(timeout=30), range(threads))
    assert sorted(numbers) == list(range(threads))


@pytest.mark.usefixtures("threads")
def test_one_thing_can_be_done_within_another() -> None:
    assert side_by_side(lambda n: sum(side_by_side(lambda m: n * m, range(5))), range(9)) == [10 * n for n in range(9)]


@pytest.mark.usefixtures("threads")
def test_an_error_reaches_the_caller() -> None:
    def fail(n: int) -> int:
        if n >= 2:
            raise ValueError(n)
        return n

    with pytest.raises(ValueError, match="2"):
        side_by_side(fail, range(4))


def test_the_caller_is_told_before_each_thing_and_can_stop_the_rest(threads: int) -> None:
    told: list[threading.Thread] = []
    begun: list[int] = []
    waiting = threading.Event()

    def begin(n: int) -> None:
        begun.append(n)
        if n:  # the first is done at once
            waiting.wait(timeout=30)

    def stop() -> None:
        told.append(threading.current_thread())
        if len(told) == 2:
            threading.Timer(0.05, waiting.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(begin, range(20), stop)
    assert told == [threading.current_thread()] * 2
    assert len(begun) <= 1 + threads


@pytest.mark.parametrize("text", ["", "0", "-1", "two", "99999"])
def test_a_number_of_threads_that_makes_no_sense_limits_nothing_to_nought(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(THREADS, text)
    assert 1 <= thread_count() <= core_count()


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", None), ("200000 100000", 2), ("150000 100000", 2), ("50000 100000", 1), ("?", None)],
)
def test_a_container_counts_its_share_of_processors(tmp_path: Path, text: str, cores: int | None) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert parallel._share(tmp_path / "cpu.max") == (cores or parallel.UNLIMITED)
    assert parallel._share(tmp_path / "not there") == parallel.UNLIMITED
    assert core_count() >= 1
