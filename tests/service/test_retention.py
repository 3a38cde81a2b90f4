"""How jobs end: when their time is over, when they are deleted, and when nobody could delete them at once."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from dbos import DBOS

from open_the_eyes.service import maintenance
from open_the_eyes.service.jobs import runner
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.service.maintenance import MaintenanceTask
from tests.service.running import away, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_everything_of_a_job_is_deleted_when_its_time_is_over(remembering: Engine, tmp_path: Path, shut: bytes) -> None:
    with running_service(remembering, tmp_path, retention=1) as server:
        job = server.job(shut)
        assert server.ended(job)["state"] == "done"
        until = time.monotonic() + 30
        while server.folders() and time.monotonic() < until:
            time.sleep(0.1)
        assert server.folders() == set()
        assert server.http.get(f"/v1/jobs/{job}").status_code == 404


def test_what_is_not_over_yet_stays_and_abandoned_uploads_go(remembering: Engine, tmp_path: Path, shut: bytes) -> None:
    with running_service(remembering, tmp_path, retention=1000) as server:
        job = server.job(shut)
        server.ended(job)
        abandoned = server.service.repository.admit(JobRequest("local", {}), 10)
        server.service.store.put(abandoned.id, "photo", shut)
        task = MaintenanceTask(server.service)
        assert task.run_once(time.time() + 900) == 0
        assert server.folders() == {job, abandoned.id}
        assert task.run_once(time.time() + 3700) == 2
        assert server.folders() == set()


def test_what_a_kill_left_of_a_forgotten_job_goes_at_the_next_start(
    remembering: Engine, tmp_path: Path, shut: bytes
) -> None:
    with running_service(remembering, tmp_path) as server:
        job = server.job(shut)
        server.ended(job)
        server.service.repository.forget(job)  # as far as DELETE came
    assert (tmp_path / "jobs" / job / "photo").exists()
    with running_service(remembering, tmp_path) as server:
        until = time.monotonic() + 30
        while server.folders() and time.monotonic() < until:
            time.sleep(0.05)
        assert server.folders() == set()


def test_a_job_whose_files_cannot_be_deleted_now_is_forgotten_and_the_client_is_told(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_service(remembering, tmp_path) as server:
        job = server.job(shut)
        server.ended(job)
        with monkeypatch.context() as broken:
            broken.setattr(server.service.store, "forget", away)
            answer = server.http.delete(f"/v1/jobs/{job}")
            assert answer.status_code == 503
            assert "within 60 minutes" in answer.json()["detail"]
            assert server.http.get(f"/v1/jobs/{job}").status_code == 404
            MaintenanceTask(server.service).run_once(time.time() + 3700)
        assert server.folders() == {job}
        MaintenanceTask(server.service).run_once(time.time() + 3700)
        assert server.folders() == set()


def test_all_that_is_remembered_of_jobs_that_are_gone_goes_in_one_round(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PURGED_AT_ONCE", 2)
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.02)  # for each of ten
    with running_service(remembering, tmp_path) as server:
        kept = [server.job(shut, f'{{"seed": {seed}}}') for seed in range(3)]
        assert [server.ended(job)["state"] for job in kept] == ["done"] * 3
        gone = [str(uuid4()) for _ in range(7)]
        for job in gone:
            server.service.runner.enqueue(Job(job, JobRequest("local", {}), "queued", 0, 0.0))
        until = time.monotonic() + 60
        while len(DBOS.list_workflows(status="SUCCESS")) < 10 and time.monotonic() < until:
            time.sleep(0.05)
        stopped = MaintenanceTask(server.service)
        stopped._stop.set()
        stopped.run_once(time.time())
        assert len(DBOS.list_workflows()) == 10  # it ended after one batch, that of the two oldest
        MaintenanceTask(server.service).run_once(time.time())
        assert [flow.workflow_id for flow in DBOS.list_workflows()] == kept


def test_memory_goes_back_now_and_then(remembering: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[float] = []
    monkeypatch.setattr(maintenance, "GIVE_BACK_EVERY", 0.5)
    monkeypatch.setattr(maintenance, "give_back", lambda: given_back.append(time.monotonic()))
    with running_service(remembering, tmp_path, retention=1):  # it goes round every quarter of a second
        until = time.monotonic() + 30
        while len(given_back) < 3 and time.monotonic() < until:
            time.sleep(0.05)
    assert len(given_back) >= 3
    assert min(later - one for one, later in pairwise(given_back)) >= 0.5
