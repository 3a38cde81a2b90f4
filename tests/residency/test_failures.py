"""A GPU that fails, and not for lack of memory: leases end, nobody waits for it, and a process remembers it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from open_the_eyes.errors import GpuFailed, NoRoomOnGpu
from open_the_eyes.residency import failures
from open_the_eyes.residency.failures import failed_gpus, is_gpu_failure
from tests.residency.counted import CountedMemory
from tests.residency.fakes import SAID, FakeModel, Rig, card

ILLEGAL = "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be reported later."


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_FAILED", set())


class MortalMemory(CountedMemory):
    """Of a device that answers nothing more once it is dead, as CUDA's of a context with a sticky error."""

    dead = False
    shared = True  # measured now and then

    def peak_mib(self) -> int:
        self._answer()
        return super().peak_mib()

    def reset_peak(self) -> None:
        self._answer()
        super().reset_peak()

    def measure(self) -> None:
        self._answer()

    def empty(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if self.dead:
            raise RuntimeError(ILLEGAL)


def mortal(**facts: float) -> tuple[Rig, MortalMemory]:
    memory = MortalMemory(1000)
    return Rig(1000, card("a"), card("b"), memory=memory, **facts), memory  # type: ignore[arg-type]


def dying_in_run(rig: Rig, memory: MortalMemory) -> None:
    def dies(_: FakeModel, part: Sequence[int]) -> Sequence[int]:
        memory.dead = bool(part)
        raise RuntimeError(ILLEGAL)

    rig.residency.run("a", [1], dies)


def dying_in_lease(rig: Rig, memory: MortalMemory, leased: threading.Event | None = None) -> None:
    with rig.residency.lease("a"):
        if leased is not None:
            leased.set()
            time.sleep(0.05)  # so that somebody waits
        memory.dead = True
        raise RuntimeError(ILLEGAL)


@pytest.mark.parametrize("way", [dying_in_run, dying_in_lease])
def test_a_lease_on_a_gpu_that_fails_ends_and_who_comes_next_is_told_at_once(
    way: Callable[[Rig, MortalMemory], None],
) -> None:
    rig, memory = mortal(patience_s=1000)
    with pytest.raises(GpuFailed, match=r"a: .* an illegal memory access.*OTE_DEVICE=cpu"):
        way(rig, memory)
    assert [record.end for record in rig.residency.records] == ["RuntimeError"]
    assert failed_gpus() == ("cuda",)
    slot = rig.residency._slot("a")
    assert (slot.depth, slot.owner, slot.working_mib) == (0, None, 0)
    told: list[BaseException] = []

    def next_one(name: str) -> None:
        try:
            rig.paint(name, 1)
        except GpuFailed as error:
            told.append(error)

    for name in "ab":
        thread = threading.Thread(target=next_one, args=(name,))
        thread.start()
        thread.join(5)
    assert [("failed" in str(error)) for error in told] == [True, True]


def test_who_waits_while_the_gpu_fails_is_told_too() -> None:
    rig, memory = mortal(patience_s=1000)
    leased, told = threading.Event(), []

    def first() -> None:
        with pytest.raises(GpuFailed):
            dying_in_lease(rig, memory, leased)

    def second() -> None:
        leased.wait(5)
        with pytest.raises(GpuFailed, match="answers this process no more"):
            rig.paint("a", 1)
        told.append("second")

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert told == ["second"]


def test_a_failure_that_shows_late_is_met_before_anything_is_claimed() -> None:
    rig, memory = mortal()
    rig.paint("a", 1)
    memory.dead = True
    with pytest.raises(GpuFailed):
        rig.paint("b", 1)
    assert rig.built == ["a bf16"]
    assert rig.residency._slot("b").depth == 0
    assert failed_gpus() == ("cuda",)


def test_a_failure_that_shows_while_the_room_is_measured_is_remembered() -> None:
    now = [0.0]
    rig, memory = mortal(clock=lambda: now[0])  # type: ignore[arg-type]
    now[0], memory.dead = 1e6, True
    with pytest.raises(GpuFailed):
        rig.paint("a", 1)
    assert failed_gpus() == ("cuda",)


def test_after_a_failure_that_the_gpu_survives_it_goes_on() -> None:
    rig, _ = mortal()

    def refused(*_: object) -> Sequence[int]:
        raise RuntimeError("CUDA error: invalid configuration argument")

    with pytest.raises(GpuFailed, match="invalid configuration"):
        rig.residency.run("a", [1], refused)
    assert failed_gpus() == ()
    assert rig.paint("a", 1) == ["0 bf16"]


def test_what_is_no_failure_of_a_gpu_stays_what_it_is() -> None:
    rig, _ = mortal()
    with pytest.raises(RuntimeError, match=r"^shapes do not match$"), rig.residency.lease("a"):
        raise RuntimeError("shapes do not match")
    assert failed_gpus() == ()


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        *(pytest.param(RuntimeError(text), False, id=text[:30]) for text in SAID),
        (RuntimeError(ILLEGAL), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx`"), True),
        (RuntimeError("CUDA driver error: unspecified launch failure"), True),
        (RuntimeError("Triton Error [CUDA]: misaligned address"), True),
        (RuntimeError("Expected all tensors to be on the same device, cuda:0 and cpu"), False),
        (ValueError("CUDA error: quoted"), False),
        (NoRoomOnGpu("CUDA error: quoted"), False),
    ],
)
def test_how_libraries_say_that_a_gpu_failed(error: Exception, failed: bool) -> None:
    assert is_gpu_failure(error) == failed


def test_torchs_own_class_says_so_as_well() -> None:
    torch = pytest.importorskip("torch", reason="needs torch")
    accelerator = getattr(torch, "AcceleratorError", None)
    if accelerator is None:
        pytest.skip("this torch has no such class")
    assert issubclass(accelerator, RuntimeError)
