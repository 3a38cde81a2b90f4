"""`open`, `demo` and `doctor`, the real thing: the portrait's painted blink is opened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from open_the_eyes.cli import main
from tests.processes import heed_ctrl_c

PROGRAM: Final = str(Path(sys.executable).with_name("open-the-eyes"))
Captured = pytest.CaptureFixture[str]


def test_open_opens_both_eyes_and_leaves_the_original_alone(blink: Path, tmp_path: Path, capsys: Captured) -> None:
    original = blink.read_bytes()
    assert main(["open", str(blink), "-o", str(tmp_path / "out.jpg"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (face,) = report["faces"]
    assert face["outcome"] == "opened"
    assert all(eye["openness_after"] > eye["openness_before"] for eye in face["eyes"].values())
    assert [output["path"] for output in report["outputs"]] == [str(tmp_path / "out.jpg")]
    assert blink.read_bytes() == original
    assert [path.name for path in tmp_path.iterdir()] == ["out.jpg"]


def test_one_seed_gives_the_same_bytes(blink: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        assert main(["open", str(blink), "-o", str(tmp_path / name), "--seed", "5"]) == 0
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()


def test_variations_are_numbered_files_that_differ(blink: Path, tmp_path: Path) -> None:
    assert main(["open", str(blink), "-o", str(tmp_path / "out.jpg"), "--variations", "2"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"out.1.jpg", "out.2.jpg"}
    assert (tmp_path / "out.1.jpg").read_bytes() != (tmp_path / "out.2.jpg").read_bytes()


def test_open_eyes_are_left_alone(opened: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["open", str(opened), "-o", str(tmp_path / "out.jpg")]) == 0
    assert "nothing to open, nothing written" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_cannot_run_here_says_what_it_lacks(
    blink: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path / "none"))
    monkeypatch.setenv("OTE_DEVICE", "cpu")
    assert main(["open", str(blink), "--engine", "sdxl"]) in (2, 4)  # neither its libraries nor its weights
    assert "sdxl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["--engine", "magic"], "--engine: expected one of", id="an engine that never was"),
        pytest.param(["--precision", "int8"], "--precision: expected engine sdxl", id="what another engine has"),
        pytest.param(["--faces", "9"], "no face 9", id="a face that is not there"),
    ],
)
def test_what_this_version_or_photo_does_not_have_is_usage(
    blink: Path, capsys: Captured, arguments: list[str], expected: str
) -> None:
    assert main(["open", str(blink), *arguments]) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"hello, I am a photo"], ids=["empty", "text"])
def test_a_file_that_is_no_photo_is_one_line_and_code_3(tmp_path: Path, capsys: Captured, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert main(["open", str(tmp_path / "a.jpg")]) == 3
    assert "a.jpg: " in capsys.readouterr().err.splitlines()[-1]


def test_stderr_holds_our_lines_and_nothing_from_the_libraries(blink: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "open", blink, "-o", tmp_path / "o.jpg"], capture_output=True, text=True, check=True
    )
    assert [line for line in done.stderr.splitlines() if not line.startswith(("engine: ", blink.name))] == []


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent in another way there")
def test_ctrl_c_leaves_with_130_and_without_a_trace(blink: Path, tmp_path: Path) -> None:
    command = [PROGRAM, "open", str(blink), "--variations", "16", "--mode", "ultra", "-o", str(tmp_path / "o.jpg")]

    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c
    ) as running:
        assert running.stderr is not None
        while not running.stderr.readline().startswith(blink.name):
            assert running.poll() is None
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_demo_says_where_the_pictures_are(tmp_path: Path, capsys: Captured) -> None:
    assert main(["demo", "-o", str(tmp_path / "pictures")]) == 0
    face, *named_lines = capsys.readouterr().out.splitlines()
    named = [Path(line.split(":", 1)[1].strip()) for line in named_lines]
    assert face.startswith("face 1: opened both eyes")
    assert len(named) == 3
    assert all(path.is_file() for path in named)


def test_doctor_finds_nothing_missing_here(capsys: Captured) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "MISSING" not in out
    assert "default engine" in out


def test_a_photo_whose_name_lies_gets_a_result_that_tells_the_truth(blink: Path, tmp_path: Path) -> None:
    liar = tmp_path / "lies.jpg"
    with Image.open(blink) as picture:
        picture.save(liar, format="PNG")
    assert main(["open", str(liar)]) == 0
    assert (tmp_path / "lies.opened.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lies.jpg", "lies.opened.png"]
