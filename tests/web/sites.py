"""The page served at a real port in this process, and photos to drop on it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import numpy as np
import uvicorn
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.service.server import _listener, http_config
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.web.cookie_auth import COOKIE
from open_the_eyes.web.site import create_site
from tests.faces import resized

if TYPE_CHECKING:
    from fastapi import FastAPI

    from open_the_eyes.engine import Engine
    from open_the_eyes.service.job_service import JobService

PART: Final = np.s_[20:260, 90:350]
"""Rows and columns of the portrait that one person of a group gets."""


class Site:
    """A running page; `service` is what is behind it."""

    def __init__(self, address: str, app: FastAPI) -> None:
        self.address = address
        self.service: JobService = app.state.service
        self._gradio: Any = app.router.routes[-1].app._app  # type: ignore[attr-defined]  # where `create_site` put it

    @contextmanager
    def visitor(self, name: str = "") -> Iterator[httpx.Client]:
        """A client that is a visitor of its own; `name` is the cookie's, where it shall be a known one."""
        cookies = {COOKIE: name} if name else {}
        with httpx.Client(base_url=self.address, timeout=60, cookies=cookies) as client:
            if not name:
                client.get("/")
            yield client

    def forget_sessions(self) -> None:
        """As after a restart, or after an hour: the program knows nothing of pages that are open."""
        self._gradio.state_holder.session_data.clear()

    def knows(self, job: str) -> bool:
        """Whether the job is known, and its photo not deleted."""
        return self.service.repository.get(job) is not None

    def jobs(self) -> set[str]:
        """All whose photos are kept at the moment; of those that others have deleted some may still be on their way."""
        folder = Path(self.service.config.store_url)
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


@contextmanager
def running_site(engine: Engine, folder: Path, **changed: Any) -> Iterator[Site]:
    """The page for the length of a block; one at a time in a process."""
    app = create_site(engine, ServiceSettings(folder=folder, **changed), "127.0.0.1")
    listener = _listener("127.0.0.1", 0)
    server = uvicorn.Server(http_config(app, stop_seconds=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
    finally:
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive()


@contextmanager
def watched_site(engine: Engine, folder: Path) -> Iterator[Site]:
    """The page with the defaults. Whatever is done with it: this process connects to nobody but this machine."""
    strangers: list[object] = []

    def watch(event: str, told: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(told[1], tuple) and told[1][0] not in ("127.0.0.1", "::1"):
            strangers.append(told[1])

    sys.addaudithook(watch)
    with running_site(engine, folder) as one:
        yield one
    assert not strangers


def group_of(shut: Rgb, awake: Rgb) -> Rgb:
    """Three people side by side: the first and the last have closed eyes, the one between them has not."""
    part = resized(shut[PART], 1.25), resized(awake[PART][:, ::-1], 1.25), resized(shut[PART][:, ::-1], 1.25)
    return np.ascontiguousarray(np.concatenate(part, axis=1))


def as_file(pixels: Rgb, file_format: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, file_format, **({"quality": 92} if file_format == "JPEG" else {}), **options)
    return file.getvalue()


def pixels_of(data: bytes) -> Rgb:
    with Image.open(BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def handed_in(client: httpx.Client, photo: Path, **more: Any) -> httpx.Response:
    return client.post("/photos", files={"photo": (photo.name, photo.read_bytes())}, **more)


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    for _ in range(600):
        view: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
        if view["state"] not in ("queued", "running"):
            return view
        time.sleep(0.1)
    raise AssertionError("not ended")
