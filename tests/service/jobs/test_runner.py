"""What a job does to the queue behind it when it cannot go on."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from dbos import DBOS

from open_the_eyes.errors import Cancelled, GpuFailed
from open_the_eyes.residency import failures
from open_the_eyes.service.errors import NotHere, Stopping, StoreAway
from open_the_eyes.service.jobs import processing, runner
from open_the_eyes.service.jobs import steps as job_steps
from open_the_eyes.service.jobs.job import MARKER
from open_the_eyes.service.jobs.processing import process
from tests.service.running import painting_without_end, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

PATIENCE_SECONDS = 30.0


def test_the_queues_are_there_when_dbos_first_looks_for_them(
    remembering: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []

    def look(*_: object) -> None:
        with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database:
            seen.append({name for (name,) in database.execute("SELECT name FROM queues")})
        launch()

    launch = DBOS.launch
    monkeypatch.setattr(DBOS, "launch", look)
    for _ in range(2):
        with running_service(remembering, tmp_path):
            pass
    assert seen == [set(runner.QUEUES.values())] * 2, "it looks again after a second, for which the first photo waits"


def test_a_file_that_the_engine_cannot_read_fails_the_job_at_once_and_the_queue_goes_on(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/weights/sdxl")

    with running_service(remembering, tmp_path) as server:
        with monkeypatch.context() as broken:
            broken.setattr(job_steps, "process", forbidden)
            view = server.ended(server.job(shut))
        assert (view["state"], view["attempts"], view["problem"]["status"]) == ("failed", 1, 500)
        assert "weights" not in str(view["problem"])
        assert server.ended(server.job(shut))["state"] == "done"


def test_a_store_that_was_away_is_tried_again_within_the_same_attempt(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = list[str]()

    def away_at_first(*arguments: object) -> object:
        calls.append("")
        if len(calls) == 1:
            raise StoreAway("expected to read photo, nobody answers.")
        return process(*arguments)  # type: ignore[arg-type]  # whatever the runner gives

    monkeypatch.setattr(job_steps, "process", away_at_first)
    with running_service(remembering, tmp_path) as server:
        view = server.ended(server.job(shut))
    assert (view["state"], view["attempts"], len(calls)) == ("done", 1, 2)


def test_a_job_that_is_stopped_ends_at_its_next_step_keeps_its_photo_and_is_no_error_in_the_log(
    remembering: Engine,
    tmp_path: Path,
    shut: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    began, left = threading.Event(), threading.Event()
    endless = painting_without_end(began, left, Cancelled)
    with running_service(remembering, tmp_path) as server:
        with monkeypatch.context() as slow:
            slow.setattr(job_steps, "process", endless)
            job = server.job(shut)
            assert began.wait(PATIENCE_SECONDS)
            monkeypatch.setattr(logging.getLogger("dbos"), "propagate", True)  # to where this test looks
            waiting = server.job(shut)
            server.service.cancel(UUID(job), "local")
            server.service.cancel(UUID(waiting), "local")
            assert left.wait(PATIENCE_SECONDS)
        assert server.ended(server.job(shut))["state"] == "done"
        for one in (job, waiting):
            view = server.view(one)
            assert (view["state"], view["problem"]["title"]) == ("failed", "Cancelled")
            assert server.service.store.get(one, "photo") == shut
        assert not server.service.repository.unfinished()
        server.service.cancel(UUID(job), "local")
        with pytest.raises(NotHere):
            server.service.cancel(UUID(job), "somebody else")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_photo_that_hangs_is_told_to_whoever_looks_after_the_process_and_uses_up_its_attempt(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, end = threading.Event(), threading.Event()

    def hanging(*_: object) -> None:
        began.set()
        end.wait(PATIENCE_SECONDS)
        raise Stopping

    monkeypatch.setattr(job_steps, "process", hanging)
    with running_service(remembering, tmp_path) as server:
        service = server.service
        job = server.job(shut)
        assert began.wait(PATIENCE_SECONDS)
        assert server.http.get("/healthz").status_code == 200
        service.watch.patience = 0.0
        answer = server.http.get("/healthz")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "start the service anew" in answer.json()["detail"]
        assert server.http.head("/healthz").status_code == 503
        assert service.metrics.registry.get_sample_value("ote_progress_age_seconds") == 0.0
        server.http.get("/metrics")
        assert (service.metrics.registry.get_sample_value("ote_progress_age_seconds") or 0.0) > 0.0
        service.runner._steps.leave_all()
        assert server.view(job)["attempts"] == 1
        service.watch.patience = 1800
        service.runner._steps.leave_all()
        assert server.view(job)["attempts"] == 0
        end.set()


def test_a_gpu_that_fails_is_told_and_leaves_its_photo_and_the_next_ones_to_the_next_start(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = threading.Event()

    def without_gpu(*_: object) -> None:
        failures.mark_failed("cuda:0")
        failed.set()
        raise GpuFailed("sdxl-base: expected the GPU to run it, got: CUDA error")

    with monkeypatch.context() as broken:
        broken.setattr(failures, "_FAILED", set())
        broken.setattr(job_steps, "process", without_gpu)
        with running_service(remembering, tmp_path) as server:
            assert server.http.get("/healthz").status_code == 200
            jobs = [server.job(shut)]
            assert failed.wait(PATIENCE_SECONDS)
            jobs.append(server.job(shut, mode="fast"))  # of the other queue
            answer = server.http.get("/healthz")
            assert (answer.status_code, "start the service anew" in answer.json()["detail"]) == (503, True)
            time.sleep(0.5)
            assert [server.view(job)["attempts"] for job in jobs] == [1, 0]
    with running_service(remembering, tmp_path) as server:
        views = [server.ended(job) for job in jobs]
    assert [(view["state"], view["attempts"]) for view in views] == [("done", 2), ("done", 1)]


def test_a_photo_that_gets_on_slowly_and_one_that_waits_for_room_do_not_hang(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "ROOM_PAUSES", (0.05,))
    now, seen = 0.0, list[float]()
    with running_service(remembering, tmp_path) as server:
        watch, put = server.service.watch, server.service.store.put
        monkeypatch.setattr(watch, "_clock", lambda: now)

        def slowly(*arguments: Any) -> Any:
            nonlocal now
            for _ in range(3):
                now += 1000.0
                seen.append(watch.still_seconds())
                arguments[-1]("generate", 0.5)
                seen.append(watch.still_seconds())
            return process(*arguments)

        def full_at_first(job: str, name: str, data: bytes) -> None:
            nonlocal now
            if name == MARKER and len(seen) < 10:
                now += 1000.0
                seen.append(watch.still_seconds())
                raise StoreAway("expected room, there is none.")
            put(job, name, data)

        monkeypatch.setattr(job_steps, "process", slowly)
        monkeypatch.setattr(server.service.store, "put", full_at_first)
        assert server.ended(server.job(shut))["state"] == "done"
        assert watch.still_seconds() == 0.0
    assert seen == [1000.0, 0.0] * 3 + [1000.0] * 4
