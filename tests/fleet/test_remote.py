"""A store that does not answer is never taken for an empty one, and batches of two machines know of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.errors import UsageError

MemoryFileSystem = pytest.importorskip(
    "fsspec.implementations.memory", reason="the extra `serve` is not installed", exc_type=ImportError
).MemoryFileSystem

from open_the_eyes.batch.manifest import MANIFEST, Manifest  # noqa: E402 -- those below need fsspec
from open_the_eyes.batch.plan import Item, Plan  # noqa: E402
from open_the_eyes.batch.record import Output, Record, failed  # noqa: E402
from open_the_eyes.batch.run import BatchResult, run_batch  # noqa: E402
from open_the_eyes.batch.sources import FOLDER  # noqa: E402
from open_the_eyes.batch.tally import Tally  # noqa: E402
from open_the_eyes.cli.batch.places import catch_up, manifest_of, planned, sent  # noqa: E402
from open_the_eyes.cli.batch.words import summed_up  # noqa: E402
from open_the_eyes.fleet.remote import RemoteFolders, plan_remote  # noqa: E402
from open_the_eyes.fleet.remote_store import fetch_file, size_at, stamp  # noqa: E402
from tests.batch.processors import SPEC, photos, unwatched  # noqa: E402
from tests.fleet.shoot import AWAY, REMOTE  # noqa: E402

STORED = f"/bucket/out/{FOLDER}/{MANIFEST}"


def on_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan of a batch, as another machine would have it."""
    monkeypatch.setenv("HOME", str(home))
    plan, _ = planned([REMOTE.source], REMOTE.out, (), 1, keep_names=False, copy=False, ray=True)
    return plan


def record(plan: Plan, number: int, mark: str = "mark") -> Record:
    """What a worker says of a photo that had no eye to open."""
    item = plan.items[number]
    return Record(item.name, item.size, item.mtime_ns, "", mark, "unchanged", ("already_open",))


def idle(*_: object) -> Generator[Record, None, None]:
    yield from ()


def known(manifest: Manifest, plan: Plan, mark: str = "mark") -> list[str]:
    return [item.name for item in plan.items if manifest.state_of(item, mark) is not None]


@pytest.mark.usefixtures("store")
def test_a_batch_goes_on_from_what_another_machine_did_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = {name: tmp_path / name for name in ("first", "second")}
    for number, name in enumerate(("first", "second", "first")):
        plan = on_machine(homes[name], monkeypatch)
        with manifest_of(plan, REMOTE) as manifest:
            assert known(manifest, plan) == [item.name for item in plan.items[:number]]
            manifest.add(record(plan, number))
            catch_up(manifest, REMOTE)
        sent(plan, REMOTE)
    assert MemoryFileSystem().cat_file(STORED).count(b"\n") == 3
    assert [path.name for path in plan.folder.iterdir()] == [MANIFEST]


@pytest.mark.usefixtures("store")
def test_two_machines_at_once_leave_a_manifest_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [on_machine(tmp_path / name, monkeypatch) for name in ("first", "second")]
    manifests = [manifest_of(plan, REMOTE) for plan in plans]
    for number, (plan, manifest) in enumerate(zip(plans, manifests, strict=True)):
        manifest.add(record(plan, number))
        catch_up(manifest, REMOTE)
        manifest.close()
        sent(plan, REMOTE)
    plan = on_machine(tmp_path / "third", monkeypatch)
    with manifest_of(plan, REMOTE) as manifest:
        assert known(manifest, plan) == ["a.jpg", "b.jpg"]


@pytest.mark.usefixtures("store")
def test_of_a_photo_that_two_machines_did_what_was_sent_last_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = on_machine(tmp_path / "here", monkeypatch)
    with manifest_of(plan, REMOTE) as manifest:
        manifest.add(record(plan, 0, "old"))
    there = record(plan, 0, "new").to_line() + record(plan, 1, "new").to_line()[:-9]  # and half a line
    MemoryFileSystem().pipe_file(STORED, there)
    for _ in range(2):
        with manifest_of(plan, REMOTE) as manifest:
            assert (known(manifest, plan, "new"), known(manifest, plan, "old")) == (["a.jpg"], [])
            assert manifest.path.read_bytes().count(b"\n") == 2, "nothing is taken in twice"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("out", "names"),
    [
        ("memory://shoot/opened", ["a.jpg", "b.jpg", "c.jpg"]),
        ("memory://shoot/open", ["a.jpg", "b.jpg", "c.jpg", "opened/a.jpg"]),
        ("memory://", ["a.jpg", "b.jpg", "c.jpg", "opened/a.jpg"]),
        ("file:///shoot/opened", ["a.jpg", "b.jpg", "c.jpg", "opened/a.jpg"]),
    ],
    ids=["below IN", "a name that begins alike", "above IN", "another store"],
)
def test_results_below_the_photos_are_no_photos_to_do(tmp_path: Path, out: str, names: list[str]) -> None:
    for name in ("opened/a.jpg", ".trash/a.jpg", "@eaDir/a.jpg"):
        MemoryFileSystem().pipe_file(f"/shoot/{name}", b"result")
    items = plan_remote(RemoteFolders("memory://shoot", out), tmp_path, keep_names=True).items
    assert [item.name for item in items] == names


def test_a_link_to_results_below_the_photos_is_seen_through(tmp_path: Path) -> None:
    photos(tmp_path / "shoot", a="blink")
    photos(tmp_path / "shoot/opened", a="result")
    (tmp_path / "out").symlink_to("shoot/opened")
    remote = RemoteFolders(f"file://{tmp_path}/shoot", f"file://{tmp_path}/out")
    assert [item.name for item in plan_remote(remote, tmp_path, keep_names=True).items] == ["a.jpg"]


@pytest.mark.usefixtures("store")
def test_the_summary_the_sheet_and_a_refusal_name_the_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = on_machine(tmp_path, monkeypatch)
    MemoryFileSystem().pipe_file("/bucket/out/a.opened.jpg", b"result")
    with manifest_of(plan, REMOTE) as manifest:
        ran = BatchResult(Tally(3, Counter()), stopped=False)
        told = summed_up(plan, SPEC, manifest, ran)
        manifest.add(replace(record(plan, 0, "other"), outputs=(Output("a.opened.jpg", 6, "00"),)))
        with pytest.raises(UsageError, match=f"^{REMOTE.out}: expected results of the same options"):
            run_batch(plan, SPEC, manifest, idle, watch=unwatched)
    assert (told["in"], told["out"]) == (REMOTE.source, REMOTE.out)
    assert f"<h1>Open The Eyes: {REMOTE.source}</h1>" in Path(told["sheet"]).read_text()


@pytest.mark.usefixtures("store")
def test_with_overwrite_what_failed_is_tried_again_where_its_name_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = on_machine(tmp_path, monkeypatch)
    tried: list[str] = []

    def trying(items: Sequence[Item], _: object) -> Generator[Record, None, None]:
        tried.extend(item.name for item in items)
        yield from ()

    MemoryFileSystem().pipe_file("/bucket/out/b.opened.jpg", b"result")
    with manifest_of(plan, REMOTE) as manifest:
        for item in plan.items:
            manifest.add(failed(item, SPEC.fingerprint, "it is there already", 3))
        run_batch(plan, replace(SPEC, overwrite=True), manifest, trying, watch=unwatched)
    assert tried == ["b.jpg"]


@pytest.mark.usefixtures("store")
def test_passwords_of_addresses_are_written_nowhere_and_may_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryFileSystem, "ukey", lambda *_: "")
    folders = []
    for number, secret in enumerate(("ann:s3cret", "bob:s3cret2")):
        remote = RemoteFolders(f"memory://{secret}@host/shoot", f"memory://{secret}@host/out")
        MemoryFileSystem().pipe_file(f"/{secret}@host/shoot/a.jpg", b"blink")
        monkeypatch.setenv("HOME", str(tmp_path))
        plan, _ = planned([remote.source], remote.out, (), 1, keep_names=False, copy=False, ray=True)
        with manifest_of(plan, remote) as manifest:
            assert len(known(manifest, plan)) == number, "the same batch goes on"
            manifest.add(record(plan, 0))
            told = summed_up(plan, SPEC, manifest, BatchResult(Tally(1, Counter()), stopped=False))
        assert (told["in"], told["out"]) == ("memory://***@host/shoot", "memory://***@host/out")
        folders.append(plan.folder)
    assert folders[0] == folders[1]
    stamps = {stamp(SimpleNamespace(ukey=str), f"https://ann:{secret}@host/a.jpg") for secret in ("one", "other")}
    assert len(stamps) == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_where_nobody_answers_it_is_not_said_that_there_are_no_photos(
    store: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionResetError("gone")

    monkeypatch.setattr(store, "find", lambda *_, **__: {})  # as that of HTTP does
    monkeypatch.setattr(store, "ls", away)
    with pytest.raises(UsageError, match=r"memory://shoot: expected photos there, got: gone\."):
        plan_remote(REMOTE, tmp_path)


@pytest.mark.usefixtures("store")
@pytest.mark.usefixtures("no_home")
def test_who_has_no_home_for_the_manifest_is_told_so() -> None:
    with pytest.raises(UsageError, match=r"expected a home to keep the manifest in.*set HOME"):
        planned([REMOTE.source], REMOTE.out, (), 1, keep_names=False, copy=False, ray=True)


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    assert not fetch_file(f"{REMOTE.out}/{FOLDER}", MANIFEST, tmp_path / "here")
    assert size_at(REMOTE.out, "a.opened.jpg") is None
    MemoryFileSystem().pipe_file("/bucket/out/a.opened.jpg", b"12345")
    assert size_at(REMOTE.out, "a.opened.jpg") == 5


@pytest.mark.parametrize("stroke", AWAY, ids=lambda error: type(error).__name__)
def test_a_store_that_does_not_answer_is_never_taken_for_an_empty_one(
    store: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stroke: Exception
) -> None:
    def away(*_: object, **__: object) -> None:
        raise stroke

    plan = on_machine(tmp_path, monkeypatch)
    for name in ("get_file", "size", "ukey"):
        monkeypatch.setattr(store, name, away)
    with pytest.raises(UsageError, match=str(stroke)):
        size_at(REMOTE.out, "a.opened.jpg")
    with pytest.raises(UsageError, match=str(stroke)):
        manifest_of(plan, REMOTE)
    with pytest.raises(UsageError, match=str(stroke)):
        on_machine(tmp_path, monkeypatch)
    Manifest(plan.folder).close()  # nobody holds it
