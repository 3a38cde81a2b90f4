"""Leases: what is on the device, for how long, and who leaves it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from open_the_eyes.errors import Cancelled, NoRoomOnGpu, UsageError
from open_the_eyes.residency import OutOfMemory, Residency
from tests.residency.counted import CountedMemory
from tests.residency.fakes import FakeModel, Rig, card, sdxl


def test_a_lease_is_a_model_on_the_device_with_room_to_work() -> None:
    rig = Rig(200, card("a"))
    with rig.residency.lease("a", batch=10) as model:
        assert model.device == "cuda"
        assert rig.memory.held_mib == 100
    assert rig.left_over() == 0


def test_a_model_is_built_once_and_stays_while_nobody_needs_its_room() -> None:
    rig = Rig(1000, card("a"), card("b"))
    for name in ("a", "b", "a"):
        with rig.residency.lease(name):
            pass
    assert rig.built == ["a bf16", "b bf16"]
    assert rig.memory.held_mib == 200


def test_the_least_recently_used_leaves_and_waits_in_the_computers_memory() -> None:
    rig = Rig(320, card("a"), card("b"), card("c"), card("d"))
    for name in ("a", "b", "a", "c"):
        with rig.residency.lease(name, batch=1):
            pass
    with rig.residency.lease("d", batch=2):
        assert rig.memory.held_mib == 300
    with rig.residency.lease("b"):
        pass
    assert [record.name for record in rig.residency.records if record.unload_s > 0] == ["b", "a"]
    assert rig.built == ["a bf16", "b bf16", "c bf16", "d bf16"]


def test_two_models_at_once_where_both_fit() -> None:
    rig = Rig(220, card("a"), card("b"))
    with rig.residency.lease("a") as a, rig.residency.lease("b") as b:
        assert (a.device, b.device) == ("cuda", "cuda")
    assert rig.left_over() == 0


def test_a_second_model_that_does_not_fit_beside_the_first_is_an_error_with_the_numbers() -> None:
    rig = Rig(219, card("a"), card("b"))
    words = "b: expected 110 MiB of GPU memory, the room is 219 MiB, 110 MiB of it in use by a"
    with rig.residency.lease("a") as a:
        with pytest.raises(NoRoomOnGpu, match=words), rig.residency.lease("b"):
            pytest.fail("there is no room")
        assert a.device == "cuda"
    with rig.residency.lease("b") as b:
        assert b.device == "cuda"
    assert rig.left_over() == 0


def test_a_lease_inside_a_lease_of_the_same_model_is_the_same_model() -> None:
    rig = Rig(1000, card("a", {"bf16": 100, "int8": 50}))
    with rig.residency.lease("a") as outer, rig.residency.lease("a", precision="int8") as inner:
        assert inner is outer
    assert rig.built == ["a bf16"]
    assert rig.left_over() == 0


def test_another_precision_is_another_model_in_its_place() -> None:
    rig = Rig(155, card("a", {"bf16": 100, "int8": 50}))
    for precision in ("bf16", "int8", "int8"):
        with rig.residency.lease("a", precision=precision):
            pass
    assert rig.built == ["a bf16", "a int8"]
    assert rig.memory.held_mib == 50


def test_more_pictures_than_fit_at_the_best_precision_take_the_next() -> None:
    rig = Rig(200, card("a", {"bf16": 100, "int8": 50}))
    with rig.residency.lease("a", batch=15) as model:
        assert model.precision == "int8"
    with pytest.raises(NoRoomOnGpu, match="a: expected 210 MiB"), rig.residency.lease("a", batch=16):
        pytest.fail("there is no room")
    assert rig.left_over() == 0


def test_what_cannot_be_moved_is_dropped_and_built_again() -> None:
    memory = CountedMemory(150)
    rig = Rig(150, card("a"))
    residency = Residency(memory, "cuda")
    built: list[str] = []

    def session(_: str) -> FakeModel:
        built.append("session")
        return FakeModel(rig, card("session"), "bf16")

    residency.register(card("session"), session, move=None)
    residency.register(card("b"), lambda _: FakeModel(rig, card("b"), "bf16"), move=lambda _, device: device == "cuda")
    for name in ("session", "b", "session", "b"):
        with residency.lease(name) as model:
            assert isinstance(model, FakeModel)
    assert built == ["session", "session"]


@pytest.mark.parametrize(("second", "stays"), [(1, True), (2, False)], ids=["fits beside it", "does not"])
def test_what_cannot_be_moved_keeps_what_its_runs_took(second: int, stays: bool) -> None:
    rig = Rig(245, card("a"))  # 100 and 30 of the session, 110 or 120 of a
    built: list[str] = []
    rig.residency.register(card("session"), built.append, move=None)
    for name, batch in (("session", 3), ("session", 1), ("a", second), ("session", 1)):
        with rig.residency.lease(name, batch=batch):
            pass
    assert len(built) == (1 if stays else 2)
    assert rig.built == ["a bf16"]


def test_it_keeps_what_it_took_before_memory_ran_out_as_well() -> None:
    rig = Rig(245, card("a"))
    built: list[str] = []
    rig.residency.register(card("session"), built.append, move=None)

    def work(_: None, numbers: Sequence[int]) -> Sequence[int]:
        if len(numbers) > 1:
            raise OutOfMemory
        return numbers

    assert rig.residency.run("session", [1, 2, 3], work) == [1, 2, 3]
    with rig.residency.lease("a", batch=2), rig.residency.lease("session"):
        pass
    assert len(built) == 2  # what it kept left no room for a


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        pytest.param(MemoryError(), False, id="Python's"),
        pytest.param(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), False, id="torch's"),
        pytest.param(RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), False, id="torch's on Windows"),
        pytest.param(RuntimeError("CUDA error: out of memory"), False, id="CUDA's, of memory that it pins"),
        pytest.param(RuntimeError("_apply(): Couldn't swap Linear.weight"), True, id="another one"),
    ],
)
def test_a_model_that_cannot_wait_in_the_computers_memory_is_dropped_and_read_again(
    caplog: pytest.LogCaptureFixture, error: Exception, is_told: bool
) -> None:
    rig, built = Rig(150, card("b")), []

    def build(precision: str) -> FakeModel:
        built.append(precision)
        return FakeModel(rig, card("a"), precision)

    def move(model: FakeModel, device: str) -> None:
        if device == "cpu":
            raise type(error)(*error.args)  # a fresh one: with its frames it would hold on to the model
        model.to(device)

    rig.residency.register(card("a"), build, move=move)
    for name in ("a", "b", "a"):
        with rig.residency.lease(name, batch=1):
            assert rig.memory.held_mib == 100
    assert built == ["bf16", "bf16"]
    said = [record.getMessage() for record in caplog.records if record.name == "open_the_eyes.residency"]
    assert [
        f"a: expected to leave the GPU for the computer's memory, got RuntimeError: {error};" in it for it in said
    ] == ([True] if is_told else [])


def test_on_a_cpu_nothing_is_moved() -> None:
    residency = Residency(CountedMemory(), "cpu")
    rig = Rig(0)
    residency.register(card("a"), lambda precision: FakeModel(rig, card("a"), precision))
    with residency.lease("a") as model:
        assert model.device == "cpu"
    assert rig.steps["move"] == 0


def test_with_small_batches_base_and_refiner_stay_together_on_24_gb_and_with_large_ones_they_take_turns() -> None:
    rig = sdxl(24)
    for count, held in ((1, 4897 + 4310), (23, 4897 + 4310), (32, 4310)):
        for name in ("sdxl-base", "sdxl-refiner"):
            rig.paint(name, count)
        assert rig.memory.held_mib == held
    assert rig.left_over() == 0


@pytest.mark.parametrize(
    ("gpu_gb", "held"),
    [
        pytest.param(8, 160 + 360, id="8 GB: beside the VAE at work there is no room for either"),
        pytest.param(24, 160 + 360 + 4310, id="24 GB: the base has left"),
        pytest.param(48, 160 + 360 + 4897 + 4310, id="48 GB: everybody is there"),
    ],
)
def test_a_large_request_on_a_card(gpu_gb: int, held: int) -> None:
    rig = sdxl(gpu_gb)
    for name in ("sdxl-base", "sdxl-refiner", "sdxl-vae", "codeformer"):
        assert len(rig.paint(name, 32)) == 32
    assert rig.memory.held_mib == held
    assert rig.left_over() == 0


def test_releasing_everything_spares_what_is_leased() -> None:
    rig = Rig(1000, card("a"), card("b"))
    with rig.residency.lease("b"):
        pass
    with rig.residency.lease("a") as model:
        rig.residency.release_all()
        assert model.device == "cuda"
        assert rig.memory.held_mib == 100
    del model
    assert rig.left_over() == 0


def test_names_and_precisions_that_are_unknown_are_refused() -> None:
    rig = Rig(1000, card("a", {"bf16": 100, "int8": 50}))
    with pytest.raises(KeyError, match="b: registered are a"):
        rig.paint("b", 1)
    with pytest.raises(UsageError, match="precision of a"):
        rig.paint("a", 1, "fp4")


def test_a_model_that_is_known_already_stays_what_it_is() -> None:
    rig = Rig(1000, card("a"))
    with rig.residency.lease("a") as first:
        pass
    rig.register(card("a", 900))
    with rig.residency.lease("a") as second:
        assert second is first


def test_nothing_to_do_loads_nothing() -> None:
    rig = Rig(1000, card("a"))
    assert rig.paint("a", 0) == []
    assert rig.built == []


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_leased_in_whatever_order_the_room_is_kept_and_given_back(seed: int) -> None:
    draw = random.Random(seed)
    cards = [card(n, {"bf16": draw.randint(50, 400), "int8": 40}, streamed_mib=20) for n in "abcdef"]
    rig = Rig(500, *cards)
    for _ in range(40):
        name, count = draw.choice("abcdef"), draw.randint(1, 40)
        try:
            with rig.residency.lease(draw.choice("abcdef"), batch=draw.randint(1, 9)):
                results = rig.paint(name, count)
                assert [int(result.split()[0]) for result in results] == list(range(count))
                if draw.random() < 0.2:
                    raise Cancelled
        except (NoRoomOnGpu, Cancelled):
            pass
        assert rig.memory.held_mib <= 500
    assert not any(record.shortages for record in rig.residency.records)
    assert all(record.end for record in rig.residency.records)
    assert rig.left_over() == 0
