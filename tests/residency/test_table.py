"""The table of docs/gpu.md is what the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.gpu_capacity import GPUS_GB, SHOWN, table
from open_the_eyes.residency.budget import LARGEST_BATCH
from tests.residency.fakes import sdxl

ROOT = Path(__file__).parents[2]
GPU = (ROOT / "docs/gpu.md").read_text(encoding="utf-8")


def test_the_page_has_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "benchmarks.gpu_capacity"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "python -m benchmarks.gpu_capacity" in GPU
    assert printed in GPU


@pytest.mark.parametrize("gpu_gb", [8, 12, 16, 24, 48, 80, 141])
def test_every_usual_gpu_is_there(gpu_gb: int) -> None:
    assert f"\n| {gpu_gb} GB |" in GPU


@pytest.mark.parametrize("gpu_gb", GPUS_GB)
def test_the_table_says_how_models_are_leased(gpu_gb: int) -> None:
    cells = list(table([gpu_gb]))[-1].split("|")[3:-1]
    for card, cell in zip(SHOWN, cells, strict=True):
        rig = sdxl(gpu_gb)
        rig.paint(card.name, LARGEST_BATCH + 1)
        (record,) = rig.residency.records
        assert cell.strip() == f"{record.variant}, {rig.largest} at once", card.name


def test_a_gpu_that_is_too_small_is_said_to_be_so() -> None:
    assert "does not fit" in list(table([2]))[-1]
