"""Photos to hand in, and one service that several tests share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from benchmarks.service_rig import postgres
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.service.database.repository import JobRepository
from tests.service.running import RunningService, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def as_file(pixels: Rgb, file_format: str = "JPEG") -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, file_format, quality=92)
    return file.getvalue()


@pytest.fixture(scope="session")
def shut(blinked: Rgb) -> bytes:
    """A JPEG of somebody who blinked."""
    return as_file(blinked)


@pytest.fixture(scope="session")
def awake(portrait: Rgb) -> bytes:
    """A JPEG of somebody whose eyes are open."""
    return as_file(portrait)


@pytest.fixture(scope="module")
def server(remembering: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with the defaults, of this module."""
    with running_service(remembering, tmp_path_factory.mktemp("service"), requests_per_minute=100_000) as one:
        yield one


@pytest.fixture(scope="module")
def document(server: RunningService) -> dict[str, Any]:
    """Its OpenAPI document."""
    found: dict[str, Any] = server.http.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('repository')}/new/jobs.sqlite"
        return
    with ExitStack() as stack:
        try:
            place = stack.enter_context(postgres())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield place


@pytest.fixture
def repository(address: str) -> Iterator[JobRepository]:
    one = JobRepository(address)
    for job in one.unfinished():
        one.forget(job.id)
    for old in one.stale(time.time() + 10, time.time() + 10):
        one.forget(old)
    for gone in one.forgotten(time.time() + 10):
        one.drop(gone)
    yield one
    one.close()
