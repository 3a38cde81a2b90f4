"""Several threads on one device."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from open_the_eyes.errors import Cancelled, GpuBusy, NoRoomOnGpu
from open_the_eyes.residency import Residency, admission
from open_the_eyes.stopwatch import Stopwatch
from tests.residency.counted import CountedMemory
from tests.residency.fakes import FakeModel, Rig, card

SOON_S = 10.0


def together(*jobs: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=SOON_S) for future in [pool.submit(job) for job in jobs]]


def while_leased(rig: Rig, work: Callable[[], None]) -> None:
    """Work done in one thread while another one leases model a."""
    leased, done = threading.Event(), threading.Event()

    def holder() -> None:
        with rig.residency.lease("a"):
            leased.set()
            done.wait(SOON_S)

    def other() -> None:
        leased.wait(SOON_S)
        try:
            work()
        finally:
            done.set()

    together(holder, other)


def waits_for_b(rig: Rig, leased: threading.Event, gone: threading.Event, look: Callable[..., None]) -> None:
    """Wants model b once another thread has `leased` something, and looks at the clock meanwhile; it has it, or gives
    up, and is `gone`."""
    leased.wait(SOON_S)
    try:
        with rig.residency.lease("b", watch=Stopwatch(look)):
            pass
    finally:
        gone.set()


def test_a_model_that_many_want_at_once_is_built_once_and_leased_by_one_at_a_time() -> None:
    rig, inside, most = Rig(1000, card("a")), 0, 0
    gate = threading.Barrier(8)

    def job() -> None:
        nonlocal inside, most
        gate.wait(SOON_S)
        with rig.residency.lease("a"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            inside -= 1

    together(*[job] * 8)
    assert (rig.built, most) == (["a bf16"], 1)


def test_two_threads_never_build_at_once() -> None:
    residency, building, most = Residency(CountedMemory(), "cuda"), 0, 0
    rig = Rig(1000)
    gate = threading.Barrier(4)

    def build(precision: str) -> FakeModel:
        nonlocal building, most
        building += 1
        most = max(most, building)
        time.sleep(0.02)
        building -= 1
        return FakeModel(rig, card("any"), precision)

    def job(name: str) -> None:
        gate.wait(SOON_S)
        with residency.lease(name):
            pass

    for name in "abcd":
        residency.register(card(name), build)
    together(*[lambda name=name: job(name) for name in "abcd"])
    assert most == 1


def test_a_lease_waits_until_another_thread_has_gone_and_then_takes_its_room() -> None:
    rig = Rig(150, card("a"), card("b"))
    leased, order = threading.Event(), []

    def first() -> None:
        with rig.residency.lease("a") as model:
            leased.set()
            time.sleep(0.05)
            assert model.device == "cuda"
            order.append("a")

    def second() -> None:
        leased.wait(SOON_S)
        with rig.residency.lease("b"):
            order.append("b")

    together(first, second)
    assert order == ["a", "b"]
    assert rig.residency.records[1].wait_s > 0.01
    assert rig.memory.held_mib == 100


def test_who_waits_too_long_gets_an_error_that_names_who_is_in_the_way() -> None:
    rig = Rig(150, card("a"), card("b"), patience_s=0.02)

    def work() -> None:
        with pytest.raises(NoRoomOnGpu, match=r"b: .* in use by a"), rig.residency.lease("b"):
            pytest.fail("there is no room")
        with pytest.raises(NoRoomOnGpu, match="another thread leases it") as told, rig.residency.lease("a"):
            pytest.fail("it is taken")
        assert "End other programs" not in str(told.value)

    while_leased(rig, work)
    assert rig.left_over() == 0


@pytest.mark.parametrize("sign", ["batches", "leases", "steps"])
def test_who_waits_for_work_that_gets_on_waits_longer_than_the_patience(
    monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    monkeypatch.setattr(admission, "GLANCE_S", 0.001)
    now, glances = [0.0], 0
    rig = Rig(150, card("a"), card("b", stage="b"), patience_s=100, clock=lambda: now[0])
    leased, gone = threading.Event(), threading.Event()

    def slow(_: object, part: Sequence[int]) -> Sequence[int]:
        leased.set()
        for _ in range(3 if sign == "steps" else 1):
            seen = glances
            while glances < seen + 4 and not gone.is_set():  # the other looks at the clock
                time.sleep(0.001)
            now[0] += 60
            if sign == "steps":
                rig.residency.note_progress()
        return part

    def look(*_: object) -> None:
        nonlocal glances
        glances += 1

    def first() -> None:
        if sign == "leases":
            rig.register(card("c", 10))
            with rig.residency.lease("a"):
                for _ in range(3):
                    with rig.residency.lease("c"):
                        slow(None, [])
        else:
            rig.residency.run("a", range(15 if sign == "batches" else 1), slow)

    together(first, lambda: waits_for_b(rig, leased, gone, look))
    assert now == [180]


def test_a_load_that_takes_longer_than_the_patience_is_work_that_gets_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "GLANCE_S", 0.001)
    now, glances = [0.0], 0
    leased, waits, gone = threading.Event(), threading.Event(), threading.Event()
    rig = Rig(150, card("a"), card("b", stage="b"), patience_s=100, clock=lambda: now[0])

    def build(_: str) -> FakeModel:
        now[0] += 160
        return FakeModel(rig, card("slow", 10), "bf16")

    def look(*_: object) -> None:
        nonlocal glances
        glances += 1
        waits.set()

    def first() -> None:
        with rig.residency.lease("a"):
            leased.set()
            assert waits.wait(SOON_S)
            with rig.residency.lease("slow"):
                seen = glances
                while glances < seen + 4 and not gone.is_set():  # the other looks at the clock
                    time.sleep(0.001)

    rig.residency.register(card("slow", 10), build)
    together(first, lambda: waits_for_b(rig, leased, gone, look))
    assert now == [160]


def test_who_waits_in_vain_waits_once_and_is_offered_no_lesser_precision() -> None:
    rig = Rig(1000, card("a", {"bf16": 100, "int8": 60, "int4": 30}, streamed_mib=10), patience_s=0.02)

    def work() -> None:
        with pytest.raises(GpuBusy, match="expected 110 MiB"):  # of bf16: the first that was tried was the last
            rig.paint("a", 1)
        with pytest.raises(GpuBusy, match="expected 110 MiB"), rig.residency.lease("a"):
            pytest.fail("it is taken")

    while_leased(rig, work)
    assert rig.paint("a", 1) == ["0 bf16"]
    assert rig.built == ["a bf16"]


def test_who_can_never_fit_does_not_wait() -> None:
    rig = Rig(150, card("a"), card("huge", 200), patience_s=1000)

    def work() -> None:
        with pytest.raises(NoRoomOnGpu, match="huge"), rig.residency.lease("huge"):
            pytest.fail("there is no room")

    while_leased(rig, work)


def test_two_threads_that_wait_for_each_other_do_not_wait_for_ever() -> None:
    rig = Rig(330, card("a"), card("b"), card("c"), patience_s=1000)
    gate = threading.Barrier(2)

    def job(mine: str, theirs: str) -> str:
        with rig.residency.lease(mine):
            gate.wait(SOON_S)
            try:
                with rig.residency.lease(theirs):
                    return "got it"
            except NoRoomOnGpu:
                return "no room"

    assert sorted(map(str, together(lambda: job("a", "b"), lambda: job("b", "a")))) == ["got it", "no room"]
    assert rig.left_over() == 0


def test_who_waits_can_be_cancelled() -> None:
    rig = Rig(150, card("a"), card("b", stage="b"), patience_s=1000)

    def stop(name: str, _: float) -> None:
        if name == "b/wait":
            raise Cancelled("asked to stop")

    def work() -> None:
        with pytest.raises(Cancelled), rig.residency.lease("b", watch=Stopwatch(stop)):
            pytest.fail("there is no room")

    while_leased(rig, work)
    with rig.residency.lease("b"):
        pass
    assert rig.left_over() == 0


def test_many_threads_keep_the_room_and_give_everything_back() -> None:
    rig = Rig(300, *(card(name, {"bf16": 100, "int8": 60}, streamed_mib=10) for name in "abcde"))

    def job(start: int) -> int:
        done = 0
        for turn in range(30):
            name, count = "abcde"[(start + turn * (start + 1)) % 5], 1 + (start * 7 + turn) % 30
            assert len(rig.paint(name, count)) == count
            done += 1
        return done

    assert together(*[lambda start=start: job(start) for start in range(6)]) == [30] * 6
    assert not any(record.shortages for record in rig.residency.records)
    assert {record.end for record in rig.residency.records} == {"done"}
    assert rig.left_over() == 0
