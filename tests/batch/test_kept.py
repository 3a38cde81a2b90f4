"""Results that somebody has worked on since the batch wrote them: kept, counted apart, and replaced only when asked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.process_item import process_item
from open_the_eyes.batch.run import BatchResult, Stop, run_batch
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.summary import summary_of
from open_the_eyes.files import read
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, planned, unwatched
from tests.files.pictures import RECORD, picture
from tests.stand_in import face_report, report_of

OTHER = replace(SPEC, painter="other", overwrite=True)
Batch = Callable[[BatchSpec], tuple[Counter[str], BatchResult]]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Runs a batch over in/a.jpg, with a stand-in for the painting; gives what this run did, and how it ended."""
    (tmp_path / "in").mkdir()
    picture().save(tmp_path / "in/a.jpg")
    plan = planned(tmp_path / "in", tmp_path / "out")
    engine: Any = SimpleNamespace(settings=Settings())

    def run(spec: BatchSpec) -> tuple[Counter[str], BatchResult]:
        photo = read(tmp_path / "in/a.jpg", Settings())
        pixels = photo.pixels.copy()
        pixels[10:20, 10:30] = len(spec.painter)
        opened = Opened((replace(photo.with_pixels(pixels), edit=RECORD),), report_of("a.jpg", face_report()))
        monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)

        def execute(items: Sequence[Item], stop: Stop) -> Generator[Any, None, None]:  # noqa: ARG001
            for item in items:
                yield process_item(item, spec, spec.fingerprint, engine, plan.out, tuple)

        with Manifest(plan.folder) as manifest:
            ran = run_batch(plan, spec, manifest, execute, watch=unwatched)
            told = summary_of(plan, spec, manifest, ran.tally, ran.left, ran.replaced)
        assert told["kept_results"] == (["a.opened.jpg"] if told["kept"] else [])
        assert told["this_run"]["replaced_although_changed"] == list(ran.replaced)
        return ran.tally.now, ran

    return run


@pytest.fixture
def result(batch: Batch, tmp_path: Path) -> Path:
    """The result that the batch has written."""
    assert batch(SPEC)[0] == {"opened": 1}
    return tmp_path / "out/a.opened.jpg"


def chosen_by_hand(result: Path) -> bytes:
    data = result.read_bytes() + b"other eyes"
    result.write_bytes(data)
    return data


def rated_in_place(result: Path) -> bytes:
    """The same number of bytes, written later."""
    data = result.read_bytes()[:-2] + b"**"
    result.write_bytes(data)
    return data


def test_a_result_that_was_changed_is_kept_and_is_no_failure(batch: Batch, result: Path) -> None:
    data = chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    assert batch(replace(SPEC, overwrite=True))[0] == {}, "it is known, and stays"
    assert result.read_bytes() == data


@pytest.mark.parametrize("changed", [chosen_by_hand, rated_in_place])
def test_overwrite_alone_never_replaces_what_was_changed(
    batch: Batch, result: Path, changed: Callable[[Path], bytes]
) -> None:
    data = changed(result)
    assert batch(OTHER)[0] == {"kept": 1}
    assert batch(replace(OTHER, painter="a third"))[0] == {"kept": 1}, "whatever a kept file was when it was found"
    assert result.read_bytes() == data


def test_what_was_changed_is_replaced_when_asked_and_named(batch: Batch, result: Path) -> None:
    data = chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    done, ran = batch(replace(SPEC, overwrite=True, overwrite_changed=True))
    assert (done, ran.replaced) == ({"opened": 1}, ("a.opened.jpg",))
    assert result.read_bytes() != data


def test_a_result_that_was_only_touched_is_replaced_as_ever(batch: Batch, result: Path) -> None:
    os.utime(result, (1, 1))
    assert batch(OTHER)[0] == {"opened": 1}


def test_what_a_killed_run_has_left_was_changed_by_nobody(batch: Batch, result: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "out/open-the-eyes.batch/manifest.jsonl"
    before = manifest.read_bytes()
    assert batch(OTHER)[0] == {"opened": 1}
    manifest.write_bytes(before)  # it was killed before that was written down
    assert batch(OTHER)[0] == {"opened": 1}
    assert result.exists()


def test_a_kept_result_that_was_deleted_is_made_again(batch: Batch, result: Path) -> None:
    chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    result.unlink()
    assert batch(SPEC)[0] == {"opened": 1}
