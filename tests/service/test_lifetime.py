"""Jobs live on: over a restart, a full disk and what goes wrong; and no more are taken than a queue holds."""

from __future__ import annotations

import asyncio
import stat
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
from anyio.to_thread import current_default_thread_limiter

from open_the_eyes.errors import NoCapacity
from open_the_eyes.service.errors import Busy, StoreAway
from open_the_eyes.service.http.app import create_app
from open_the_eyes.service.job_service import READY_SECONDS
from open_the_eyes.service.jobs import processing
from open_the_eyes.service.jobs.job import JobRequest
from open_the_eyes.service.maintenance import MaintenanceTask
from open_the_eyes.service.memo import Memo
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.service.uploads.intake import Upload
from tests.service.running import away, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_nobody_waits_to_hear_whether_the_service_is_ready_while_one_asks_a_store_that_hangs(
    remembering: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked, answered = 0.0, threading.Event(), threading.Event()

    def hanging() -> None:
        asked.set()
        assert answered.wait(60)

    with running_service(remembering, tmp_path) as server:
        service = server.service
        monkeypatch.setattr(service, "_ready", Memo[str, bool](READY_SECONDS, clock=lambda: now))
        assert service.is_ready()
        now = READY_SECONDS
        monkeypatch.setattr(service.store, "check", hanging)
        one = threading.Thread(target=service.is_ready)
        one.start()
        assert asked.wait(60)
        assert service.is_ready()
        assert one.is_alive()
        answered.set()
        one.join()


def test_jobs_survive_a_restart_and_those_that_waited_are_done(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path) as server:
        done = server.job(shut)
        before = server.ended(done)
        with server.service._device_lock.hold("preview"):
            waiting = [server.job(shut, f'{{"seed": {seed}}}') for seed in range(3)]
            server.service.runner.stop(0)
    with running_service(remembering, tmp_path) as server:
        assert [server.ended(job)["state"] for job in waiting] == ["done"] * 3
        assert server.view(done) == before
        assert server.http.get(f"/v1/jobs/{done}/result").status_code == 200


def test_a_job_that_was_accepted_and_never_queued_is_queued_at_the_next_start(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path) as server:
        job = server.service.repository.admit(JobRequest("local", {}), 10)
        server.service.store.put(job.id, "photo", shut)
        server.service.repository.accept(job.id)
    with running_service(remembering, tmp_path) as server:
        assert server.ended(job.id)["state"] == "done"


def test_a_job_whose_photo_was_lost_fails_and_the_queue_goes_on(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path) as server:
        with server.service._device_lock.hold("preview"):
            lost = server.job(shut)
            server.service.store.forget(lost)
        assert server.ended(lost)["problem"]["status"] == 500
        assert server.ended(server.job(shut))["state"] == "done"


def test_a_photo_that_ended_the_process_every_time_is_given_up(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path) as server:
        with server.service._device_lock.hold("preview"):
            job = server.job(shut)
            for _ in range(3):
                assert server.service.repository.begin(job)
        view = server.ended(job)
    assert (view["state"], view["attempts"], view["problem"]["status"]) == ("failed", 4, 503)
    assert "died 3 times" in view["problem"]["detail"]


def test_only_the_service_may_read_its_database_in_a_folder_that_everybody_may_look_into(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    tmp_path.chmod(0o755)
    with running_service(remembering, tmp_path) as server:
        server.ended(server.job(shut))
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert {"jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite.worker"} <= {path.name for path in files}
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_full_queue_says_when_to_come_again_and_what_was_accepted_is_done(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path, max_queue=3) as server:
        with server.service._device_lock.hold("preview"):
            answers = [server.hand_in(shut, **{"Idempotency-Key": str(n)}) for n in range(8)]
            accepted = [answer.json()["id"] for answer in answers if answer.status_code == 202]
            refused = [answer for answer in answers if answer.status_code == 429]
            assert 3 <= len(accepted) <= 4  # one may stand before the engine already
            assert len(accepted) + len(refused) == 8
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
            assert all(answer.json()["type"].endswith(":queue-full") for answer in refused)
            again = server.hand_in(shut, **{"Idempotency-Key": "0"})
            assert (again.status_code, again.json()["id"]) == (202, accepted[0])
            assert [server.view(job)["position"] for job in accepted] == sorted(
                server.view(job)["position"] for job in accepted
            )
        assert [server.ended(job)["state"] for job in accepted] == ["done"] * len(accepted)


def test_too_large_a_photo_is_refused_before_it_is_read(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_service(remembering, tmp_path, max_references=1) as server:
        monkeypatch.setattr(server.service.uploads, "_settings", type(remembering.settings)(max_bytes=len(shut) - 1))
        answer = server.hand_in(shut)
        assert answer.status_code == 413
        assert f"{len(shut) - 1:,}" in answer.json()["detail"]


def test_on_a_full_disk_uploads_are_refused_and_what_was_accepted_is_done_when_there_is_room(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "ROOM_PAUSES", (0.1,))
    refused: list[str] = []

    def put(job: str, *_: object) -> None:
        refused.append(job)
        away()

    with running_service(remembering, tmp_path) as server:
        with server.service._device_lock.hold("preview"):
            waiting = server.job(shut)
            full = pytest.MonkeyPatch()
            full.setattr(server.service.store, "put", put)
        answer = server.hand_in(shut)
        assert answer.status_code == 507
        assert str(tmp_path) not in answer.text
        assert server.http.get("/readyz").status_code == 503
        assert server.http.get("/readyz").status_code == 503  # told again without a look
        assert server.http.post("/v1/inspect", files={"photo": shut}).status_code == 200
        until = time.monotonic() + 60
        while refused.count(waiting) < 3 and time.monotonic() < until:  # it tries to store its result, and waits
            time.sleep(0.05)
        assert refused.count(waiting) >= 3
        assert server.view(waiting)["state"] == "running"
        assert server.folders() == {waiting}
        full.undo()
        assert server.ended(waiting)["state"] == "done"


def test_a_store_that_cannot_be_written_to_is_said_at_the_start(
    remembering: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with running_service(remembering, tmp_path, store=str(tmp_path / "file/jobs")) as server:
        assert server.http.get("/healthz").status_code == 200
    assert "no jobs can be taken at present" in caplog.text


@pytest.mark.parametrize("first_succeeds", [True, False])
def test_the_same_request_twice_at_once_is_one_job_or_none(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch, first_succeeds: bool
) -> None:
    """The second finds the job of the first arriving, and cannot store the photo, or the first could not."""
    with running_service(remembering, tmp_path) as server:
        assert server.http.get("/healthz").status_code == 200  # it has started
        uploads, store, repository = server.service.uploads, server.service.store, server.service.repository
        upload = Upload(shut, (), {})
        put = store.put

        def put_meanwhile(job: str, name: str, data: bytes) -> None:
            put(job, name, data)
            if first_succeeds:
                repository.accept(job)
                raise StoreAway("no room")
            repository.abandon(job)

        with monkeypatch.context() as racing:
            racing.setattr(store, "put", put_meanwhile)
            with pytest.raises(StoreAway if first_succeeds else Busy):
                uploads.submit(upload, "local", "k")
        job = uploads.submit(upload, "local", "k")
        assert job.state in ("queued", "running")
        MaintenanceTask(server.service).run_once(time.time())  # the first had not come to queue it
        assert server.ended(job.id)["state"] == "done"


def test_a_service_that_cannot_start_leaves_its_place_to_the_next(engine: Engine, tmp_path: Path) -> None:
    def broken(_: object) -> object:
        raise NoCapacity("expected room for the detector, there is none.")

    app = create_app(replace(engine, detector=SimpleNamespace(detect=broken)), ServiceSettings(folder=tmp_path))

    async def start() -> None:
        async with app.router.lifespan_context(app):
            raise AssertionError("it has started")

    with pytest.raises(NoCapacity, match="detector"):
        asyncio.run(start())
    create_app(engine, ServiceSettings(folder=tmp_path)).state.service.close()


def test_a_live_process_says_so_while_every_thread_is_busy(engine: Engine, tmp_path: Path) -> None:
    app = create_app(engine, ServiceSettings(folder=tmp_path))

    async def ask() -> httpx.Response:
        threads = current_default_thread_limiter()
        busy = [object() for _ in range(int(threads.total_tokens))]
        for one in busy:
            threads.acquire_on_behalf_of_nowait(one)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await asyncio.wait_for(client.get("/healthz"), 10)

    try:
        assert asyncio.run(ask()).json() == {"status": "ok"}
    finally:
        app.state.service.close()
