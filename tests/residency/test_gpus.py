"""What keeps torch from a GPU, named: a torch without CUDA, an old driver, a GPU that torch has no kernels for."""

from __future__ import annotations

import shutil
from typing import NoReturn

import pytest

from open_the_eyes.residency import gpus
from open_the_eyes.residency.gpus import Trouble, trouble

torch = pytest.importorskip("torch", reason="torch is not installed")
ARCHES = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]
OLD = (
    "The NVIDIA driver on your system is too old (found version 12040). Please update your GPU driver by downloading "
    "and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx"
)


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver is here, and torch sees no GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/nvidia-smi")


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One GPU that torch sees."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ARCHES)


def test_where_no_driver_is_nothing_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert trouble(0) == Trouble()


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize(
    ("system", "machine", "mend"),
    [
        ("linux", "x86_64", "then: python -m pip install torch"),
        ("linux", "aarch64", "then: the command that the selector on pytorch.org gives for CUDA"),
        ("win32", "AMD64", "then: the command that the selector on pytorch.org gives for CUDA"),
    ],
)
def test_a_torch_without_cuda_is_named_and_what_installs_another(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, mend: str
) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    found = trouble(0)
    assert found is not None
    assert found.cause == "this torch is built without CUDA"
    assert found.mend.startswith("python -m pip uninstall -y torch, ")
    assert found.mend.endswith(mend)


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize(
    ("said", "cause", "mend"),
    [
        (
            OLD,
            "NVIDIA's driver is too old: it knows CUDA 12.4, and this torch is built for CUDA 13.0",
            "a newer driver",
        ),
        ("No CUDA GPUs are available", "torch says: No CUDA GPUs are available", ""),
        ("", "torch says: CUDA does not start", ""),
    ],
    ids=["an old driver", "hidden", "no words"],
)
def test_a_driver_that_torch_cannot_use_is_told_in_numbers(
    monkeypatch: pytest.MonkeyPatch, said: str, cause: str, mend: str
) -> None:
    def fails() -> NoReturn:
        raise RuntimeError(said)

    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", fails)
    found = trouble(0)
    assert found is not None
    assert found.cause == cause
    assert found.mend.startswith(mend)
    assert bool(found.mend) == bool(mend)


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize(
    ("capability", "runs"),
    [
        pytest.param((6, 1), False, id="GTX 1080"),
        pytest.param((7, 0), False, id="V100"),
        pytest.param((7, 5), True, id="RTX 2080"),
        pytest.param((8, 9), True, id="RTX 4090, by kernels for 8.6"),
        pytest.param((11, 0), False, id="between those that are known"),
        pytest.param((13, 0), True, id="later than any, by what the driver makes of it"),
    ],
)
def test_a_gpu_that_torch_has_no_kernels_for_is_told_by_its_compute_capability(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], runs: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", {"cuda:0": capability}.__getitem__)
    found = trouble(0)
    assert (found is None) == runs
    if found is not None:
        own = ".".join(map(str, capability))
        assert found.cause == (
            f"its compute capability is {own}, and this torch has kernels for 7.5, 8.0, 8.6, 9.0, 10.0, 12.0"
        )
        assert "pytorch.org" in found.mend


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize(
    ("arch", "capability", "runs"),
    [("sm_100f", (10, 3), True), ("compute_100f", (12, 0), False), ("sm_100a", (10, 3), False)],
    ids=["its family", "another family", "one GPU alone"],
)
def test_code_for_a_family_of_gpus_runs_on_all_of_it(
    monkeypatch: pytest.MonkeyPatch, arch: str, capability: tuple[int, int], runs: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_90", arch])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert (trouble(0) is None) == runs


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize("arches", [[], ["gfx942"], ["sm_61"], ["sm_61a"]], ids=str)
def test_what_torch_does_not_tell_is_no_trouble(monkeypatch: pytest.MonkeyPatch, arches: list[str]) -> None:
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: arches)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (6, 1))
    assert trouble(0) is None


@pytest.mark.usefixtures("seeing")
def test_a_number_beyond_those_that_are_here_is_no_trouble_of_torch() -> None:
    assert trouble(7) == Trouble(found=1)


def test_who_has_a_driver_is_taken_to_have_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "nvidia-smi" else None)
    assert gpus.driver_is_here()
