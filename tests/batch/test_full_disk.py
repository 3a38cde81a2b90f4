"""A full disk ends a batch: no photo is to blame for it, and with room the same command goes on."""

from __future__ import annotations

import errno
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Record, failed_by
from open_the_eyes.batch.run import Stop, run_batch
from open_the_eyes.cli.batch import command as batch_command
from open_the_eyes.cli.batch.places import RunOptions
from open_the_eyes.errors import NoRoomOnDisk, PhotoNotWritten, not_written
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, done, photos, planned, unwatched

FULL = not_written(OSError(errno.ENOSPC, "No space left on device"))("out/b.jpg: got: No space left on device.")
MARK = SPEC.fingerprint


def test_the_photo_that_found_no_room_is_begun_last_and_not_written_down(tmp_path: Path) -> None:
    plan = planned(photos(tmp_path / "in", a="blink", b="blink", c="blink", d="blink", e="blink"), tmp_path / "out")
    tried: list[str] = []

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:
        in_hand = 2
        for item in items:
            if stop() and not in_hand:
                return
            in_hand -= stop()
            tried.append(item.name)
            yield failed_by(FULL, item, MARK) if item.name in ("b.jpg", "d.jpg") else done(item, MARK, plan.out)

    with Manifest(plan.folder) as manifest:
        ran = run_batch(plan, SPEC, manifest, execute, watch=unwatched)

    assert (str(ran.full), ran.stopped, ran.tally.done) == (str(FULL), True, 2)
    with Manifest(plan.folder) as manifest:
        states = {item.name: manifest.state_of(item, MARK) for item in plan.items}
    assert (tried, states) == (
        ["a.jpg", "b.jpg", "c.jpg", "d.jpg"],
        {"a.jpg": "opened", "b.jpg": None, "c.jpg": "opened", "d.jpg": None, "e.jpg": None},
    )


def test_what_else_keeps_a_photo_from_being_written_is_that_photos_failure(tmp_path: Path) -> None:
    (item,) = planned(photos(tmp_path / "in", a="blink"), tmp_path / "out").items
    assert not failed_by(PhotoNotWritten("a.jpg is there already"), item, MARK).no_room


def test_a_machine_of_a_cluster_says_so_by_its_line(tmp_path: Path) -> None:
    (item,) = planned(photos(tmp_path / "in", a="blink"), tmp_path / "out").items
    told = Record.from_line(failed_by(FULL, item, MARK).to_line())
    assert told is not None
    assert told.no_room


@pytest.mark.parametrize("room", [pytest.param(True, id="for the summary"), pytest.param(False, id="for nothing")])
def test_what_was_done_until_then_is_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], room: bool
) -> None:
    plan = planned(photos(tmp_path / "in", a="blink", b="blink"), tmp_path / "out")

    def execute(items: Sequence[Item], _: Stop) -> Generator[Record, None, None]:
        yield done(items[0], MARK, plan.out)
        yield failed_by(FULL, items[1], MARK)

    def no_room(*_: object) -> Path:
        raise FULL

    monkeypatch.setattr("open_the_eyes.cli.batch.places.executor_for", lambda *_: execute)
    if not room:
        monkeypatch.setattr("open_the_eyes.batch.summary.write_summary", no_room)
    run_options = RunOptions(None, None, retry_failed=False, patience=1, ray=None, gpus_each=0)
    with pytest.raises(NoRoomOnDisk, match=r"No space left on device\. Done so far: 1 of 2 photos; once there is room"):
        batch_command._run(plan, None, SPEC, run_options, Settings(), as_json=False)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 photos: 1 opened, 0 unchanged, 0 failed, 1 not done yet"
    assert any(line.startswith("summary: ") for line in lines) == room


def test_a_manifest_without_room_for_a_line_ends_it_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(photos(tmp_path / "in", a="blink", b="blink"), tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:
        yield done(items[0], MARK, plan.out)
        monkeypatch.setattr("os.fsync", full)
        yield done(items[1], MARK, plan.out)
        assert stop()

    with Manifest(plan.folder) as manifest:
        ran = run_batch(plan, SPEC, manifest, execute, watch=unwatched)
    assert (ran.stopped, ran.tally.done) == (True, 1)
    assert str(ran.full).endswith("expected to write down what is finished, got: No space left on device.")
