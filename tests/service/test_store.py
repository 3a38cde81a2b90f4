"""Files by job and name: whole or not at all, on a disk and in a store that is none."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from open_the_eyes.errors import PhotoNotWritten, UsageError
from open_the_eyes.service.store import CHUNK, Store


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield Store(str(tmp_path / "jobs"))
    else:
        yield Store("memory://jobs")
        fsspec.filesystem("memory").store.clear()


def test_what_is_put_is_there_whole_and_in_pieces(store: Store) -> None:
    job, data = str(uuid4()), bytes(range(256)) * 8192
    store.put(job, "photo", data)
    assert store.get(job, "photo") == data
    assert store.size(job, "photo") == len(data)
    pieces = list(store.stream(job, "photo"))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= CHUNK


def test_what_is_put_again_is_replaced(store: Store) -> None:
    job = str(uuid4())
    store.put(job, "photo", b"one")
    store.put(job, "photo", b"two")
    assert store.get(job, "photo") == b"two"


def test_forgetting_one_job_leaves_the_others(store: Store) -> None:
    one, other = str(uuid4()), str(uuid4())
    for job in (one, other):
        store.put(job, "photo", b"x")
        store.put(job, "result-1.jpg", b"y")
    store.forget(one)
    store.forget(one)
    assert not store.has(one, "photo")
    assert not store.has(one, "result-1.jpg")
    assert store.has(other, "photo")
    with pytest.raises(FileNotFoundError):
        store.get(one, "photo")
    with pytest.raises(FileNotFoundError):
        store.size(one, "photo")


@pytest.mark.parametrize("name", ["", "..", "../photo", "a/b", "Photo", "a\0", "a" * 100, "photo\n", ".hidden"])
def test_names_that_are_not_ours_never_become_paths(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="not a name of ours"):
        store.put(str(uuid4()), name, b"")


@pytest.mark.parametrize("job", ["", "..", "../../etc", "1"])
def test_jobs_that_are_none_never_become_paths(store: Store, job: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        store.put(job, "photo", b"")
    with pytest.raises(ValueError, match="UUID"):
        store.forget(job)


def test_a_check_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    store.check()
    assert list((tmp_path / "jobs").glob("*")) == []


def test_only_the_service_may_look_into_a_jobs_folder(tmp_path: Path) -> None:
    store, job = Store(str(tmp_path / "jobs")), str(uuid4())
    store.put(job, "photo", b"x")
    assert stat.S_IMODE((tmp_path / "jobs" / job).stat().st_mode) == 0o700


def test_a_store_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file, no folder")
    with pytest.raises(PhotoNotWritten):
        Store(str(tmp_path / "jobs")).check()


def test_an_address_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="OTE_STORE"):
        Store("gopher://bucket/jobs")
