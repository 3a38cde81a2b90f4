"""What the README shows is what happens: its Python and commands are run, its tables held against the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, get_args

import pytest

from open_the_eyes.options import MODES, Mode
from open_the_eyes.pipeline import SPARE
from open_the_eyes.roles import Outcome

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
PIPELINE: Final = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


PROTOBUF = "ignore:Type google:DeprecationWarning"
"""Of protobuf's C types, from Python 3.12 on."""


def blocks(language: str) -> list[str]:
    """Code blocks, without `make` targets: those set up environments of their own, and run this very suite."""
    return [code for kind, code in BLOCKS if kind == language and not code.startswith("make ")]


@pytest.fixture
def folder(tmp_path: Path, blink: Path) -> Path:
    """A folder with a photo called family.jpg, in it someone who blinked."""
    shutil.copy(blink, tmp_path / "family.jpg")
    return tmp_path


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_something_to_run() -> None:
    assert blocks("python")
    assert blocks("bash")


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_opens_the_eyes(code: str, folder: Path) -> None:
    assert "opened" in run([sys.executable, "-W", "error", "-W", PROTOBUF, "-c", code], folder)
    assert (folder / "family.opened.jpg").is_file()


@pytest.mark.parametrize("code", blocks("bash"))
def test_every_command_succeeds(code: str, folder: Path) -> None:
    run(["bash", "-e", "-o", "pipefail", "-c", code], folder)
    assert {path.name for path in folder.glob("*.jpg")} == {
        "family.jpg",
        "family.opened.jpg",
        "again.jpg",
        "out.jpg",
        "faces.jpg",
    }


def test_links_into_the_repository_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("mode", MODES)
def test_the_modes_are_as_both_tables_say(mode: Mode) -> None:
    spare = SPARE[mode]
    assert f"| `{mode}` | {spare or 'none'} |" in README
    assert f"| `{mode}` | V{f' + {spare}' if spare else ''} |" in PIPELINE


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_is_explained(outcome: str) -> None:
    assert f"| `{outcome}` |" in PIPELINE
