"""Files by job and name: whole or not at all, on a disk and in a store that is none."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import fsspec
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.service.errors import StoreAway
from open_the_eyes.service.store import CHUNK, ArtifactStore
from tests.service.running import running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a bucket in moto, an imitation of S3 that speaks HTTP."""
    why = "an S3 to try needs s3fs, moto and flask: pip install s3fs 'moto[s3]' flask flask-cors"
    for needed in ("s3fs", "flask_cors"):
        pytest.importorskip(needed, reason=why)
    server = pytest.importorskip("moto.server", reason=why).ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    known = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**known, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
            environment.setenv(name, value)
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("photos")
        yield "s3://photos/jobs"
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArtifactStore]:
    if request.param == "folder":
        yield ArtifactStore(str(tmp_path / "jobs"))
    elif request.param == "memory":
        yield ArtifactStore("memory://jobs")
        fsspec.filesystem("memory").store.clear()
    else:
        yield ArtifactStore(request.getfixturevalue("bucket"))


def test_what_is_put_is_there_whole_and_in_pieces(store: ArtifactStore) -> None:
    job, data = str(uuid4()), bytes(range(256)) * 8192
    store.put(job, "photo", data)
    assert store.get(job, "photo") == data
    assert store.size(job, "photo") == len(data)
    pieces = list(store.stream(job, "photo"))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= CHUNK


def test_what_is_put_again_is_replaced(store: ArtifactStore) -> None:
    job = str(uuid4())
    store.put(job, "photo", b"one")
    store.put(job, "photo", b"two")
    assert store.get(job, "photo") == b"two"


def test_forgetting_one_job_leaves_the_others(store: ArtifactStore) -> None:
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
def test_names_that_are_not_ours_never_become_paths(store: ArtifactStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a name of ours"):
        store.put(str(uuid4()), name, b"")


@pytest.mark.parametrize("job", ["", "..", "../../etc", "1"])
def test_jobs_that_are_none_never_become_paths(store: ArtifactStore, job: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        store.put(job, "photo", b"")
    with pytest.raises(ValueError, match="UUID"):
        store.forget(job)


def test_a_check_leaves_nothing_behind(store: ArtifactStore, tmp_path: Path) -> None:
    store.check()
    assert list((tmp_path / "jobs").glob("*")) == []


def test_only_the_service_may_look_into_a_jobs_folder(tmp_path: Path) -> None:
    store, job = ArtifactStore(str(tmp_path / "jobs")), str(uuid4())
    store.put(job, "photo", b"x")
    assert stat.S_IMODE((tmp_path / "jobs" / job).stat().st_mode) == 0o700


def test_a_store_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file, no folder")
    with pytest.raises(StoreAway):
        ArtifactStore(str(tmp_path / "jobs")).check()


def test_an_address_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="OTE_STORE"):
        ArtifactStore("gopher://bucket/jobs")


def test_an_address_where_nobody_answers_is_refused() -> None:
    with pytest.raises(UsageError, match=r"OTE_STORE: expected a place that answers, got: .*refused"):
        ArtifactStore("ftp://127.0.0.1:1/jobs")


def test_a_bucket_that_is_missing_is_said_and_no_upload_is_left_in_the_queue(
    remembering: Engine, tmp_path: Path, shut: bytes, bucket: str
) -> None:
    assert bucket
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    missing = "s3://no-such-bucket/jobs"
    with pytest.raises(StoreAway):
        ArtifactStore(missing).check()
    with running_service(remembering, tmp_path, store=missing, max_queue=1) as server:
        for _ in range(3):
            answer = server.hand_in(shut)
            assert answer.status_code == 507
            assert answer.json()["type"].endswith(":store-away")
        assert server.http.get("/readyz").status_code == 503
        assert server.service.repository.waiting() == {"preview": 0, "photo": 0}


def test_what_another_process_stored_is_seen(bucket: str) -> None:
    one, other, job = ArtifactStore(bucket), ArtifactStore(bucket), str(uuid4())
    assert not one.has(job, "photo")
    other.put(job, "photo", b"x")
    assert one.has(job, "photo")
    other.forget(job)
    assert not one.has(job, "photo")


def test_a_bucket_that_does_not_answer_is_said_and_taken_for_no_empty_one(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    store, job = ArtifactStore(bucket), str(uuid4())
    for ask in (
        store.check,
        lambda: store.has(job, "photo"),
        lambda: store.get(job, "photo"),
        lambda: store.forget(job),
    ):
        with pytest.raises(StoreAway):
            ask()


def test_a_job_lives_and_dies_in_a_bucket(remembering: Engine, tmp_path: Path, shut: bytes, bucket: str) -> None:
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with running_service(remembering, tmp_path, store=bucket) as server:
        job = server.job(shut)
        view = server.ended(job)
        assert view["state"] == "done"
        result = server.http.get(view["links"]["result"]).content
        assert hashlib.sha256(result).hexdigest() == view["results"][0]["sha256"]
        names = ("photo", "painted.json", "result-1.jpg")
        assert all(ArtifactStore(bucket).has(job, name) for name in names)
        assert server.http.delete(f"/v1/jobs/{job}").status_code == 204
        assert not any(ArtifactStore(bucket).has(job, name) for name in names)
    assert not (tmp_path / "jobs").exists()


@pytest.mark.parametrize("broken", ["size", "open", "read"])
def test_a_result_that_cannot_be_read_is_a_refusal_that_says_so_and_no_half_answer(
    remembering: Engine, tmp_path: Path, shut: bytes, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OSError(5, "Input/output error", str(tmp_path))

    class Unreadable(BytesIO):
        read = away  # type: ignore[assignment]

    opened = Unreadable()
    with running_service(remembering, tmp_path) as server:
        job = server.job(shut)
        server.ended(job)
        with monkeypatch.context() as disk:
            if broken == "read":
                disk.setattr(server.service.store._files, "open", lambda *_: opened)
            else:
                disk.setattr(server.service.store._files, broken, away)
            answer = server.http.get(f"/v1/jobs/{job}/result")
        assert answer.status_code == 503
        assert answer.json()["type"].endswith(":store-unreadable")
        assert "expected to read" in answer.json()["detail"]
        assert opened.closed == (broken == "read")


def test_a_result_that_is_deleted_while_it_is_opened_is_not_there(
    remembering: Engine, tmp_path: Path, shut: bytes, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with running_service(remembering, tmp_path, store=bucket) as server:
        job = server.job(shut)
        address = server.ended(job)["links"]["result"]
        store = server.service.store
        files_open = store._files.open

        def opened_late(*how: str) -> Any:
            file = files_open(*how)
            store.forget(job)
            return file

        monkeypatch.setattr(store._files, "open", opened_late)
        answer = server.http.get(address)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (404, "not-here")


def test_the_file_is_not_opened_for_who_has_it_or_wants_none_of_it(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_service(remembering, tmp_path) as server:
        job = server.job(shut)
        address = server.ended(job)["links"]["result"]
        tag = server.http.get(address).headers["etag"]
        monkeypatch.setattr(server.service.store._files, "open", None)
        assert server.http.head(address).status_code == 200
        assert server.http.get(address, headers={"If-None-Match": tag}).status_code == 304
        server.service.store.forget(job)
        assert server.http.head(address).status_code == 404
        assert server.http.get(address, headers={"If-None-Match": tag}).status_code == 404
