"""Memory that runs out although the arithmetic said it would not: every way ends in a result or `NoRoomOnGpu`."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Sequence

import pytest

from open_the_eyes.errors import Cancelled, NoRoomOnGpu
from open_the_eyes.residency import ModelCard, OutOfMemory, admission
from tests.residency.fakes import SAID, STEPS, FakeModel, Rig, card, sdxl

LADDER: ModelCard = card("m", {"bf16": 400, "int8": 200, "int4": 100}, streamed_mib=20)


def precisions(results: Sequence[str]) -> set[str]:
    return {result.split()[1] for result in results}


@pytest.mark.parametrize(
    ("others", "largest", "precision"),
    [
        pytest.param(0, 12, {"bf16"}, id="as planned"),
        pytest.param(520, 6, {"bf16"}, id="half the batch"),
        pytest.param(580, 1, {"bf16"}, id="one by one"),
        pytest.param(595, 12, {"int8"}, id="the next precision, with the whole batch again"),
        pytest.param(795, 6, {"int4"}, id="the one after it"),
        pytest.param(895, 6, {"bf16"}, id="streamed"),
    ],
)
def test_each_rung_of_the_ladder(others: int, largest: int, precision: set[str]) -> None:
    rig = Rig(1000, LADDER, others=others)
    results = rig.paint("m", 12)
    assert [int(result.split()[0]) for result in results] == list(range(12))
    assert precisions(results) == precision
    assert rig.largest == largest
    assert rig.left_over() == 0


def test_below_the_last_rung_is_an_error_with_the_numbers_and_nothing_is_left() -> None:
    rig = Rig(1000, LADDER, others=975)
    with pytest.raises(NoRoomOnGpu, match=r"m: expected \d+ MiB of GPU memory, the room is 1000 MiB \(memory ran out"):
        rig.paint("m", 12)
    assert rig.memory.held_mib - rig.others == 0
    assert rig.left_over() == 0


def test_models_that_idle_leave_before_the_batch_is_halved() -> None:
    rig = Rig(1000, LADDER, card("idle", 300), others=250)
    with rig.residency.lease("idle"):
        pass
    assert precisions(rig.paint("m", 12)) == {"bf16"}
    assert rig.largest == 12
    assert rig.residency.records[0].unload_s > 0


def test_what_worked_is_remembered_until_everything_is_released() -> None:
    rig = Rig(1000, LADDER, others=520)
    rig.paint("m", 12)
    rig.paint("m", 12)
    assert [record.shortages for record in rig.residency.records] == [1, 0]
    rig.residency.release_all()
    rig.paint("m", 12)
    assert rig.residency.records[-1].shortages == 1


def test_a_precision_that_ran_out_is_not_tried_again() -> None:
    rig = Rig(1000, LADDER, others=595)
    for _ in range(2):
        assert precisions(rig.paint("m", 2)) == {"int8"}
    assert rig.built == ["m bf16", "m int8"]


def test_a_precision_that_was_asked_for_is_kept_or_streamed_and_never_made_coarser() -> None:
    rig = Rig(1000, LADDER, others=595)
    rig.paint("m", 2, "bf16")
    assert rig.built == ["m bf16", "m bf16"]
    assert [record.variant for record in rig.residency.records] == ["bf16", "bf16 streamed"]


@pytest.mark.parametrize("gpu_gb", [8, 24, 48])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", range(1, 5))
def test_memory_that_runs_out_at_any_step_ends_in_a_result(gpu_gb: int, step: str, number: int) -> None:
    rig = sdxl(gpu_gb)
    rig.failing[step] = [number]
    for name in ("sdxl-base", "sdxl-refiner", "sdxl-vae", "codeformer"):
        try:
            assert len(rig.paint(name, 6)) == 6
        except NoRoomOnGpu:
            assert name in ("sdxl-vae", "codeformer"), "they have one precision, all others have a way out"
    assert rig.steps[step] > number, "the step that fails is taken, and others after it"
    assert all(record.end for record in rig.residency.records)
    assert rig.left_over() == 0


def test_networks_that_are_streamed_are_read_once_for_all_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "idle_ram_mib", lambda: 64_000.0)
    rig = sdxl(4)
    for _, name in itertools.product(range(3), ("sdxl-vae", "sdxl-base", "sdxl-refiner", "sdxl-vae")):
        rig.paint(name, 1)
    assert rig.built == ["sdxl-vae fp16", "sdxl-base bf16", "sdxl-refiner bf16"]
    assert {record.variant for record in rig.residency.records} == {"fp16", "bf16 streamed"}
    assert rig.left_over() == 0


def test_where_the_computers_memory_is_short_streamed_networks_make_room_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "idle_ram_mib", lambda: 4000.0)  # the refiner is larger, the VAE is not
    rig = sdxl(4)
    for name in ("sdxl-base", "sdxl-vae", "sdxl-base", "sdxl-refiner", "sdxl-base"):
        rig.paint(name, 1)
    assert rig.built == ["sdxl-base bf16", "sdxl-vae fp16", "sdxl-refiner bf16", "sdxl-base bf16"]
    assert rig.left_over() == 0


def paint_three_photos(rig: Rig) -> None:
    for _, name in itertools.product(range(3), ("sdxl-base", "sdxl-refiner", "sdxl-vae", "codeformer")):
        rig.paint(name, 6)


@pytest.mark.parametrize("gpu_gb", [8, 12, 16, 24, 48, 80])
@pytest.mark.parametrize("step", STEPS)
def test_memory_that_runs_out_from_some_step_on_ends_in_a_clear_error(gpu_gb: int, step: str) -> None:
    for first in (1, 2, 4):
        rig = sdxl(gpu_gb)
        rig.failing[step] = list(range(first, 500))
        with pytest.raises(NoRoomOnGpu, match=r"expected .* MiB of GPU memory, the room is"):
            paint_three_photos(rig)
        assert all(record.end for record in rig.residency.records)
        assert rig.left_over() == 0
        rig.failing[step] = []
        assert len(rig.paint("sdxl-base", 6)) == 6
        assert rig.left_over() == 0


def test_what_the_failed_try_held_is_free_before_the_next_one() -> None:
    rig = Rig(1000, LADDER)
    tensors: list[weakref.ref[FakeModel]] = []
    alive: list[bool] = []

    def work(model: FakeModel, part: Sequence[int]) -> Sequence[int]:
        alive.extend(tensor() is not None for tensor in tensors)
        large = FakeModel(rig, model.facts, "bf16")
        tensors.append(weakref.ref(large))
        if len(part) > 1:
            raise OutOfMemory
        return part

    assert rig.residency.run("m", [1, 2, 3, 4], work) == [1, 2, 3, 4]
    assert not any(alive)


@pytest.mark.parametrize("error", [Cancelled("stop"), RuntimeError("shapes differ"), MemoryError()], ids=repr)
def test_only_the_gpu_running_out_of_memory_counts_as_that(error: Exception) -> None:
    rig = Rig(1000, LADDER)
    calls = 0

    def work(_: FakeModel, __: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        raise error

    with pytest.raises(type(error)):
        rig.residency.run("m", [1, 2, 3, 4], work)
    assert calls == 1
    assert rig.residency.records[-1].end == type(error).__name__
    assert rig.left_over() == 0


@pytest.mark.parametrize("words", SAID)
def test_whoever_says_that_memory_ran_out_has_the_batch_halved(words: str) -> None:
    sizes: list[int] = []

    def work(_: FakeModel, part: Sequence[int]) -> Sequence[int]:
        sizes.append(len(part))
        if len(part) > 2:
            raise RuntimeError(words)
        return part

    assert Rig(1000, LADDER).residency.run("m", range(8), work) == list(range(8))
    assert sizes == [8, 4, 2, 2, 2, 2]


@pytest.mark.parametrize("words", SAID)
def test_whoever_says_that_memory_ran_out_while_loading_has_the_next_precision_taken(words: str) -> None:
    rig = Rig(1000)

    def move(model: str, _: str) -> None:
        if model == "bf16":
            raise RuntimeError(words)

    rig.residency.register(LADDER, str, move=move)
    with rig.residency.lease("m") as model:
        assert model == "int8"


def test_a_lease_takes_the_next_precision_where_memory_runs_out_while_loading() -> None:
    rig = Rig(1000, LADDER, others=700)
    with rig.residency.lease("m") as model:
        assert model.precision == "int8"
    del model
    assert [record.end for record in rig.residency.records] == ["OutOfMemory", "done"]
    assert rig.left_over() == 0


def test_memory_that_runs_out_inside_a_lease_is_told_to_whoever_leased() -> None:
    rig = Rig(1000, LADDER, others=595)
    with pytest.raises(OutOfMemory), rig.residency.lease("m") as model:
        model.paint([1])
    del model
    assert rig.left_over() == 0
