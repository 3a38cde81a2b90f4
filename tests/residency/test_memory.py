"""How much there is: counted, or as torch says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from open_the_eyes.errors import NoCapacity
from open_the_eyes.residency.memory import (
    SLACK_MIB,
    UNCOUNTED,
    CudaMemory,
    UnmeasuredMemory,
    memory_of,
    ran_out,
)
from tests.residency.fakes import SAID

MIB = 2**20


class Cuda:
    """As much of `torch.cuda` as is asked: a GPU of 24,000 MiB of which others hold 4,000."""

    def __init__(self) -> None:
        self.free, self.reserved, self.allocated, self.peak = 20_000, 0, 0, 0
        self.fractions: list[tuple[float, str]] = []
        self.calls: list[str] = []

    def current_device(self) -> int:
        return 1

    def mem_get_info(self, device: str) -> tuple[int, int]:
        assert device == "cuda:1"
        return self.free * MIB, 24_000 * MIB

    def memory_reserved(self, _: str) -> int:
        return self.reserved * MIB

    def max_memory_allocated(self, _: str) -> int:
        return self.peak * MIB

    def reset_peak_memory_stats(self, _: str) -> None:
        self.peak = self.allocated

    def set_per_process_memory_fraction(self, fraction: float, device: str) -> None:
        self.fractions.append((fraction, device))

    def empty_cache(self) -> None:
        self.calls.append("emptied")

    @contextmanager
    def device(self, device: str) -> Iterator[None]:
        self.calls.append(device)
        yield


def torch_with(cuda: Cuda) -> ModuleType:
    return SimpleNamespace(cuda=cuda)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("limit", "room"),
    [
        pytest.param(None, 20_000 - SLACK_MIB, id="what is free"),
        pytest.param(8_000, 8_000, id="the operator's limit"),
        pytest.param(30_000, 20_000 - SLACK_MIB, id="a limit beyond what is free"),
    ],
)
def test_the_room_of_a_gpu(limit: int | None, room: int) -> None:
    assert CudaMemory(torch_with(Cuda()), "cuda", limit).room_mib() == room


@pytest.mark.parametrize(("limit", "fractions"), [(None, []), (12_000, [(0.5, "cuda:1")]), (30_000, [(1.0, "cuda:1")])])
def test_torch_is_held_to_the_operators_limit(limit: int | None, fractions: list[tuple[float, str]]) -> None:
    cuda = Cuda()
    CudaMemory(torch_with(cuda), "cuda", limit)
    assert cuda.fractions == fractions


def test_the_room_does_not_move_with_what_is_free_so_that_a_photo_gets_the_same_precision_every_time() -> None:
    cuda = Cuda()
    memory = CudaMemory(torch_with(cuda), "cuda:1")
    cuda.free, cuda.reserved = 5_000, 10_000
    assert memory.room_mib() == 20_000 - SLACK_MIB
    memory.measure()
    assert memory.room_mib() == 15_000 - SLACK_MIB


def test_a_gpu_is_shared_with_other_programs_and_what_is_not_measured_is_not() -> None:
    assert CudaMemory(torch_with(Cuda()), "cuda").shared
    assert not UnmeasuredMemory().shared


def test_a_full_gpu_has_no_room_rather_than_less_than_none() -> None:
    cuda = Cuda()
    cuda.free = 100
    assert CudaMemory(torch_with(cuda), "cuda").room_mib() == 0


def test_peaks_and_emptying_are_the_devices_own() -> None:
    cuda = Cuda()
    memory = CudaMemory(torch_with(cuda), "cuda")
    cuda.peak, cuda.allocated = 900, 300
    assert memory.peak_mib() == 900
    cuda.free, cuda.reserved = 18_500, 1_000
    assert memory.peak_mib() == 1_400, "onnxruntime holds 500"
    cuda.free, cuda.reserved = 20_000, 0
    memory.reset_peak()
    assert memory.peak_mib() == 300
    memory.empty()
    assert cuda.calls == ["cuda:1", "emptied"]


def test_torchs_own_error_says_that_memory_ran_out() -> None:
    torch = pytest.importorskip("torch")
    assert ran_out(torch.OutOfMemoryError("whatever it says"))


@pytest.mark.parametrize("words", SAID)
def test_libraries_that_say_in_words_alone_that_memory_ran_out_are_understood(words: str) -> None:
    assert ran_out(RuntimeError(words))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("out of resource: shared memory, Required: 131072, Hardware limit: 101376"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
        MemoryError(),
        NoCapacity("out of memory"),
    ],
    ids=str,
)
def test_other_errors_do_not_say_that_a_gpus_memory_ran_out(error: Exception) -> None:
    assert not ran_out(error)


@pytest.mark.parametrize(("limit", "room"), [(None, UNCOUNTED), (8_000, 8_000)])
def test_of_a_gpu_that_torch_cannot_see_only_leases_are_counted(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, room: int
) -> None:
    monkeypatch.setattr("open_the_eyes.residency.memory.find_spec", lambda _: None)
    assert memory_of("cuda:0", limit).room_mib() == room


@pytest.mark.parametrize("device", ["cuda:1", "cuda:5"])
def test_a_gpu_that_is_not_there_is_named_with_how_many_there_are(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(NoCapacity, match=rf"{device}: .* found 1, .*OTE_DEVICE=cpu"):
        memory_of(device)


def test_a_cpu_has_as_much_as_anybody_wants() -> None:
    assert memory_of("cpu").room_mib() == UNCOUNTED


def test_nothing_else_moves_models_or_empties_caches() -> None:
    """Nor names a GPU of its own: the benchmark's rivals, too, go to the device that was asked for."""
    package = Path(__file__).parents[2] / "src/open_the_eyes"
    moves = re.compile(r"empty_cache|\.cuda\(\)|\.to\(\s*[\"']cuda")
    found = [p.relative_to(package).as_posix() for p in package.rglob("*.py") if moves.search(p.read_text("utf-8"))]
    assert sorted(found) == ["residency/memory.py"]
