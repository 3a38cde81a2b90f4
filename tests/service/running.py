"""A service in this process, at a real port, around the suite's engine; and what tests ask of it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from open_the_eyes.service.api_keys import ApiKeys
from open_the_eyes.service.errors import StoreAway
from open_the_eyes.service.http.app import create_app
from open_the_eyes.service.server import StoppedTwice, _listener, http_config
from open_the_eyes.service.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from open_the_eyes.engine import Engine
    from open_the_eyes.service.job_service import JobService

PATIENCE_SECONDS = 120


class RunningService:
    """A client of a running service; `service` is what is behind it."""

    def __init__(self, address: str, app: FastAPI, server: StoppedTwice) -> None:
        self.address, self._server = address, server
        self.service: JobService = app.state.service
        self.http = httpx.Client(base_url=address, timeout=PATIENCE_SECONDS)

    def press_ctrl_c(self) -> None:
        self._server.handle_exit(signal.SIGINT, None)

    def hand_in(self, photo: bytes, options: str = "{}", **headers: str) -> httpx.Response:
        files = {"photo": ("family.jpg", photo)}
        return self.http.post("/v1/jobs", files=files, data={"options": options}, headers=headers)

    def job(self, photo: bytes, options: str = "{}", **headers: str) -> str:
        """The id of an accepted job."""
        answer = self.hand_in(photo, options, **headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def view(self, job: str, **headers: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/v1/jobs/{job}", headers=headers).json()
        return found

    def folders(self) -> set[str]:
        """The ids of all jobs of which there are files."""
        return {path.name for path in (self.service.config.folder / "jobs").iterdir()}

    def ended(self, job: str, **headers: str) -> dict[str, Any]:
        """The job once it has ended."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            view = self.view(job, **headers)
            if view["state"] not in ("queued", "running"):
                return view
            time.sleep(0.05)
        raise AssertionError(f"not ended: {view}")


def away(*_: object) -> None:
    """A store that has no room, in the place of one of its methods."""
    raise StoreAway("no room") from OSError(28, "No space left on device")


@contextmanager
def running_service(
    engine: Engine, folder: Path, *, keys: ApiKeys | None = None, hosts: frozenset[str] | None = None, **changed: Any
) -> Iterator[RunningService]:
    """A service for the length of a block; one at a time in a process."""
    app = create_app(engine, ServiceSettings(folder=folder, **changed), keys=keys, hosts=hosts)
    listener = _listener("127.0.0.1", 0)
    server = StoppedTwice(http_config(app, stop_seconds=2), app.state.service.runner.hurry)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    running = RunningService(f"http://127.0.0.1:{listener.getsockname()[1]}", app, server)
    try:
        yield running
    finally:
        running.http.close()
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive()


def painting_without_end(began: threading.Event, left: threading.Event, by: type[BaseException]) -> Callable[..., None]:
    """In the place of `process`: says when it has begun, and when it was left by that exception."""

    def endless(*arguments: Any) -> None:
        try:
            while True:
                arguments[-1]("generate", 0.5)
                began.set()
                time.sleep(0.02)
        except by:
            left.set()
            raise

    return endless
