"""Half a file that a killed run has left goes; one that somebody is writing stays."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from open_the_eyes.batch.leftovers import STALE_SECONDS, delete_leftovers, owner_of
from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Plan
from open_the_eyes.batch.process_item import process_item
from open_the_eyes.batch.run import in_processes, run_batch
from open_the_eyes.batch.worker import WorkerSlot
from open_the_eyes.files import whole_file
from open_the_eyes.files.whole_file import owned_by, write_whole
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, acting, photos, planned, unwatched
from tests.files.pictures import picture
from tests.stand_in import report_of


def half_a_file(folder: Path, letter: str, age: float = 0.0, owner: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f".open-the-eyes-{owner}{16 * letter}.part"
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
def two(tmp_path: Path, out: Path) -> Plan:
    """A batch of two photos."""
    return planned(photos(tmp_path / "in", a="blink", b="blink"), out)


def test_what_another_process_is_writing_stays(two: Plan, out: Path) -> None:
    ages = {"a": 0.0, "b": 1.0, "c": STALE_SECONDS - 60, "d": STALE_SECONDS + 60, "e": -3600.0}
    halves = {letter: half_a_file(out, letter, age) for letter, age in ages.items()}
    others = half_a_file(out, "f", owner=owner_of(out.parent))
    delete_leftovers(two)
    assert [letter for letter, file in halves.items() if file.exists()] == ["a", "b", "c", "e"]
    assert others.exists(), "of another batch"


def test_only_files_named_as_ours_are_taken(two: Plan, out: Path) -> None:
    names = ("photo.part", ".open-the-eyes-1.part", ".open-the-eyes-keys", "old.jpg")
    others = [folder / name for folder in (out, two.folder) for name in names]
    for file in others:
        half_a_file(file.parent, "a", 1e6).rename(file)
    delete_leftovers(two)
    assert all(file.exists() for file in others)


@pytest.mark.parametrize("linked", [False, True], ids=["", "by a link"])
def test_what_the_batch_itself_has_left_goes_at_once(tmp_path: Path, out: Path, two: Plan, linked: bool) -> None:
    halves = [half_a_file(out, "a", owner=owner_of(out)), half_a_file(two.folder, "b")]
    if linked:
        (tmp_path / "link").symlink_to(out, target_is_directory=True)
        two = planned(tmp_path / "in", tmp_path / "link")
    delete_leftovers(two)
    assert not any(half.exists() for half in halves)


def test_it_goes_as_well_where_nothing_is_left_to_do(out: Path, two: Plan) -> None:
    execute = in_processes(two, SPEC, [WorkerSlot()], Settings(), make=acting)

    def run() -> int:
        with Manifest(two.folder) as manifest:
            return run_batch(two, SPEC, manifest, execute, watch=unwatched).tally.now.total()

    assert run() == 2
    halves = [half_a_file(out, "a", owner=owner_of(out)), half_a_file(out, "b", STALE_SECONDS + 1)]
    assert run() == 0
    assert not any(half.exists() for half in halves)


def test_what_was_too_young_at_the_start_goes_at_the_end(out: Path, two: Plan) -> None:
    run = in_processes(two, SPEC, [WorkerSlot()], Settings(), make=acting)(two.items, lambda: False)
    half = half_a_file(out, "a", 1.0)
    next(run)
    assert half.exists()
    grown_older(half, STALE_SECONDS + 1)
    assert len(list(run)) == 1
    assert not half.exists()


def test_a_file_on_its_way_tells_whose_it_is(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    picture().save(tmp_path / "in/a.jpg")
    opened = SimpleNamespace(report=report_of("a.jpg"), faces=(), changed=False)
    monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)
    plan, engine = planned(tmp_path / "in", out), SimpleNamespace(settings=Settings())
    on_the_way: set[str] = set()
    monkeypatch.setattr(whole_file, "to_disk", lambda _: on_the_way.update(half.name for half in out.glob(".*.part")))

    process_item(plan.items[0], replace(SPEC, copy=True), "", engine, out, tuple)  # type: ignore[arg-type]
    (name,) = on_the_way
    (out / name).write_bytes(b"half a file")
    delete_leftovers(plan)
    assert not (out / name).exists()


def test_owners_end_with_their_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def linked(half: Path, path: Path) -> None:
        seen.append(half.name)
        half.rename(path)

    monkeypatch.setattr(os, "link", linked)
    with owned_by("0123456789abcdef"):
        write_whole(tmp_path / "a", b"a", overwrite=False)
    write_whole(tmp_path / "b", b"b", overwrite=False)
    assert [name.startswith(".open-the-eyes-0123456789abcdef") for name in seen] == [True, False]
