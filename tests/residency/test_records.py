"""The records of leases: what was written down of each, however it ended, and what a watch is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from open_the_eyes.errors import Cancelled
from open_the_eyes.residency import Residency
from open_the_eyes.residency.admission import KEPT
from open_the_eyes.stopwatch import Stopwatch
from tests.residency.fakes import FakeModel, Rig, card


@pytest.mark.parametrize("error", [Cancelled("stop"), ValueError("a bug"), KeyboardInterrupt()], ids=repr)
def test_a_block_that_raises_gives_its_room_back_and_is_recorded(error: BaseException) -> None:
    rig = Rig(200, card("a"), card("b"))
    with pytest.raises(type(error)), rig.residency.lease("a", batch=10):
        raise error
    assert rig.residency.records[-1].end == type(error).__name__
    with rig.residency.lease("b", batch=10):
        assert rig.memory.held_mib == 100
    assert rig.left_over() == 0


@pytest.mark.parametrize("stage", ["a/load", "a/use", "b/unload"])
def test_somebody_who_cancels_between_stages_leaves_nothing_behind(stage: str) -> None:
    rig = Rig(200, card("b", stage="b"), card("a", stage="a"))

    def stop(name: str, _: float) -> None:
        if name == stage:
            raise Cancelled("asked to stop")

    with rig.residency.lease("b"):
        pass
    with pytest.raises(Cancelled), rig.residency.lease("a", batch=10, watch=Stopwatch(stop)):
        pytest.fail("it was to stop before")
    assert rig.residency.records[-1].end == "Cancelled"
    with rig.residency.lease("b", batch=10):
        pass
    assert rig.left_over() == 0


class Clock:
    """A second passes with each look."""

    def __init__(self) -> None:
        self._seconds: Iterator[int] = iter(range(1000))

    def __call__(self) -> float:
        return float(next(self._seconds))


def test_a_record_has_the_seconds_and_the_peak_of_every_lease() -> None:
    rig = Rig(250, card("a"), card("b"))
    memory = rig.memory
    residency = Residency(memory, "cuda", Clock())
    for name in ("a", "b"):
        residency.register(card(name), lambda precision, name=name: FakeModel(rig, card(name), precision))  # type: ignore[misc]
    with residency.lease("a", batch=3) as model:
        model.paint([1, 2, 3])
        with residency.lease("b"):
            pass
    with residency.lease("b", batch=12):
        pass
    first, inner, second = residency.records
    assert (first.name, first.variant, first.batch, first.end) == ("a", "bf16", 3, "done")
    assert (first.load_s, first.use_s > inner.use_s, first.unload_s) == (1.0, True, 1.0)
    assert (first.peak_mib, inner.peak_mib, second.peak_mib) == (200, 200, 200)
    assert (second.load_s, second.unload_s) == (0.0, 0.0)


def test_records_are_copies() -> None:
    rig = Rig(200, card("a"))
    rig.paint("a", 1)
    rig.residency.records[0].peak_mib = -1
    assert rig.residency.records[0].peak_mib == 110


def test_a_watch_is_told_loading_use_unloading_and_the_peak_as_branches() -> None:
    rig = Rig(200, card("a", stage="generate/base"), card("b", stage="restore/b"))
    watch = Stopwatch()
    rig.residency.run("a", [1, 2], FakeModel.paint, watch=watch)
    with rig.residency.lease("b", batch=10, watch=watch, stage="elsewhere"):
        pass
    assert [(stage.name, stage.peak_vram_mib) for stage in watch.stages] == [
        ("generate/base/load", None),
        ("generate/base/use", 120),
        ("generate/base/unload", None),
        ("elsewhere/load", None),
        ("elsewhere/use", 100),
    ]


def test_a_service_that_runs_for_months_forgets_its_oldest_leases() -> None:
    rig = Rig(1000, card("a"))
    for _ in range(KEPT + 5):
        with rig.residency.lease("a"):
            pass
    assert len(rig.residency.records) == KEPT
