"""`open-the-eyes ui` as a program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from open_the_eyes.cli import main
from open_the_eyes.cli.ui_command import STARTING

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("port", ["-1", "65536", "web"])
def test_a_port_that_cannot_be_is_usage(port: str, capsys: Captured) -> None:
    assert main(["ui", "--port", port]) == 2
    assert "--port" in capsys.readouterr().err


def test_to_others_without_a_key_is_one_line_and_code_2(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    assert main(["ui", "--host", "0.0.0.0", "--no-browser"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_it_says_that_it_starts_before_it_loads_what_takes_long(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    monkeypatch.setitem(sys.modules, "open_the_eyes.web.site", None)  # it cannot be loaded
    assert main(["ui", "--no-browser"]) == 2
    assert capsys.readouterr().err.startswith(f"{STARTING}\n")


def test_it_says_where_it_is_opens_the_browser_there_and_answers(tmp_path: Path) -> None:
    opener, opened = tmp_path / "browser", tmp_path / "opened"
    opener.write_text(f'#!/bin/sh\necho "$1" > {opened}.new\nmv {opened}.new {opened}\n')
    opener.chmod(0o755)
    own = {"OTE_FOLDER": str(tmp_path / "jobs"), "BROWSER": f"{opener} %s", "PYTHONPATH": os.pathsep.join(sys.path)}
    code = "import sys; from open_the_eyes.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", code, "ui", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | own,
    ) as program:
        try:
            said = program.stdout.readline() if program.stdout is not None else ""
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert address, said
            assert "Open The Eyes" in httpx.get(address[0], timeout=60).text
            until = time.monotonic() + 20
            while not opened.exists() and time.monotonic() < until:
                time.sleep(0.1)
            assert opened.read_text().strip() == address[0]
            kept = tmp_path / "jobs/jobs.sqlite.address"
            assert json.loads(kept.read_text()) == {"address": address[0], "host": "127.0.0.1", "page": True}
            assert kept.stat().st_mode & 0o777 == 0o600
        finally:
            program.terminate()
    assert not kept.exists()
