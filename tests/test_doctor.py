"""What can run here, what is missing, and what mends it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from open_the_eyes import doctor, installed
from open_the_eyes.cli import main
from open_the_eyes.models.onnx_network import CPU, CUDA
from open_the_eyes.models.packaged import missing

MODEL_SUFFIXES = {".npz", ".onnx", ".tflite"}


def test_every_model_file_of_the_package_is_listed_with_its_checksum() -> None:
    lines = (doctor.MODELS / doctor.SUMS).read_text(encoding="utf-8").splitlines()
    listed = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    found = {
        path.relative_to(doctor.MODELS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in doctor.MODELS.rglob("*")
        if path.suffix in MODEL_SUFFIXES
    }
    assert listed == found


@pytest.mark.parametrize(
    ("content", "ok", "found"),
    [
        pytest.param(b"weights", True, "0.0 MB, SHA-256", id="as it should be"),
        pytest.param(b"weight", False, "damaged", id="cut short"),
        pytest.param(None, False, "missing", id="missing"),
    ],
)
def test_a_model_file_is_checked(tmp_path: Path, content: bytes | None, ok: bool, found: str) -> None:
    (tmp_path / doctor.SUMS).write_text(f"{hashlib.sha256(b'weights').hexdigest()}  data/a.npz\n")
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "a.npz").write_bytes(content)
    (check,) = doctor._model_files(tmp_path)
    assert check.ok is ok
    assert check.found.startswith(found)
    assert bool(check.mend) is not ok


def test_a_library_that_does_not_load_comes_with_the_command_that_mends_it() -> None:
    check = doctor._loads("no_such_library")
    assert not check.ok
    assert check.mend == "python -m pip install no_such_library"


def test_a_missing_system_library_is_named_by_its_package() -> None:
    message = "libGL.so.1: cannot open shared object file: No such file or directory"
    assert doctor._mend_of_import("mediapipe", message) == "apt-get install libgl1"


@pytest.mark.parametrize(
    ("variable", "value", "mend"),
    [
        pytest.param("OTE_DETECTOR", "insightface", "open-the-eyes fetch scrfd", id="a detector that is not here"),
        pytest.param("OTE_DEVICE", "tpu", "unset OTE_DEVICE", id="a device that is none"),
        pytest.param("OTE_MAX_BYTES", "abc", "unset OTE_MAX_BYTES", id="no number"),
    ],
)
def test_a_known_error_of_the_engine_comes_with_its_own_advice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, mend: str
) -> None:
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    monkeypatch.setenv(variable, value)
    check = doctor._engine()
    assert (check.ok, check.mend) == (False, mend)
    assert "expected" in check.found


def test_a_file_of_the_package_comes_back_from_the_clone_whoever_misses_it() -> None:
    assert missing(Path("refiner.onnx")).mend == installed.RESTORE
    assert "open-the-eyes" not in installed.RESTORE  # which is in no registry


def test_what_is_missing_is_shown_and_the_code_is_4(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (doctor.Check("mediapipe", False, "not installed", "pip install x"), doctor.Check("gpu", True, "none"))
    monkeypatch.setattr(doctor, "examine", lambda: doctor.Findings(checks))
    assert main(["doctor"]) == 4
    out, err = capsys.readouterr()
    assert "MISSING  mediapipe  not installed" in out
    assert "mend it with: pip install x" in out
    assert len(err.splitlines()) == 1


def test_json_is_ascii_so_that_every_encoding_of_stdout_carries_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (doctor.Check("weights", True, "/home/zoë/😀"),)
    monkeypatch.setattr(doctor, "examine", lambda: doctor.Findings(checks))
    assert main(["doctor", "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed)["checks"][0]["found"] == "/home/zoë/😀"


def test_what_the_default_engine_does_not_need_may_be_absent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = doctor.Check("weights gpen", False, "gpen.onnx is missing", "open-the-eyes fetch gpen", needed=False)
    monkeypatch.setattr(doctor, "examine", lambda: doctor.Findings((absent,)))
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "absent   weights gpen  gpen.onnx is missing" in out
    assert "get it with: open-the-eyes fetch gpen" in out


def test_each_model_that_can_be_downloaded_is_there_or_comes_with_a_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gfpgan").mkdir()
    (tmp_path / "gfpgan" / "gfpgan_1.4.onnx").write_bytes(b"net")
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    checks = {check.name: check for check in doctor._weights()}
    assert checks["weights gfpgan"].ok
    assert not checks["weights gfpgan"].mend
    gpen = checks["weights gpen"]
    assert (gpen.ok, gpen.needed, gpen.mend) == (False, False, "open-the-eyes fetch gpen")
    assert "non-commercial by its authors; not for commercial use" in gpen.found


def test_weights_that_may_not_be_looked_at_come_with_other_advice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(path: object) -> None:  # root may look everywhere
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refused)
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    checks = list(doctor._weights())
    assert {check.name for check in checks} >= {"weights gfpgan", "weights sdxl-base"}
    assert {check.mend for check in checks} == {f"chmod -R u+rX {tmp_path}, or OTE_WEIGHTS=/folder"}
    assert all("cannot be looked into (Permission denied); " in check.found for check in checks)
    monkeypatch.setenv("OTE_DETECTOR", "insightface")
    assert doctor._engine().mend == checks[0].mend


def test_a_record_of_weights_that_cannot_be_read_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gfpgan").mkdir()
    (tmp_path / "gfpgan" / "gfpgan_1.4.onnx").write_bytes(b"net")
    (tmp_path / "weights.json").write_text("{")
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    *_, check = doctor._weights()
    assert not check.ok
    assert "weights.json" in check.found


@pytest.mark.parametrize("weights", ["~no-such-user/weights", "a" * 5000], ids=["a home of nobody", "too long"])
def test_a_folder_that_is_none_is_a_finding(monkeypatch: pytest.MonkeyPatch, weights: str) -> None:
    monkeypatch.setenv("OTE_WEIGHTS", weights)
    check = list(doctor._weights())[-1]
    assert (check.ok, check.needed) == (False, False)


def test_whatever_keeps_weights_from_being_looked_at_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("no such luck")

    monkeypatch.setattr("open_the_eyes.models.weights.store.missing_of", broken)
    (check,) = doctor._weights()
    assert (check.ok, check.found) == (False, "RuntimeError: no such luck")


@pytest.mark.parametrize(
    ("requirements", "ok", "found"),
    [
        pytest.param(['numpy>=1; extra == "big"', "rich; extra == 'big'"], True, "installed", id="all there"),
        pytest.param(['rich; extra == "big"', 'no-such-lib>2; extra == "big"'], False, "no-such-lib", id="one lacking"),
    ],
)
def test_an_extra_is_installed_or_comes_with_a_command(
    monkeypatch: pytest.MonkeyPatch, requirements: list[str], ok: bool, found: str
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["typer", 'pytest; extra == "dev"', *requirements])
    (check,) = doctor._extras()
    assert (check.name, check.ok, check.needed) == ("extra big", ok, False)
    assert found in check.found
    assert check.mend == ("" if ok else 'python -m pip install "open-the-eyes[big]"')


def test_a_version_that_does_not_fit_is_missing_and_the_requirement_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"numpy": "2.3.0", "mediapipe": "0.10.21"}
    asked = ["numpy<2,>=1.24", "mediapipe==0.10.21", 'numpy>=3; extra == "big"']
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    monkeypatch.setattr(metadata, "version", lambda name: versions.get(name, "1"))
    _, numpy, mediapipe = doctor._packages()
    assert (numpy.ok, numpy.found, numpy.mend) == (
        False,
        "2.3.0, expected <2,>=1.24",
        'python -m pip install "numpy<2,>=1.24"',
    )
    assert (mediapipe.ok, mediapipe.found, mediapipe.mend) == (True, "0.10.21", "")
    (big,) = doctor._extras()
    assert (big.ok, big.found) == (False, "lacks numpy (2.3.0, expected >=3)")


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
    _, check = doctor._packages()
    assert check == doctor.Check("onnxruntime-gpu", not mend, found, mend)
    reinstall = f"python -m pip install --force-reinstall onnxruntime-gpu=={version}"
    assert doctor._mend_of_import("onnxruntime", "broken") == reinstall


def test_an_extra_that_this_python_cannot_have_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ['no-such-lib>2; extra == "sdxl"'])
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    (check,) = doctor._extras()
    assert (check.ok, check.mend) == (False, "")
    assert check.found.startswith("needs Python 3.11 or later, this is ")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        pytest.param("NVIDIA H200, 143771, 143161\n", "NVIDIA H200, 140.4 GiB, 139.8 GiB unused", id="one"),
        pytest.param("A, 1024, 512\nB, 2048, 0\n", "A, 1.0 GiB, 0.5 GiB unused; B, 2.0 GiB, 0.0 GiB unused", id="two"),
        pytest.param("NVIDIA GB10, [N/A], [N/A]\n", "NVIDIA GB10, memory unknown", id="shared memory"),
        pytest.param("\n", "none found, none needed", id="none"),
        pytest.param("No devices were found\n", "none found, none needed", id="words"),
    ],
)
def test_gpus_are_named_with_their_memory(monkeypatch: pytest.MonkeyPatch, answer: str, found: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "nvidia-smi")
    done = subprocess.CompletedProcess([], 0, answer, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert doctor._gpu() == doctor.Check("gpu", True, found)


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
    checks = list(doctor._onnx_on_gpu())
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
    (check,) = doctor._sdxl_compiled()
    assert (check.ok, check.found, check.needed) == (found == "yes", found, False)
    assert mend in check.mend
    assert bool(mend) == bool(check.mend)
    monkeypatch.setenv("OTE_COMPILE", "off")
    assert list(doctor._sdxl_compiled()) == []
