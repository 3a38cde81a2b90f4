"""Half a file that a killed run has left goes; one that somebody is writing stays."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from open_the_eyes.batch.record import Record
from open_the_eyes.batch.run import STALE_SECONDS, in_processes
from open_the_eyes.batch.worker import WorkerSlot
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, acting, photos, planned


def half_a_file(folder: Path, letter: str, age: float) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f".open-the-eyes-{16 * letter}.part"
    file.write_bytes(b"half a file")
    grown_older(file, age)
    return file


def grown_older(file: Path, age: float) -> None:
    written = time.time() - age
    os.utime(file, (written, written))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def run(tmp_path: Path, out: Path) -> Generator[Record, None, None]:
    """A batch of two photos, not begun."""
    plan = planned(photos(tmp_path / "in", a="blink", b="blink"), out)
    execute = in_processes(plan, SPEC, [WorkerSlot()], Settings(), make=acting)
    return execute(plan.items, lambda: False)


def test_what_another_process_is_writing_stays(run: Generator[Record, None, None], out: Path) -> None:
    ages = {"a": 0.0, "b": 1.0, "c": STALE_SECONDS - 60, "d": STALE_SECONDS + 60, "e": -3600.0}
    halves = {letter: half_a_file(out, letter, age) for letter, age in ages.items()}
    assert len(list(run)) == 2
    assert [letter for letter, file in halves.items() if file.exists()] == ["a", "b", "c", "e"]


def test_only_files_named_as_ours_are_taken(run: Generator[Record, None, None], out: Path) -> None:
    others = [out / name for name in ("photo.part", ".open-the-eyes-1.part", ".open-the-eyes-keys", "old.jpg")]
    for file in others:
        half_a_file(out, "a", 1e6).rename(file)
    assert len(list(run)) == 2
    assert all(file.exists() for file in others)


def test_what_was_too_young_at_the_start_goes_at_the_end(run: Generator[Record, None, None], out: Path) -> None:
    half = half_a_file(out, "a", 1.0)
    next(run)
    assert half.exists()
    grown_older(half, STALE_SECONDS + 1)
    assert len(list(run)) == 1
    assert not half.exists()
