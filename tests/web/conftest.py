"""A site that the tests of a file share, photos to drop on it, and a visitor who has come without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession
from tests.web.fake_jobs import ADA, FakeJobClient, face
from tests.web.sites import Site, as_file, group_of, watched_site

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


@pytest.fixture(scope="session")
def group(blinked: Rgb, portrait: Rgb) -> Rgb:
    """(300, 975, 3): three people, of whom the first and the last blinked."""
    return group_of(blinked, portrait)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, group: Rgb, blinked: Rgb, portrait: Rgb) -> Path:
    """A folder of files to drop on the page."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "group.jpg").write_bytes(as_file(group, restart_marker_rows=1))  # so that a file of it is soon patched
    (folder / "Ada blinked.PNG").write_bytes(as_file(blinked, "PNG"))
    (folder / "awake.jpg").write_bytes(as_file(portrait))
    (folder / "nobody.jpg").write_bytes(as_file(portrait[300:, :250]))
    (folder / "letter.jpg").write_text("Dear Ada, no photo this time.")
    return folder


@pytest.fixture(scope="module")  # a process can hold one service at a time, and other files start their own
def site(remembering: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page with the defaults."""
    with watched_site(remembering, tmp_path_factory.mktemp("site")) as one:
        yield one


@pytest.fixture
def job_client() -> FakeJobClient:
    one = FakeJobClient((face(1), face(2, "already_open"), face(3)))
    one.jobs["first"] = Job("first", JobRequest(ADA, {}), "done", 1, 0.0, report={})
    return one


@pytest.fixture
def controller(job_client: FakeJobClient) -> Controller:
    return Controller(job_client)  # type: ignore[arg-type]  # all of it that is asked for


@pytest.fixture
def came(controller: Controller) -> EditSession:
    page_state = controller.act(ADA, None, {"act": "arrived", "job": "first", "names": ["party.jpg"]})
    assert page_state.session is not None
    return page_state.session


@pytest.fixture
def seen(controller: Controller, came: EditSession) -> EditSession:
    page_state = controller.act(ADA, came, {"act": "ended", "job": "first"})
    assert page_state.session is not None
    return page_state.session
