"""Workers that die, hang or never start: the rest is done all the same."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import connection, resource_tracker
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch import worker_pool
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Record
from open_the_eyes.batch.stop_signals import STOP_SIGNALS
from open_the_eyes.batch.worker import Processor, WorkerConfig, WorkerSlot
from open_the_eyes.batch.worker_pool import WorkerPool, _TaskQueue, _Worker
from open_the_eyes.errors import NoCapacity, OpenTheEyesError, WeightsMissing
from tests.batch.processors import configs, dying, failing, locked, photos, planned, puzzled, stuck
from tests.fake_windows import FakeWindows


def ran(folder: Path, out: Path, slots: int = 1, at_once: int = 1, patience: float = 60.0) -> dict[str, Record]:
    pool = WorkerPool(configs(out, [WorkerSlot(at_once=at_once)] * slots), patience)
    try:
        records = list(pool.imap_unordered(planned(folder, out).items))
    finally:
        pool.close()
    assert len({record.name for record in records}) == len(records), "a photo was reported twice"
    return {record.name.removesuffix(".jpg"): record for record in records}


def test_every_photo_gets_one_record(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", **{f"p{n}": "blink" for n in range(9)}, o="open", b="broken", x="bug")
    records = ran(folder, tmp_path / "out", slots=2)
    assert [records[f"p{n}"].state for n in range(9)] == ["opened"] * 9
    assert (records["o"].state, records["b"].state, records["x"].state) == ("unchanged", "failed", "failed")
    assert "ZeroDivisionError" in records["x"].error


@pytest.mark.parametrize(("text", "how"), [("die", "exit code 3"), ("kill", "lack of memory")])
def test_a_photo_that_kills_its_worker_fails_alone(tmp_path: Path, text: str, how: str) -> None:
    folder = photos(tmp_path / "in", a="slow", b=text, c="blink", d="blink")
    records = ran(folder, tmp_path / "out", at_once=3)
    assert {name: record.state for name, record in records.items()} == {
        "a": "opened",
        "b": "failed",
        "c": "opened",
        "d": "opened",
    }
    assert how in records["b"].error
    assert records["b"].exit_code == 5


def test_a_worker_that_is_killed_once_costs_no_photo(tmp_path: Path) -> None:
    records = ran(photos(tmp_path / "in", a="kill once", b="blink"), tmp_path / "out")
    assert [record.state for record in records.values()] == ["opened", "opened"]


def test_a_worker_whose_gpu_fails_is_replaced_and_the_photo_is_tried_again(tmp_path: Path) -> None:
    records = ran(photos(tmp_path / "in", a="gpu once", b="gpu", c="blink"), tmp_path / "out")
    assert [records[name].state for name in "abc"] == ["opened", "failed", "opened"]
    assert "2 workers ended over it (its GPU failed)" in records["b"].error


def test_a_worker_that_dies_idle_is_replaced_and_costs_no_photo(tmp_path: Path) -> None:
    items = planned(photos(tmp_path / "in", a="blink", b="blink"), tmp_path / "out").items
    pool = WorkerPool(configs(tmp_path / "out", [WorkerSlot()]), 60)
    killed: list[object] = []
    asked = 0

    def kill_the_first_that_is_ready() -> bool:  # asked just before a photo is handed out
        nonlocal asked
        asked += 1
        assert asked < 10_000, "the dead worker was handed the photo again and again"
        for worker in [worker for worker in pool._workers if worker.ready and not killed]:
            worker.process.kill()
            worker.process.join()
            killed.append(worker)
        return False

    records = list(pool.imap_unordered(items, stop=kill_the_first_that_is_ready))
    pool.close()
    assert len(killed) == 1
    assert [record.state for record in records] == ["opened", "opened"]


def test_a_photo_that_hangs_fails_when_patience_ends(tmp_path: Path) -> None:
    records = ran(photos(tmp_path / "in", a="hang", b="blink"), tmp_path / "out", at_once=2, patience=1.0)
    assert (records["a"].state, records["b"].state) == ("failed", "opened")
    assert "within 1 s, it was not" in records["a"].error


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        pytest.param(failing, WeightsMissing, "fetch sdxl", id="one of ours"),
        pytest.param(
            puzzled, NoCapacity, "expected to start one, Puzzling: left and right", id="one made of two words"
        ),
        pytest.param(locked, NoCapacity, "expected to start one, Locked: in use", id="one that holds a lock"),
    ],
)
def test_what_keeps_a_worker_from_starting_ends_the_batch_and_is_said(
    tmp_path: Path, make: Callable[[WorkerConfig], Processor], error: type[OpenTheEyesError], says: str
) -> None:
    folder = photos(tmp_path / "in", a="blink")
    pool = WorkerPool(configs(tmp_path, [WorkerSlot()], make), 60)
    with pytest.raises(error, match=says):
        list(pool.imap_unordered(planned(folder, tmp_path / "out").items))
    pool.close()


def test_workers_that_die_at_once_are_not_started_for_ever(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", a="blink")
    pool = WorkerPool(configs(tmp_path, [WorkerSlot()], dying), 60)
    with pytest.raises(NoCapacity, match="exit code 9"):
        list(pool.imap_unordered(planned(folder, tmp_path / "out").items))
    pool.close()


def test_workers_that_hang_while_they_start_are_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "START_SECONDS", 0.2)
    monkeypatch.setattr(worker_pool, "MAX_FAILED_STARTS", 2)
    folder = photos(tmp_path / "in", a="blink")
    pool = WorkerPool(configs(tmp_path, [WorkerSlot()], stuck), 60)
    with pytest.raises(NoCapacity, match=r"not ready within 0\.2 seconds"):
        list(pool.imap_unordered(planned(folder, tmp_path / "out").items))
    pool.close()


class _Deaf:
    """A worker's pipe, and its process, of which nothing is heard."""

    exitcode = 0

    def __init__(self, number: int, alive: bool = True) -> None:
        self.sentinel = number
        self._alive = alive

    def is_alive(self) -> bool:
        return self._alive

    def poll(self) -> bool:
        return False

    def join(self) -> None:
        """It has ended."""


def test_one_handle_a_worker_is_waited_on_and_a_death_is_noticed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config,) = configs(tmp_path, [WorkerSlot()])
    pool, waited, replaced = WorkerPool([], 60), [], []
    for number in range(61):
        deaf: Any = _Deaf(number, alive=number != 7)
        pool._workers.append(_Worker(config, deaf, deaf, time.monotonic(), ready=True))

    def wait(handles: list[object], _: float) -> list[object]:
        waited.extend(handles)
        return []

    monkeypatch.setattr(connection, "wait", wait)
    monkeypatch.setattr(pool, "_replace", lambda worker: replaced.append(worker.process.sentinel))
    assert list(pool._collected(_TaskQueue(()))) == []
    assert (len(waited), replaced) == (61, [7])


def test_photos_are_asked_for_only_when_there_is_room(tmp_path: Path) -> None:
    items = planned(photos(tmp_path / "in", **{f"p{n}": "slow" for n in range(6)}), tmp_path / "out").items
    asked: list[str] = []

    def one_by_one() -> Iterator[Item]:
        for item in items:
            asked.append(item.name)
            yield item

    pool = WorkerPool(configs(tmp_path / "out", [WorkerSlot(at_once=2)]), 60)
    ahead = [len(asked) - number for number, _ in enumerate(pool.imap_unordered(one_by_one()), start=1)]
    pool.close()
    assert max(ahead) <= 2  # one in hand beside the one that has just been finished, and the next


def test_a_stop_finishes_what_is_in_flight_and_begins_nothing(tmp_path: Path) -> None:
    items = planned(photos(tmp_path / "in", **{f"p{n}": "slow" for n in range(9)}), tmp_path / "out").items
    pool = WorkerPool(configs(tmp_path / "out", [WorkerSlot(at_once=2)]), 60)
    records: list[Record] = []
    for record in pool.imap_unordered(items, stop=lambda: bool(records)):
        records.append(record)
    pool.close()
    assert len(records) == 2  # the first, and the other that was in hand beside it
    assert pool.in_flight == 0


def test_workers_are_replaced_before_they_grow_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "MAX_TASKS_PER_WORKER", 2)
    folder = photos(tmp_path / "in", **{f"p{n}": "blink" for n in range(5)})
    ran(folder, tmp_path / "out")
    made_by = [(tmp_path / "out" / f"p{n}.opened.jpg").read_text() for n in range(5)]
    assert len(set(made_by)) == 3


def test_closing_does_not_wait_for_a_photo_that_hangs(tmp_path: Path) -> None:
    items = planned(photos(tmp_path / "in", a="hang", b="blink"), tmp_path / "out").items
    pool = WorkerPool(configs(tmp_path / "out", [WorkerSlot(at_once=2)]), 600)
    next(iter(pool.imap_unordered(items)))
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < 4


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="has no masks of signals")
def test_the_first_process_is_born_deaf_to_ctrl_c_like_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first = resource_tracker.ResourceTracker()
    monkeypatch.setattr(resource_tracker, "ensure_running", first.ensure_running)
    with worker_pool._signals_blocked():
        first.ensure_running()  # as the start of every process does
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    first._stop()  # type: ignore[attr-defined]
    assert blocked >= set(STOP_SIGNALS)


def test_on_windows_processes_are_born_deaf_to_ctrl_c_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    system = FakeWindows(monkeypatch)
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    with worker_pool._signals_blocked():
        assert system.deaf
    assert not system.deaf
