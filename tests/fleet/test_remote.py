"""The state of a batch that began on another machine comes whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.errors import UsageError

MemoryFileSystem = pytest.importorskip(
    "fsspec.implementations.memory", reason="the extra `serve` is not installed", exc_type=ImportError
).MemoryFileSystem

from open_the_eyes.fleet.remote import fetch_tree, send_tree  # noqa: E402 -- needs fsspec

ADDRESS = "memory://bucket/out/open-the-eyes.batch"
STATE = {"manifest.jsonl": "{}\n{}\n", "sheet.html": "eyes", "summary.json": "{}"}


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[type[Any]]:
    """A store in which another machine has left its state, and the kind of file system it is."""
    there = tmp_path / "there"
    there.mkdir()
    for name, text in STATE.items():
        (there / name).write_text(text)
    MemoryFileSystem.store.clear()
    send_tree(there, ADDRESS)
    MemoryFileSystem().pipe_file("/bucket/out/open-the-eyes.batch/deeper/none-of-ours", b"")
    yield MemoryFileSystem
    MemoryFileSystem.store.clear()


def in_folder(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.usefixtures("bucket")
def test_what_was_sent_comes_back(tmp_path: Path) -> None:
    fetch_tree(ADDRESS, tmp_path / "state" / "here")
    assert in_folder(tmp_path / "state" / "here") == STATE
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["here"]


@pytest.mark.usefixtures("bucket")
def test_where_nothing_is_stored_there_is_no_folder(tmp_path: Path) -> None:
    fetch_tree("memory://bucket/elsewhere", tmp_path / "state" / "here")
    assert not (tmp_path / "state" / "here").exists()


@pytest.mark.parametrize(
    ("stroke", "heard"),
    [
        pytest.param(ConnectionResetError("gone"), UsageError, id="the line broke"),
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, id="somebody stopped it"),
    ],
)
def test_a_fetch_that_breaks_off_leaves_nothing_that_looks_whole(
    bucket: type[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stroke: BaseException,
    heard: type[BaseException],
) -> None:
    get_file = bucket.get_file

    def broken(self: Any, path: str, target: str) -> None:
        if path.endswith("summary.json"):
            raise stroke
        get_file(self, path, target)

    with monkeypatch.context() as away:
        away.setattr(bucket, "get_file", broken)
        with pytest.raises(heard):
            fetch_tree(ADDRESS, tmp_path / "state" / "here")
    assert list((tmp_path / "state").iterdir()) == []
    fetch_tree(ADDRESS, tmp_path / "state" / "here")
    assert in_folder(tmp_path / "state" / "here") == STATE


def test_a_store_that_does_not_answer_is_never_taken_for_an_empty_one(
    bucket: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(bucket, "ls", away)
    with pytest.raises(UsageError, match="Access Denied"):
        fetch_tree(ADDRESS, tmp_path / "state" / "here")
    assert not (tmp_path / "state" / "here").exists()


def test_two_that_fetch_at_once_both_have_it(
    bucket: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "state" / "here"
    get_file = bucket.get_file

    def other_first(self: Any, path: str, target: str) -> None:
        if not here.exists():
            here.mkdir()
            (here / "manifest.jsonl").write_text("the other's")
        get_file(self, path, target)

    monkeypatch.setattr(bucket, "get_file", other_first)
    fetch_tree(ADDRESS, here)
    assert in_folder(here) == {"manifest.jsonl": "the other's"}
    assert [path.name for path in here.parent.iterdir()] == ["here"]
