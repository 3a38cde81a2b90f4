"""What is written down of a batch, and what it is worth after a crash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.manifest import MANIFEST, Manifest
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Output, Record
from open_the_eyes.batch.sources import FOLDER
from open_the_eyes.errors import NoCapacity, PhotoNotWritten, UsageError
from tests.batch.processors import done, photos, planned


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return planned(photos(tmp_path / "in", a="blink"), tmp_path / "out").items[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / FOLDER


@pytest.fixture
def manifest(folder: Path) -> Iterator[Manifest]:
    with Manifest(folder) as manifest:
        yield manifest


def again(item: Item) -> Item:
    """The same photo, looked at anew."""
    status = item.source.stat()
    return Item(item.name, item.source, item.output, item.copy, status.st_size, status.st_mtime_ns)


def test_what_was_added_is_known_to_the_next_run(item: Item, folder: Path) -> None:
    with Manifest(folder) as first:
        first.add(done(item, "mark", folder.parent))
    with Manifest(folder) as then:
        assert then.state_of(item, "mark") == "opened"


def test_a_record_survives_its_line() -> None:
    record = Record(
        os.fsdecode(b"\xff\n.jpg"),
        5,
        7,
        "ab",
        "mark",
        "failed",
        ("opened",),
        (Output("a.jpg", 3, "cd", "whole", ("A film is left out.",)),),
        error="no\nphoto",
        exit_code=3,
        reasons=("Opened the left eye.",),
    )
    line = record.to_line()
    assert line.count(b"\n") == 1
    assert Record.from_line(line) == record


def renamed(told: dict[str, Any]) -> None:
    told["wish"] = told.pop("fingerprint")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(renamed, id="a field of another name"),
        pytest.param(lambda told: told.pop("reasons"), id="a field less"),
        pytest.param(lambda told: told["outputs"][0].pop("mtime_ns"), id="a result without its time"),
        pytest.param(lambda told: told.update(state="settled"), id="another state"),
        pytest.param(lambda told: told.update(more=1), id="a field more"),
    ],
)
def test_a_manifest_of_another_version_is_refused_in_a_sentence_and_left_as_it_is(
    item: Item, folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    told = json.loads(done(item, "mark", folder.parent).to_line())
    change(told)
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text(before := json.dumps(told) + "\n")
    says = r"manifest\.jsonl: expected this version's records.*name another OUT, or delete"
    for _ in range(2):  # the first has let go of it
        with pytest.raises(UsageError, match=says):
            Manifest(folder)
    assert (folder / MANIFEST).read_text() == before


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"name":"a.jpg","si', id="torn"),
        pytest.param(b"\xff\xfe\0", id="bytes"),
        pytest.param(b"[1]\n", id="a list"),
        pytest.param(b"{}\n", id="nothing in it"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_line_that_is_none_of_ours_is_passed_over(item: Item, folder: Path, line: bytes) -> None:
    with Manifest(folder) as manifest:
        manifest.add(done(item, "mark", folder.parent))
    with manifest.path.open("ab") as file:
        file.write(line)
    with Manifest(folder) as after:
        after.add(done(replace(item, name="b.jpg"), "mark", folder.parent))
    with Manifest(folder) as last:
        both = [item, replace(item, name="b.jpg")]
        assert [record.name for record in last.latest(both, "mark")] == ["a.jpg", "b.jpg"]
        assert [last.state_of(one, "mark") for one in both] == ["opened", "opened"]


def test_a_photo_done_again_is_known_by_its_latest_record(item: Item, folder: Path, manifest: Manifest) -> None:
    manifest.add(Record(item.name, item.size, item.mtime_ns, "", "mark", "failed", error="no room"))
    assert manifest.state_of(item, "mark") == "failed"
    manifest.add(done(item, "mark", folder.parent))
    assert manifest.state_of(item, "mark") == "opened"
    assert [record.state for record in manifest.latest([item], "mark")] == ["opened"]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        pytest.param(lambda _: None, "opened", id="nothing"),
        pytest.param(lambda item: os.utime(item.source, ns=(5, 5)), "opened", id="touched, the same bytes"),
        pytest.param(lambda item: item.source.write_text("other"), None, id="other bytes of that length"),
        pytest.param(lambda item: item.source.write_text("longer than before"), None, id="another length"),
        pytest.param(lambda item: item.output.unlink(), None, id="the result is gone"),
        pytest.param(lambda item: item.output.write_text("cut"), None, id="the result is another"),
    ],
)
def test_a_photo_is_finished_while_it_and_its_result_are_what_they_were(
    item: Item, folder: Path, manifest: Manifest, change: Callable[[Item], object], state: str | None
) -> None:
    sha256 = hashlib.sha256(item.source.read_bytes()).hexdigest()
    manifest.add(replace(done(item, "mark", folder.parent), sha256=sha256))
    change(item)
    assert manifest.state_of(again(item), "mark") == state


def test_other_options_are_another_wish(item: Item, folder: Path, manifest: Manifest) -> None:
    manifest.add(done(item, "mark", folder.parent))
    assert manifest.state_of(item, "other") is None
    assert manifest.has_other_results(item, "other")
    assert not manifest.has_other_results(item, "mark")


@pytest.mark.parametrize(
    ("names", "state"),
    [
        pytest.param(["a.opened.jpg"], "opened", id="as planned"),
        pytest.param(["a.opened.1.jpg", "a.opened.2.jpg"], "opened", id="variations"),
        pytest.param(["a.opened.png"], "opened", id="of a misnamed photo at an address"),
        pytest.param(["a.jpg"], None, id="called what the photo is"),
    ],
)
def test_results_that_would_be_called_otherwise_now_are_other_results(
    item: Item, folder: Path, manifest: Manifest, names: list[str], state: str | None
) -> None:
    record = done(item, "mark", folder.parent)
    for name in names:
        (folder.parent / name).write_text("result")
    manifest.add(replace(record, outputs=tuple(Output(name, 6, "00") for name in names)))
    assert manifest.state_of(item, "mark") == state
    assert manifest.has_other_results(item, "mark") == (state is None)


def test_wanting_copies_later_makes_unchanged_photos_unfinished(item: Item, folder: Path, manifest: Manifest) -> None:
    manifest.add(done(item, "mark", folder.parent, opened=False))
    assert manifest.state_of(item, "mark") == "unchanged"
    assert manifest.state_of(item, "mark", copy=True) is None


def test_results_may_be_moved_with_their_folder(item: Item, folder: Path, tmp_path: Path) -> None:
    with Manifest(folder) as manifest:
        manifest.add(done(item, "mark", folder.parent))
    folder.parent.rename(tmp_path / "elsewhere")
    with Manifest(tmp_path / "elsewhere" / FOLDER) as moved:
        assert moved.state_of(item, "mark") == "opened"


def test_a_second_batch_in_the_same_folder_is_turned_away(folder: Path) -> None:
    with Manifest(folder), pytest.raises(NoCapacity, match="another batch"):
        Manifest(folder)
    Manifest(folder).close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(PhotoNotWritten, match="choose another"):
        Manifest(tmp_path / "out" / FOLDER)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(errno.ENOSPC, "No space left on device.$", id="full, of which the batch says how it goes on"),
        pytest.param(errno.EIO, "error; start the same command again: it goes on from here.$", id="broken"),
    ],
)
def test_a_line_that_cannot_be_written_down_is_said(
    item: Item, folder: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, fault: int, said: str
) -> None:
    def fails(_: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(PhotoNotWritten, match=said):
        manifest.add(done(item, "mark", folder.parent))


def test_a_manifest_that_went_away_meanwhile_is_said(item: Item, manifest: Manifest) -> None:
    manifest.add(done_nowhere(item))
    manifest.path.unlink()
    with pytest.raises(PhotoNotWritten, match=r"manifest\.jsonl: expected .* start the same command again"):
        list(manifest.latest([item], "mark"))
    with pytest.raises(PhotoNotWritten, match=r"manifest\.jsonl: expected .* start the same command again"):
        manifest.add(done_nowhere(item))


def test_a_full_disk_is_what_is_told_of_and_not_what_comes_of_it(item: Item, folder: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system limits no files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with Manifest(folder) as manifest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
            with pytest.raises(PhotoNotWritten, match="start the same command again"):
                manifest.add(done_nowhere(item))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def done_nowhere(item: Item) -> Record:
    return Record(item.name, item.size, item.mtime_ns, "", "mark", "unchanged", ("already_open",))
