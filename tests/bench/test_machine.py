"""What a report says of the machine it was made on."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes import parallel
from open_the_eyes.bench import machine


def test_a_container_has_the_cores_of_its_share_and_not_those_of_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "cpu.max"
    share.write_text("100000 100000")
    monkeypatch.setattr(parallel, "_CGROUP", share)
    monkeypatch.setattr(machine, "gpu", str)  # asks torch
    told = machine.machine()
    assert told["cores"] == 1
    assert ", 1 cores" in machine.said(told)
