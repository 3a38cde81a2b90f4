"""What a report says of the machine it was made on."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.bench import machine
from open_the_eyes.system import parallel


def test_a_container_has_the_cores_of_its_share_and_not_those_of_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "cpu.max"
    share.write_text("100000 100000")
    monkeypatch.setattr(parallel, "_CGROUP", share)
    monkeypatch.setattr(machine, "gpu", lambda _: "")  # asks torch
    told = machine.machine()
    assert told["cores"] == 1
    assert ", 1 cores" in machine.said(told)


@pytest.mark.parametrize(
    ("device", "name"), [("auto", "old"), ("cuda", "old"), ("cuda:1", "new"), ("cuda:2", ""), ("cpu", "")]
)
def test_the_gpu_that_is_used_is_named(monkeypatch: pytest.MonkeyPatch, device: str, name: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.get_device_name", ["old", "new"].__getitem__)
    assert machine.machine(device)["gpu"] == name
