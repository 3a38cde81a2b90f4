"""What becomes of a photo in hand when the service ends in the middle of it."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.service.errors import Stopping, StoreAway
from open_the_eyes.service.http import app
from open_the_eyes.service.jobs import processing
from open_the_eyes.service.jobs import steps as job_steps
from open_the_eyes.service.jobs.job import MARKER
from tests.service.running import painting_without_end, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

PATIENCE_SECONDS = 30.0


def test_a_result_that_waits_for_room_waits_no_longer_when_the_service_ends_and_is_done_after_the_next_start(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "ROOM_PAUSES", (0.05,))
    refused, seen = threading.Event(), list[float]()
    with running_service(remembering, tmp_path) as server:
        put = server.service.store.put

        def full(job: str, name: str, data: bytes) -> None:
            if name == MARKER:
                seen.append(time.monotonic())
                refused.set()
                raise StoreAway("expected room, there is none.")
            put(job, name, data)

        monkeypatch.setattr(server.service.store, "put", full)
        job = server.job(shut)
        assert refused.wait(PATIENCE_SECONDS)
    tries = len(seen)
    time.sleep(0.3)
    assert len(seen) == tries
    with running_service(remembering, tmp_path) as server:
        assert server.ended(job)["state"] == "done"


def test_a_photo_that_takes_long_is_left_at_its_next_step_and_done_after_the_next_start(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, left = threading.Event(), threading.Event()
    endless = painting_without_end(began, left, Stopping)
    monkeypatch.setattr(app, "STOP_SECONDS", 0)
    with monkeypatch.context() as slow:
        slow.setattr(job_steps, "process", endless)
        with running_service(remembering, tmp_path) as server:
            job = server.job(shut)
            assert began.wait(PATIENCE_SECONDS)
        assert left.wait(1)
    with running_service(remembering, tmp_path) as server:
        view = server.ended(job)
    assert (view["state"], view["attempts"]) == ("done", 1)  # a rollout is no fault of the photo


def test_a_second_ctrl_c_leaves_the_photo_at_once_and_ends_answers_that_are_on_their_way(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    began, left = threading.Event(), threading.Event()
    with monkeypatch.context() as slow:
        slow.setattr(job_steps, "process", painting_without_end(began, left, Stopping))
        with running_service(remembering, tmp_path) as server:
            job = server.job(shut)
            assert began.wait(PATIENCE_SECONDS)
            with server.http.stream("GET", f"/v1/jobs/{job}/events") as answer:
                next(answer.iter_lines())
                server.press_ctrl_c()
                assert not left.wait(0.1)
                server.press_ctrl_c()
                assert left.wait(1)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    with running_service(remembering, tmp_path) as server:
        view = server.ended(job)
    assert (view["state"], view["attempts"]) == ("done", 1)


def test_a_photo_that_comes_to_no_step_before_the_process_is_killed_is_left_as_well(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, end = threading.Event(), threading.Event()

    def stuck(*_: object) -> None:
        began.set()
        end.wait(PATIENCE_SECONDS)
        raise Stopping

    monkeypatch.setattr(app, "STOP_SECONDS", 0)
    with monkeypatch.context() as slow:
        slow.setattr(job_steps, "process", stuck)
        with running_service(remembering, tmp_path) as server:
            job = server.job(shut)
            assert began.wait(PATIENCE_SECONDS)
    with running_service(remembering, tmp_path) as server:
        view = server.ended(job)
    end.set()
    assert (view["state"], view["attempts"]) == ("done", 1)
