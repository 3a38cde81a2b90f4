"""Other programs on the same GPU come and go: what they spoil is mended once they have gone."""

from __future__ import annotations

import pytest

from open_the_eyes.residency import ModelCard
from open_the_eyes.residency.slot import REMEMBERED_S
from tests.residency.counted import CountedMemory
from tests.residency.fakes import FakeModel, Rig, card

LADDER: ModelCard = card("m", {"bf16": 400, "int8": 200, "int4": 100}, streamed_mib=20)
SHORTLY = REMEMBERED_S - 1.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class SharedMemory(CountedMemory):
    """Of 1000 MiB, of which others hold some; what that leaves is known when it is measured."""

    def __init__(self, others: int) -> None:
        super().__init__(1000)
        self.others = others
        self.measured = 0
        self.beside: list[int] = []
        self.measure()

    @property
    def shared(self) -> bool:
        return True

    def room_mib(self) -> int:
        return self.measured

    def measure(self) -> None:
        self.measured = 1000 - self.others
        self.beside.append(self.held_mib)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_short_shortage_costs_quality_for_a_while_and_not_for_good(clock: Clock) -> None:
    rig = Rig(1000, LADDER, clock=clock)
    rig.failing["run"] = [1]
    assert rig.paint("m", 1) == ["0 int8"]
    clock.now += SHORTLY
    assert rig.paint("m", 1) == ["0 int8"]
    clock.now += 1.0
    assert rig.paint("m", 1) == ["0 bf16"]


def test_batches_that_were_halved_are_whole_again_after_a_while(clock: Clock) -> None:
    rig = Rig(1000, LADDER, clock=clock)
    rig.failing["run"] = [1]
    rig.paint("m", 12)
    assert rig.largest == 6
    clock.now += SHORTLY
    rig.paint("m", 12)
    assert rig.largest == 6
    clock.now += 1.0
    rig.paint("m", 12)
    assert rig.largest == 12


def test_a_shortage_that_lasts_is_found_again_and_ends_in_the_same_result(clock: Clock) -> None:
    rig = Rig(1000, LADDER, others=595, clock=clock)
    for _ in range(3):
        assert rig.paint("m", 1) == ["0 int8"]
        clock.now += REMEMBERED_S
    assert rig.left_over() == 0


def test_room_that_others_took_at_the_start_is_found_once_they_have_gone(clock: Clock) -> None:
    memory = SharedMemory(others=700)
    rig = Rig(0, LADDER, memory=memory, clock=clock)
    assert rig.paint("m", 1) == ["0 int8"]
    memory.others = 0
    clock.now += SHORTLY
    assert rig.paint("m", 1) == ["0 int8"], "a photo gets the same eyes every time"
    clock.now += 1.0
    assert rig.paint("m", 1) == ["0 bf16"]
    assert len(memory.beside) == 2


def test_the_room_is_not_measured_beside_a_lease(clock: Clock) -> None:
    memory = SharedMemory(others=0)
    rig = Rig(0, card("a"), card("b"), memory=memory, clock=clock)
    clock.now += REMEMBERED_S
    with rig.residency.lease("a"):
        assert len(memory.beside) == 2
        clock.now += REMEMBERED_S
        with rig.residency.lease("b"):
            assert len(memory.beside) == 2
    with rig.residency.lease("b"):
        assert len(memory.beside) == 3


def test_what_holds_memory_without_torch_leaves_before_the_room_is_measured(clock: Clock) -> None:
    memory = SharedMemory(others=0)
    rig = Rig(0, card("b"), memory=memory, clock=clock)

    def session(_: str) -> FakeModel:
        made = FakeModel(rig, card("session", 70), "bf16")
        made.to("cuda")
        return made

    rig.residency.register(card("session", 70), session, move=None)
    for name in ("session", "b"):
        with rig.residency.lease(name):
            pass
    clock.now += REMEMBERED_S
    with rig.residency.lease("b"):
        pass
    assert memory.beside == [0, 100]
    with rig.residency.lease("session"):
        pass
    clock.now += SHORTLY
    with rig.residency.lease("b"):
        assert memory.held_mib == 170


def test_memory_that_is_nobody_elses_is_never_measured_and_sessions_stay(clock: Clock) -> None:
    rig = Rig(1000, card("b"), clock=clock)
    built: list[str] = []
    rig.residency.register(card("session"), built.append, move=None)
    for name in ("session", "b", "session"):
        with rig.residency.lease(name):
            clock.now += REMEMBERED_S
    assert built == ["bf16"]
