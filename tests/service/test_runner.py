"""What a job does to the queue behind it when it cannot go on, and when the service ends in the middle of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.service import runner
from open_the_eyes.service.errors import StoreAway
from tests.service.running import running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_a_file_that_the_engine_cannot_read_fails_the_job_at_once_and_the_queue_goes_on(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/weights/sdxl")

    with running_service(engine, tmp_path) as server:
        with monkeypatch.context() as broken:
            broken.setattr(runner, "process", forbidden)
            view = server.ended(server.job(shut))
        assert (view["state"], view["attempts"], view["problem"]["status"]) == ("failed", 1, 500)
        assert "weights" not in str(view["problem"])
        assert server.ended(server.job(shut))["state"] == "done"


def test_a_store_that_was_away_is_tried_again_within_the_same_attempt(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, calls = runner.process, list[str]()

    def away_at_first(*arguments: object) -> object:
        calls.append("")
        if len(calls) == 1:
            raise StoreAway("expected to read photo, nobody answers.")
        return process(*arguments)  # type: ignore[arg-type]  # whatever the runner gives

    monkeypatch.setattr(runner, "process", away_at_first)
    with running_service(engine, tmp_path) as server:
        view = server.ended(server.job(shut))
    assert (view["state"], view["attempts"], len(calls)) == ("done", 1, 2)
