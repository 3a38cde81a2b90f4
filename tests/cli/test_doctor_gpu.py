"""What `doctor` says of GPUs: which there are, and what can use them."""

from __future__ import annotations

import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from open_the_eyes.cli import doctor, doctor_gpu
from open_the_eyes.cli.findings import Check
from open_the_eyes.models.onnx_network import CPU, CUDA
from open_the_eyes.residency import gpus
from open_the_eyes.system import installed


@pytest.mark.parametrize(
    ("version", "found", "mend"),
    [
        pytest.param("1.31.1", "1.31.1", "", id="as asked"),
        pytest.param("1.19", "1.19, expected >=1.20", 'python -m pip install "onnxruntime-gpu>=1.20"', id="too old"),
    ],
)
def test_the_build_for_cuda_stands_for_onnxruntime(
    monkeypatch: pytest.MonkeyPatch, version: str, found: str, mend: str
) -> None:
    def version_of(name: str) -> str:
        if name == "onnxruntime":
            raise metadata.PackageNotFoundError
        return version

    monkeypatch.setattr(metadata, "requires", lambda _: ["onnxruntime>=1.20"])
    monkeypatch.setattr(metadata, "version", version_of)
    _, check = doctor.packages()
    assert check == Check("onnxruntime-gpu", not mend, found, mend)
    reinstall = f"python -m pip install --force-reinstall --no-deps onnxruntime-gpu=={version}"
    assert installed.mend_of_import("onnxruntime", "broken") == reinstall


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        pytest.param(
            "NVIDIA H200, 143771, 143161, 580.65\n",
            "NVIDIA H200, 140.4 GiB, 139.8 GiB unused; driver 580.65",
            id="one",
        ),
        pytest.param(
            "A, 1024, 512, 550.54\nB, 2048, 0, 550.54\n",
            "A, 1.0 GiB, 0.5 GiB unused; B, 2.0 GiB, 0.0 GiB unused; driver 550.54",
            id="two",
        ),
        pytest.param(
            "NVIDIA GB10, [N/A], [N/A], 580.65\n", "NVIDIA GB10, memory unknown; driver 580.65", id="shared memory"
        ),
        pytest.param("\n", "none found, none needed", id="none"),
        pytest.param("No devices were found\n", "none found, none needed", id="words"),
    ],
)
def test_gpus_are_named_with_their_memory_and_driver(monkeypatch: pytest.MonkeyPatch, answer: str, found: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "nvidia-smi")
    done = subprocess.CompletedProcess([], 0, answer, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert doctor_gpu.cards() == Check("gpu", True, found)


@pytest.mark.parametrize(
    ("tool", "built_for", "used", "found"),
    [
        pytest.param(None, [CPU], [CPU], [], id="no GPU, nothing to say"),
        pytest.param(
            "nvidia-smi", [CPU], [CPU], [(False, "this onnxruntime runs on the processor only")], id="built so"
        ),
        pytest.param("nvidia-smi", [CUDA, CPU], [CPU], [(False, "expected CUDA's libraries")], id="no libraries"),
        pytest.param("nvidia-smi", [CUDA, CPU], [CUDA, CPU], [(True, "yes")], id="it can"),
    ],
)
def test_where_there_is_a_gpu_it_is_said_whether_restorers_can_use_it(
    monkeypatch: pytest.MonkeyPatch,
    tool: str | None,
    built_for: list[str],
    used: list[str],
    found: list[tuple[bool, str]],
) -> None:
    session = SimpleNamespace(get_providers=lambda: used)
    monkeypatch.setattr(shutil, "which", lambda _: tool)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: built_for)
    monkeypatch.setattr("onnxruntime.InferenceSession", lambda *_, **__: session)
    monkeypatch.setattr("open_the_eyes.residency.memory_of", lambda _: None)
    checks = list(doctor_gpu.onnx_on_gpu())
    assert [check.ok for check in checks] == [ok for ok, _ in found]
    assert all(words in check.found and not check.needed for check, (_, words) in zip(checks, found, strict=True))


@pytest.mark.parametrize(
    ("lacks", "tools", "found", "mend"),
    [
        pytest.param("", {"gcc"}, "yes", "", id="it is"),
        pytest.param("Triton", {"gcc"}, "no, so it runs slower; compiling needs Triton", "pip install", id="no Triton"),
        pytest.param("", set(), "no, so it runs slower; compiling needs a C compiler", "install gcc", id="no compiler"),
        pytest.param("a newer GPU", set(), "no, so it runs slower; compiling needs a newer GPU", "", id="an old GPU"),
    ],
)
def test_where_sdxl_can_have_a_gpu_it_is_said_whether_it_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, tools: set[str], found: str, mend: str
) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in {"nvidia-smi", *tools} else None)
    monkeypatch.setattr("sysconfig.get_path", lambda *_: str(tmp_path))
    (tmp_path / "Python.h").touch()
    monkeypatch.setattr("open_the_eyes.models.sdxl.loading.check_libraries", lambda: None)
    monkeypatch.setattr("open_the_eyes.models.sdxl.loading.device_of", lambda _: "cuda:1")
    monkeypatch.setattr("open_the_eyes.models.sdxl.speed.compiling_lacks", {"cuda:1": lacks}.__getitem__)
    on_gpu, check = doctor_gpu.sdxl_on_gpu()
    assert (on_gpu.name, on_gpu.ok) == ("sdxl on gpu", True)
    assert (check.ok, check.found, check.needed) == (found == "yes", found, False)
    assert mend in check.mend
    assert bool(mend) == bool(check.mend)
    monkeypatch.setenv("OTE_COMPILE", "off")
    assert list(doctor_gpu.sdxl_on_gpu()) == [on_gpu]


def test_where_torch_cannot_use_the_gpu_it_is_said_why_and_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the extra sdxl")
    trouble = gpus.Trouble("this torch is built without CUDA", "install torch")
    monkeypatch.setattr(shutil, "which", lambda _: "nvidia-smi")
    monkeypatch.setattr("open_the_eyes.models.sdxl.loading.check_libraries", lambda: None)
    monkeypatch.setattr(gpus, "trouble", lambda _: trouble)
    (check,) = doctor_gpu.sdxl_on_gpu()
    assert (check.name, check.ok, check.needed, check.mend) == ("sdxl on gpu", False, False, "install torch")
    assert "expected a CUDA GPU (cuda:0), this torch is built without CUDA;" in check.found
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert list(doctor_gpu.sdxl_on_gpu()) == []
