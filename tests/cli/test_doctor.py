"""What can run here, what is missing, and what mends it."""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from open_the_eyes.cli import doctor, main
from open_the_eyes.cli.findings import Check, Findings
from open_the_eyes.models.packaged import missing
from open_the_eyes.system import installed

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
    (check,) = doctor.model_files(tmp_path)
    assert check.ok is ok
    assert check.found.startswith(found)
    assert bool(check.mend) is not ok


def test_a_library_that_does_not_load_comes_with_the_command_that_mends_it() -> None:
    check = doctor.loads("no_such_library", "no_such_library")
    assert not check.ok
    assert check.mend == "python -m pip install no_such_library"


def test_a_folder_that_an_uninstalled_library_has_left_is_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "left_behind").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    check = doctor.loads("rich", "left_behind")
    assert (check.ok, "its files are gone" in check.found) == (False, True)
    assert check.mend.startswith("python -m pip install --force-reinstall --no-deps rich==")


@pytest.mark.parametrize(
    ("version", "installed_as", "found"),
    [
        ("4.14.0", "4.14.0.94", "4.14.0"),
        ("1.2", "1.2", "1.2"),
        ("5.0.0", "4.14.0.94", "5.0.0, which lies over 4.14.0.94"),
    ],
)
def test_a_library_that_lies_over_another_build_is_told(
    version: str, installed_as: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "import_module", lambda _: SimpleNamespace(__version__=version))
    monkeypatch.setattr(metadata, "version", lambda _: installed_as)
    monkeypatch.setattr(installed, "version_of", lambda _: installed_as)
    check = doctor.loads("opencv-python-headless", "cv2")
    assert (check.ok, check.found) == (True, found)
    assert ("--force-reinstall" in check.mend) is ("over" in found)


def test_a_missing_system_library_is_named_by_its_package() -> None:
    message = "libGL.so.1: cannot open shared object file: No such file or directory"
    assert installed.mend_of_import("opencv-python", message) == "apt-get install libgl1"


def test_where_a_system_library_is_missing_every_finding_says_so_and_none_is_an_exception(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bare(*_: object) -> NoReturn:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    for what in ("cli.doctor.import_module", "engine.load_engine"):
        monkeypatch.setattr(f"open_the_eyes.{what}", bare)
    for what in ("onnx_on_gpu", "sdxl_on_gpu"):  # which need OpenCV
        monkeypatch.setattr(doctor, what, bare)
    found = {check.name: check.mend for check in doctor.examine().checks if check.needed and not check.ok}
    assert found.pop("onnxruntime loads")
    names = (f"{installed.build_of('opencv-python-headless')} loads", "default engine")
    assert found == dict.fromkeys(names, "apt-get install libgl1")


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
    check = doctor.engine()
    assert (check.ok, check.mend) == (False, mend)
    assert "expected" in check.found


@pytest.mark.parametrize(
    ("inside", "repository", "clone"),
    [
        pytest.param("src", True, True, id="a clone"),
        pytest.param("src", False, False, id="an unpacked archive"),
        pytest.param("vendor", True, False, id="installed in somebody's repository"),
    ],
)
def test_a_file_of_the_package_comes_back_from_where_it_came(
    inside: str, repository: bool, clone: bool, tmp_path: Path
) -> None:
    package = tmp_path / "my clone" / inside / "open_the_eyes"
    package.mkdir(parents=True)
    if repository:
        (tmp_path / "my clone" / ".git").write_text("gitdir: elsewhere")  # as in a worktree; a folder elsewhere
    mend = installed.restore_of(package)
    assert mend.startswith(f"git -C '{tmp_path / 'my clone'}' checkout " if clone else "python -m pip install ")
    assert "open-the-eyes" not in mend  # which is in no registry
    assert missing(Path("refiner.onnx")).mend == installed.RESTORE


def test_what_is_missing_is_shown_and_the_code_is_4(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (Check("simplejpeg", False, "not installed", "pip install x"), Check("gpu", True, "none"))
    monkeypatch.setattr(doctor, "examine", lambda: Findings(checks))
    assert main(["doctor"]) == 4
    out, err = capsys.readouterr()
    assert "MISSING  simplejpeg  not installed" in out
    assert "mend it with: pip install x" in out
    assert len(err.splitlines()) == 1


def test_json_is_ascii_so_that_every_encoding_of_stdout_carries_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (Check("weights", True, "/home/zoë/😀"),)
    monkeypatch.setattr(doctor, "examine", lambda: Findings(checks))
    assert main(["doctor", "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed)["checks"][0]["found"] == "/home/zoë/😀"


def test_what_the_default_engine_does_not_need_may_be_absent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Check("weights gpen", False, "gpen.onnx is missing", "open-the-eyes fetch gpen", needed=False)
    monkeypatch.setattr(doctor, "examine", lambda: Findings((absent,)))
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
    checks = {check.name: check for check in doctor.weights()}
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
    checks = list(doctor.weights())
    assert {check.name for check in checks} >= {"weights gfpgan", "weights sdxl-base"}
    assert {check.mend for check in checks} == {f"chmod -R u+rX {tmp_path}, or OTE_WEIGHTS=/folder"}
    assert all("cannot be looked into (Permission denied); " in check.found for check in checks)
    monkeypatch.setenv("OTE_DETECTOR", "insightface")
    assert doctor.engine().mend == checks[0].mend


def test_a_record_of_weights_that_cannot_be_read_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gfpgan").mkdir()
    (tmp_path / "gfpgan" / "gfpgan_1.4.onnx").write_bytes(b"net")
    (tmp_path / "weights.json").write_text("{")
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    *_, check = doctor.weights()
    assert not check.ok
    assert "weights.json" in check.found


@pytest.mark.parametrize("weights", ["~no-such-user/weights", "a" * 5000], ids=["a home of nobody", "too long"])
def test_a_folder_that_is_none_is_a_finding(monkeypatch: pytest.MonkeyPatch, weights: str) -> None:
    monkeypatch.setenv("OTE_WEIGHTS", weights)
    check = list(doctor.weights())[-1]
    assert (check.ok, check.needed) == (False, False)


def test_whatever_keeps_weights_from_being_looked_at_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("no such luck")

    monkeypatch.setattr("open_the_eyes.models.weights.store.missing_of", broken)
    (check,) = doctor.weights()
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
    (check,) = doctor.extras()
    assert (check.name, check.ok, check.needed) == ("extra big", ok, False)
    assert found in check.found
    assert check.mend == ("" if ok else 'python -m pip install "open-the-eyes[big]"')


def test_a_version_that_does_not_fit_is_missing_and_the_requirement_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"numpy": "2.3.0", "rich": "15.0.0"}
    asked = ["numpy<2,>=1.24", "rich==15.0.0", 'numpy>=3; extra == "big"']
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    monkeypatch.setattr(metadata, "version", lambda name: versions.get(name, "1"))
    _, numpy, rich = doctor.packages()
    assert (numpy.ok, numpy.found, numpy.mend) == (
        False,
        "2.3.0, expected <2,>=1.24",
        'python -m pip install "numpy<2,>=1.24"',
    )
    assert (rich.ok, rich.found, rich.mend) == (True, "15.0.0", "")
    (big,) = doctor.extras()
    assert (big.ok, big.found) == (False, "lacks numpy (2.3.0, expected >=3)")


@pytest.mark.parametrize("runs", [True, False])
def test_where_the_engine_runs_another_version_is_a_warning_and_a_missing_package_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: bool
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["numpy<1", *([] if runs else ["no-such-lib"])])
    monkeypatch.setattr(doctor, "engine", lambda: Check("default engine", runs, "appearance"))
    assert main(["doctor"]) == (0 if runs else 4)
    out, state = capsys.readouterr().out, "warning" if runs else "MISSING"
    assert re.search(rf'^{state} +numpy +\S+, expected <1.*\n +mend it with: .* "numpy<1"$', out, re.MULTILINE)
    assert ("MISSING" in out) is not runs


def test_a_package_that_is_not_there_is_missing_whether_or_not_the_engine_runs() -> None:
    gone = Check("no-such-lib", False, "not installed", "python -m pip install no-such-lib")
    assert list(doctor.seen_to_work([gone])) == [gone]


def test_an_extra_that_this_python_cannot_have_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ['no-such-lib>2; extra == "sdxl"'])
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    (check,) = doctor.extras()
    assert (check.ok, check.mend) == (False, "")
    assert check.found.startswith("needs Python 3.11 or later, this is 3.10.4")
