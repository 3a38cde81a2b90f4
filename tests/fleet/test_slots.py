"""Who works where: on one machine, and on a cluster."""

from __future__ import annotations

import socket
import sys
import threading
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest

from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.worker import WorkerSlot
from open_the_eyes.errors import NoCapacity, UsageError, WeightsMissing
from open_the_eyes.fleet import cluster, slots
from open_the_eyes.fleet.cluster import Cluster, connected, has_ended, ours, part_of_gpu
from open_the_eyes.fleet.ray_batch import slot_on
from open_the_eyes.fleet.slots import AT_ONCE, MAX_WORKERS, Machine, worker_slots
from open_the_eyes.options import Options
from open_the_eyes.residency.gpus import gpu_mib
from open_the_eyes.settings import Detector, Settings

SPEC = BatchSpec(engine="sdxl", painter="sdxl")


def devices(painter: str, device: str, workers: int | None = None, gpus: int = 2) -> list[str]:
    machine = Machine(gpus=lambda: gpus, cores=lambda: 4, room=lambda _: 24_576)
    chosen = worker_slots(painter, Settings(device=device), workers, machine=machine)
    return [slot.device for slot in chosen]


@pytest.mark.parametrize(
    ("painter", "device", "workers", "expected"),
    [
        pytest.param("appearance", "auto", None, ["auto"] * 4, id="one a core"),
        pytest.param("appearance", "auto", 9, ["auto"] * 9, id="as many as asked for"),
        pytest.param("sdxl", "auto", None, ["cuda:0", "cuda:1"], id="one a GPU"),
        pytest.param("sdxl", "cuda", 1, ["cuda:0"], id="fewer than there are"),
        pytest.param("sdxl", "cuda:1", None, ["cuda:1"], id="the GPU that was named"),
        pytest.param("sdxl", "cpu", None, ["cpu"], id="a large model on a processor, once"),
    ],
)
def test_workers_have_a_core_or_a_gpu_each(painter: str, device: str, workers: int | None, expected: list[str]) -> None:
    assert devices(painter, device, workers) == expected


def test_a_node_on_a_gpu_has_several_photos_on_their_way_and_one_on_a_processor_has_one() -> None:
    machine = Machine(gpus=lambda: 1, cores=lambda: 2)
    assert {slot.at_once for slot in worker_slots("sdxl", Settings(), machine=machine)} == {AT_ONCE}
    assert {slot.at_once for slot in worker_slots("appearance", Settings(), machine=machine)} == {1}
    assert {slot.at_once for slot in worker_slots("sdxl", Settings(), at_once=1, machine=machine)} == {1}


def test_where_few_can_be_waited_for_there_are_no_more_workers_than_cores_or_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slots, "MAX_WORKERS", 61)
    machine = Machine(cores=lambda: 128)
    assert len(worker_slots("appearance", Settings(device="cpu"), machine=machine)) == 61
    with pytest.raises(UsageError, match="--workers: expected 1 to 61, got 62"):
        worker_slots("appearance", Settings(device="cpu"), 62)
    (slot,) = worker_slots("sdxl", Settings(device="cpu"), machine=machine)
    assert slot.threads == 128


@pytest.mark.parametrize(
    ("painter", "device", "workers", "at_once", "says"),
    [
        pytest.param("sdxl", "auto", 3, None, "at most one a GPU", id="more nodes than GPUs"),
        pytest.param("sdxl", "cuda:5", None, None, "one of 2 GPUs", id="a GPU that is not there"),
        pytest.param("appearance", "auto", 0, None, "--workers", id="nobody"),
        pytest.param("appearance", "auto", MAX_WORKERS + 1, None, "--workers", id="an army"),
        pytest.param("appearance", "auto", None, 0, "--at-once", id="nothing at once"),
    ],
)
def test_seats_that_are_not_there_are_refused(
    painter: str, device: str, workers: int | None, at_once: int | None, says: str
) -> None:
    machine = Machine(gpus=lambda: 2, cores=lambda: 4)
    with pytest.raises(UsageError, match=says):
        worker_slots(painter, Settings(device=device), workers, at_once, machine=machine)


@pytest.mark.parametrize(
    ("gpus_gb", "given", "workers", "precision"),
    [
        pytest.param([8, 24], None, None, "int8", id="unlike"),
        pytest.param([24, 8], None, 1, "int8", id="unlike, however many work"),
        pytest.param([24, 8], 7000, None, "auto", id="alike by the operator's room"),
        pytest.param([12, 24], None, None, "auto", id="unlike, which choose alike"),
        pytest.param([4, 24], None, None, "auto", id="one that streams what the other holds"),
        pytest.param([24, 4.4], None, None, "bf16", id="one that would be coarse"),
        pytest.param([24, 2], None, None, "auto", id="one that holds nothing"),
        pytest.param([8], None, None, "auto", id="alone"),
    ],
)
def test_a_photo_gets_the_same_precision_on_unlike_gpus(
    gpus_gb: list[float], given: int | None, workers: int | None, precision: str
) -> None:
    mib = {f"cuda:{number}": int(gb * 1024) for number, gb in enumerate(gpus_gb)}
    settings = Settings(gpu_room_mib=given)
    slots = worker_slots("sdxl", settings, workers, machine=Machine(gpus=lambda: len(mib), room=mib.__getitem__))
    assert [slot.precision for slot in slots] == [precision] * (workers or len(mib))
    asked = replace(SPEC, options=Options.of(precision="fp8"))
    assert [slot.spec(SPEC).options.generate.precision for slot in slots] == [slot.precision for slot in slots]
    assert {slot.spec(asked).options.generate.precision for slot in slots} == {"fp8"}


@pytest.mark.parametrize(
    ("given", "gpus", "room"),
    [
        pytest.param(None, 0.5, 12_288, id="half of the memory"),
        pytest.param(6000, 0.5, 3000, id="half of what the operator gives"),
        pytest.param(6000, 1.0, 6000, id="all of that"),
        pytest.param(None, 1.0, None, id="all of the memory"),
    ],
)
def test_an_actor_that_shares_a_gpu_has_its_part_of_the_operators_room(
    monkeypatch: pytest.MonkeyPatch, given: int | None, gpus: float, room: int | None
) -> None:
    monkeypatch.setattr(cluster, "gpu_mib", lambda: 24_576)
    assert part_of_gpu(Settings(gpu_room_mib=given), gpus).gpu_room_mib == room


def test_a_gpus_size_is_asked_of_it_without_taking_memory_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda _: pytest.fail("makes a context"))
    sizes = {"cuda:1": SimpleNamespace(total_memory=8 * 2**30)}
    monkeypatch.setattr("torch.cuda.get_device_properties", sizes.__getitem__)
    assert gpu_mib("cuda:1") == 8192


def test_a_gpu_whose_size_nobody_tells_cannot_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # as where it is not installed
    with pytest.raises(UsageError, match="OTE_GPU_ROOM_MIB"):
        part_of_gpu(Settings(), 0.5)


def test_an_actor_sees_its_own_gpu_alone() -> None:
    assert slot_on(Cluster(address="auto", gpus=0.5), None) == WorkerSlot(device="cuda", at_once=AT_ONCE)
    assert slot_on(Cluster(address="auto"), None) == WorkerSlot(device="cpu", at_once=1)


@pytest.mark.parametrize("gpus", [-1.0, 1.5, 2.0, 9.0, float("nan")])
def test_parts_of_gpus_that_make_no_sense_are_refused(gpus: float) -> None:
    with pytest.raises(UsageError, match=r"--gpus-each: expected 0 to 1, got .*--painters.*--workers"):
        slot_on(Cluster(address="local", gpus=gpus), None)


def test_what_keeps_an_actor_from_starting_is_said_in_our_words() -> None:
    told = "ray::Actor.__init__() ...\nopen_the_eyes.errors.WeightsMissing: expected weights; fetch sdxl\nmore"
    known = ours(RuntimeError(told))
    assert isinstance(known, WeightsMissing)
    assert str(known) == "expected weights; fetch sdxl"
    assert isinstance(ours(RuntimeError("open_the_eyes.errors.Path: no error of ours")), NoCapacity)
    assert isinstance(ours(RuntimeError("the node is gone\nand more")), NoCapacity)


@pytest.mark.parametrize(
    ("detector", "device", "workers", "gpus", "room", "expected"),
    [
        pytest.param("auto", "auto", None, 1, 80_000, {"cuda:0": 16}, id="one a core where memory allows"),
        pytest.param("auto", "auto", None, 1, 8_000, {"cuda:0": 3}, id="as many as fit"),
        pytest.param("auto", "auto", None, 2, 12_000, {"cuda:0": 4, "cuda:1": 4}, id="on all GPUs"),
        pytest.param("auto", "auto", 3, 2, 12_000, {"cuda:0": 2, "cuda:1": 1}, id="as many as asked for, in turn"),
        pytest.param("auto", "cuda:1", None, 2, 12_000, {"cuda:1": 4}, id="the GPU that was named"),
        pytest.param("insightface", "auto", None, 1, 8_000, {"cuda:0": 2}, id="with its detector"),
        pytest.param("auto", "auto", None, 1, 2_000, {"cuda:0": 1}, id="one that may fit"),
        pytest.param("auto", "auto", None, 0, 0, {"auto": 1}, id="a GPU whose size nobody knows"),
        pytest.param("auto", "cpu", None, 1, 8_000, {"cpu": 16}, id="the processor that was asked for"),
    ],
)
def test_workers_whose_restorer_is_on_a_gpu_are_as_many_as_fit_there(
    detector: Detector, device: str, workers: int | None, gpus: int, room: int, expected: dict[str, int]
) -> None:
    settings = Settings(device=device, detector=detector)
    slots = worker_slots(
        "appearance",
        settings,
        workers,
        restorer="codeformer",
        machine=Machine(gpus=lambda: gpus, cores=lambda: 16, room=lambda _: room, networks_on_gpu=lambda _: True),
    )
    assert Counter(slot.device for slot in slots) == expected
    shares = Counter[str]()
    for slot in slots:
        shares[slot.device] += slot.settings(settings).gpu_room_mib or 0
    assert all(share <= room for share in shares.values())


def test_a_restorer_on_the_processor_leaves_a_worker_a_core() -> None:
    machine = Machine(cores=lambda: 16, networks_on_gpu=lambda _: False)
    slots = worker_slots("appearance", Settings(), restorer="gfpgan", machine=machine)
    assert slots == (WorkerSlot(device="auto"),) * 16


def test_more_workers_than_fit_on_the_gpu_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 3, as many as the GPUs have memory for"):
        worker_slots(
            "appearance",
            Settings(),
            16,
            restorer="codeformer",
            machine=Machine(gpus=lambda: 1, room=lambda _: 8_000, networks_on_gpu=lambda _: True),
        )


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://localhost:{}"])
def test_where_nobody_listens_no_ray_is_waited_for(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: False))
    monkeypatch.setitem(sys.modules, "ray.data", ModuleType("ray.data"))
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        place = address.format(bound.getsockname()[1])
        with pytest.raises(NoCapacity, match=f"--ray {place}: expected a Ray to answer there, nobody does: .*refused"):
            connected(place)


@pytest.mark.parametrize(
    ("says", "is_ray"),
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", False, id="a web server"),
        pytest.param(b"", False, id="one that hangs up"),
        pytest.param(bytes((0, 0, 0, 4, 0, 0, 0, 0, 0)), True, id="a Ray"),
    ],
)
def test_what_listens_and_is_no_ray_is_told_at_once(says: bytes, is_ray: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    joined: list[str] = []
    fake = SimpleNamespace(is_initialized=lambda: False, init=lambda address, **_: joined.append(address))
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.setitem(sys.modules, "ray.data", ModuleType("ray.data"))

    def answer() -> None:
        line, _ = listening.accept()
        with line:
            line.sendall(says)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        answering = threading.Thread(target=answer)
        answering.start()
        with nullcontext() if is_ray else pytest.raises(NoCapacity, match=f"--ray {place}: .*something else does"):
            connected(place)
        answering.join()
    assert joined == [place] * is_ray


def test_a_ray_of_this_process_that_was_ended_with_it_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "MOMENT_SECONDS", 0.0)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        here = SimpleNamespace(gcs_address=f"127.0.0.1:{bound.getsockname()[1]}")
        monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get_runtime_context=lambda: here))
        assert has_ended("local")
        assert not has_ended("auto")  # its machines are none of ours to look at
        bound.listen()
        assert not has_ended("local")
