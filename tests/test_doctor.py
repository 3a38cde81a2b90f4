"""What can run here, what is missing, and what mends it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from open_the_eyes import doctor
from open_the_eyes.cli import main

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
