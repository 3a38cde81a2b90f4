"""Nothing that the package loads reports to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from open_the_eyes.system.privacy import SWITCHES, keep_to_itself

FIRST_OF_ALL = """
import sys, open_the_eyes, onnxruntime
from open_the_eyes.models.packaged import network_of
from open_the_eyes.models.eye_state import MODEL_FILE
network_of(MODEL_FILE)
"""


def test_a_network_leaves_no_trace_in_the_home_folder(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES and "XDG" not in name}
    subprocess.run([sys.executable, "-c", FIRST_OF_ALL], env=environment | {"HOME": str(tmp_path)}, check=True)
    assert not list(tmp_path.rglob("*onnxruntime*"))


def test_who_has_chosen_has_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED")
    keep_to_itself()
    assert (os.environ["ORT_DISABLE_TELEMETRY"], os.environ["RAY_USAGE_STATS_ENABLED"]) == ("0", "0")
