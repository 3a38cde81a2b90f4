"""What a run that was stopped says of photos: those that are still to be done are not counted as done."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Record, failed
from open_the_eyes.batch.run import Stop, run_batch
from open_the_eyes.batch.summary import summary_of, write_summary
from tests.batch.processors import SPEC, done, photos, planned, unwatched


def run(folder: Path, out: Path, most: int = 99, *, retry_failed: bool = False) -> dict[str, Any]:
    """The summary of a run that is stopped after so many photos."""
    plan, finished = planned(folder, out), 0

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:
        nonlocal finished
        for item in items:
            if stop():
                return
            finished += 1
            if item.source.read_text() == "broken":
                yield failed(item, SPEC.fingerprint, "expected a photo", 3)
            else:
                yield done(item, SPEC.fingerprint, out)

    with Manifest(plan.folder) as manifest:
        ran = run_batch(
            plan, SPEC, manifest, execute, retry_failed=retry_failed, watch=unwatched, stop=lambda: finished >= most
        )
        told = summary_of(plan, SPEC, manifest, ran.tally)
        lines = json.loads(write_summary(plan, SPEC, manifest, told).read_text())["results"]
    counted = {state: told[state] for state in ("opened", "failed", "not_done")}
    assert [line["photo"] for line in lines] == sorted(line["photo"] for line in lines)
    assert len(lines) == told["opened"] + told["failed"] == ran.tally.done
    return counted


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    return photos(tmp_path / "in", a="blink", b="blink", c="broken")


def test_photos_that_changed_since_are_not_done(shoot: Path, tmp_path: Path) -> None:
    assert run(shoot, tmp_path / "out") == {"opened": 2, "failed": 1, "not_done": 0}
    photos(shoot, a="another blink", b="another blink")

    assert run(shoot, tmp_path / "out", most=0) == {"opened": 0, "failed": 1, "not_done": 2}
    assert run(shoot, tmp_path / "out", most=1) == {"opened": 1, "failed": 1, "not_done": 1}
    assert run(shoot, tmp_path / "out") == {"opened": 2, "failed": 1, "not_done": 0}


def test_photos_whose_result_is_gone_are_not_done(shoot: Path, tmp_path: Path) -> None:
    run(shoot, tmp_path / "out")
    (tmp_path / "out/a.opened.jpg").unlink()

    assert run(shoot, tmp_path / "out", most=0) == {"opened": 1, "failed": 1, "not_done": 1}


def test_failures_that_are_to_be_tried_again_are_not_done(shoot: Path, tmp_path: Path) -> None:
    run(shoot, tmp_path / "out")

    assert run(shoot, tmp_path / "out", most=0, retry_failed=True) == {"opened": 2, "failed": 0, "not_done": 1}
    assert run(shoot, tmp_path / "out") == {"opened": 2, "failed": 1, "not_done": 0}
