"""A photo of a store is done on this machine; what the store does not give or take fails by itself."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

MemoryFileSystem = pytest.importorskip(
    "fsspec.implementations.memory", reason="the extra `serve` is not installed", exc_type=ImportError
).MemoryFileSystem

from open_the_eyes.batch.plan import Item  # noqa: E402 -- those below need fsspec
from open_the_eyes.batch.spec import BatchSpec  # noqa: E402
from open_the_eyes.batch.worker import Processor  # noqa: E402
from open_the_eyes.fleet.remote import RemoteFolders, remote_processor  # noqa: E402
from tests.batch.processors import SPEC, done  # noqa: E402
from tests.fleet.shoot import AWAY, REMOTE  # noqa: E402


def doer(folder: Path, remote: RemoteFolders = REMOTE, spec: BatchSpec = SPEC) -> tuple[Processor, Item]:
    """What does photos of the store with a folder here, and one to do."""
    folder.mkdir()
    item = Item("a.jpg", Path("a.jpg"), Path("a.opened.jpg"), Path("a.jpg"), 5, 0)
    return remote_processor(remote, folder, lambda local: done(local, "mark", folder), "mark", spec), item


@pytest.mark.usefixtures("store")
def test_a_photo_of_the_store_is_done_here_and_its_result_is_there(tmp_path: Path) -> None:
    do, item = doer(tmp_path / "out")
    assert [output.path for output in do(item).outputs] == ["a.opened.jpg"]
    assert MemoryFileSystem().cat_file("/bucket/out/a.opened.jpg").startswith(b"result")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("stroke", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("call", ["get_file", "info", "put_file"])
def test_a_photo_that_the_store_does_not_give_or_take_fails_by_itself(
    store: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stroke: Exception, call: str
) -> None:
    def away(*_: object, **__: object) -> None:
        raise stroke

    do, item = doer(tmp_path / "out")
    monkeypatch.setattr(store, call, away)
    told = do(item)
    assert (told.state, told.exit_code) == ("failed", 3)
    assert str(stroke) in told.error
    assert not MemoryFileSystem.store.keys() & {"/bucket/out/a.opened.jpg"}


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda _: (tempfile, "TemporaryDirectory"), id="no folder to work in"),
        pytest.param(lambda store: (store, "get_file"), id="none for the photo"),
        pytest.param(lambda store: (store, "put_file"), id="none in the store"),
    ],
)
def test_a_full_disk_is_not_the_photos_fault_and_it_is_said_where_to_make_room(
    store: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[object], tuple[Any, str]]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    do, item = doer(tmp_path / "out")
    owner, call = place(store)
    monkeypatch.setattr(owner, call, full)
    told = do(item)
    assert (told.state, told.exit_code, told.no_room) == ("failed", 3, True)
    assert "No space left on device; " in told.error
    assert "room" in told.error


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("touched", [False, True], ids=["as it was written", "worked on since"])
def test_an_earlier_result_in_the_store_gives_way_as_long_as_it_is_the_batchs_own(
    tmp_path: Path, touched: bool
) -> None:
    do, item = doer(tmp_path / "out")
    MemoryFileSystem().pipe_file("/bucket/out/a.opened.jpg", b"rated" if touched else b"eyes!")
    told = do(replace(item, ours=(("a.opened.jpg", hashlib.sha256(b"eyes!").hexdigest()),)))
    assert told.state == ("failed" if touched else "opened")
    assert (MemoryFileSystem().cat_file("/bucket/out/a.opened.jpg") == b"rated") is touched


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("asked", [False, True], ids=["--overwrite", "--overwrite-changed"])
def test_a_result_that_was_changed_in_the_store_is_replaced_only_when_asked(tmp_path: Path, asked: bool) -> None:
    do, item = doer(tmp_path / "out", spec=replace(SPEC, overwrite=True, overwrite_changed=asked))
    MemoryFileSystem().pipe_file("/bucket/out/a.opened.jpg", b"chosen by hand")
    told = do(replace(item, changed=("a.opened.jpg",)))
    assert told.state == ("opened" if asked else "kept")
    assert [output.path for output in told.outputs] == ["a.opened.jpg"]
    assert (MemoryFileSystem().cat_file("/bucket/out/a.opened.jpg") == b"chosen by hand") is not asked


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("spec", "advice"),
    [
        (SPEC, "is there already at memory://bucket/out; --overwrite replaces it."),
        (replace(SPEC, overwrite=True), "--overwrite-changed replaces it as well, another OUT keeps both."),
    ],
    ids=["", "--overwrite"],
)
def test_what_was_changed_of_a_namesake_is_neither_replaced_nor_taken_for_the_photos_own(
    tmp_path: Path, spec: BatchSpec, advice: str
) -> None:
    do, item = doer(tmp_path / "out", spec=spec)
    MemoryFileSystem().pipe_file("/bucket/out/a.opened.jpg", b"chosen by hand")
    told = do(replace(item, changed=("a.opened.jpg",), others=("a.opened.jpg",)))
    assert told.state == "failed"
    assert told.error.endswith(advice)
    assert MemoryFileSystem().cat_file("/bucket/out/a.opened.jpg") == b"chosen by hand"
