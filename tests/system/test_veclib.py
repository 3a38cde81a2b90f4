"""On Macs numpy calculates with Apple's library, which has one thread, and is told with the version of the system."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from open_the_eyes.system import arithmetic, veclib


@pytest.mark.parametrize(
    ("system", "before", "after"),
    [
        pytest.param("darwin", None, "1", id="a Mac"),
        pytest.param("darwin", "4", "4", id="who has chosen has chosen"),
        pytest.param("linux", None, None, id="another system"),
    ],
)
def test_it_has_one_thread(monkeypatch: pytest.MonkeyPatch, system: str, before: str | None, after: str | None) -> None:
    monkeypatch.setenv(veclib.THREADS, before or "")
    if before is None:
        monkeypatch.delenv(veclib.THREADS)
    monkeypatch.setattr(sys, "platform", system)
    veclib.have_one_thread()
    assert os.environ.get(veclib.THREADS) == after


def test_that_is_said_before_numpy_is_loaded() -> None:
    code = f"import sys; sys.platform = 'darwin'; import open_the_eyes, os; print(os.environ['{veclib.THREADS}'])"
    environment = {name: value for name, value in os.environ.items() if name != veclib.THREADS}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_an_update_of_macos_is_another_library_and_another_chip_another_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(np.__config__.CONFIG, "Build Dependencies", {"blas": {"name": "accelerate", "found": True}})
    monkeypatch.setattr("platform.mac_ver", lambda: ("15.1", ("", "", ""), "arm64"))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "Apple M2\n"))
    assert "accelerate of macOS 15.1" in arithmetic.libraries.__wrapped__("appearance").split(", ")
    assert "Apple M2" in arithmetic.processor.__wrapped__().split(", ")


def test_elsewhere_numpy_has_another() -> None:
    assert "accelerate" not in arithmetic.libraries.__wrapped__("appearance")


def test_a_system_that_does_not_tell_its_chip_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", refused)
    assert veclib.chip() == ""
