"""What docs/api.md shows is what happens: its commands are run, in order, against a real server; the client, too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from benchmarks.service_rig import serving
from open_the_eyes import errors
from open_the_eyes.errors import Cancelled, FiguresWorse, OpenTheEyesError, PhotoError, SomePhotosFailed
from open_the_eyes.service import errors as service_errors
from open_the_eyes.service.api_keys import make_key
from open_the_eyes.service.http import routes
from open_the_eyes.service.http.events import events
from open_the_eyes.service.jobs.processing import options_of
from open_the_eyes.service.problems import name_of
from open_the_eyes.service.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from open_the_eyes.service.database.repository import JobRepository
    from open_the_eyes.service.jobs.job import Job
    from tests.service.running import RunningService

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs/api.md").read_text(encoding="utf-8")
COMMANDS: Final = re.findall(r"^```bash\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
ADDRESS: Final = "http://127.0.0.1:8000"


def curl_version() -> tuple[int, int]:
    if shutil.which("curl") is None:
        return 0, 0
    told = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = told.split()[1].split(".")[:2]
    return int(major), int(minor)


needs_curl = pytest.mark.skipif(curl_version() < (7, 84), reason="the examples need curl 7.84 or later")


@pytest.fixture
def folder(tmp_path: Path, shut: bytes, awake: bytes) -> Path:
    (tmp_path / "family.jpg").write_bytes(shut)
    (tmp_path / "shot2.jpg").write_bytes(awake)
    (tmp_path / "notes.txt").write_text("not a photo")
    return tmp_path


def run(code: str, folder: Path, **variables: str) -> str:
    """What bash prints; whatever fails ends it."""
    command = ["bash", "-eu", "-o", "pipefail", "-c", code]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_curl
def test_the_commands_do_what_the_text_says(folder: Path, tmp_path: Path) -> None:
    code = "\n".join(block for block in COMMANDS if "$KEY" not in block)
    (wait,) = re.findall(r"^.*wait=30.*\n", code, flags=re.MULTILINE)
    code = code.replace(wait, 4 * wait)  # at most 30 seconds each, and a machine may be slow
    with serving(tmp_path / "service") as service:
        told = run(code.replace(ADDRESS, service.address), folder)
    assert re.match(r"/v1/jobs/[0-9a-f-]{36}\n", told)
    assert "event: done" in told
    assert '"outcome":"opened"' in told.replace(" ", "")
    assert '"urn:open-the-eyes:problem:unreadable-photo"' in told
    best, second, face = ((folder / name).read_bytes() for name in ("family.opened.jpg", "second.jpg", "face.jpg"))
    sizes = [Image.open(BytesIO(data)).size for data in (best, second, face)]
    assert sizes[0] == sizes[1] > sizes[2]
    assert best != second


@needs_curl
def test_the_command_with_a_key_is_let_in(folder: Path, tmp_path: Path) -> None:
    (code,) = (block for block in COMMANDS if "$KEY" in block)
    key = make_key(tmp_path / "service" / "keys")
    with serving(tmp_path / "service") as service:
        told = run(code, folder, KEY=key, SERVICE=service.address)
    assert json.loads(told)["state"] in ("queued", "running")
    assert key not in "\n".join(service.log)


def test_the_example_client_opens_the_eyes_though_its_events_were_cut_off_and_tells_why_not(
    server: RunningService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def cut_off_once(repository: JobRepository, job: Job, retention: int) -> AsyncIterator[bytes]:
        asked.append(job.id)
        if len(asked) > 1:
            async for event in events(repository, job, retention):
                yield event

    monkeypatch.setattr(routes, "events", cut_off_once)

    def client(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", str(ROOT / "examples/client.py"), server.address, name]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    done = client("family.jpg")
    assert done.returncode == 0, done.stderr
    assert "event: done" in done.stdout
    assert (folder / "family.opened.1.jpg").read_bytes() != (folder / "family.jpg").read_bytes()
    refused = client("notes.txt")
    assert refused.returncode == 1
    assert refused.stderr.startswith('{"type":"urn:open-the-eyes:problem:unreadable-photo"')


def test_the_options_that_are_shown_are_options() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert options_of(json.loads(shown)).match.match == ((1, 2, 3),)


def test_every_kind_of_problem_is_told() -> None:
    def all_below(kind: type[OpenTheEyesError]) -> set[type[OpenTheEyesError]]:
        return {kind}.union(*map(all_below, kind.__subclasses__()))

    ours = {
        kind for kind in all_below(OpenTheEyesError) if kind.__module__ in (errors.__name__, service_errors.__name__)
    }
    for kind in ours - {
        PhotoError,
        SomePhotosFailed,
        FiguresWorse,
        *all_below(Cancelled),
    }:  # of which no request is refused
        assert re.search(rf"^\| [^|]*{kind.http_status}\b[^|]*\|[^|]*`{name_of(kind)}`", TEXT, re.MULTILINE), kind


def test_every_setting_and_every_address_is_told(server: RunningService) -> None:
    for known in fields(ServiceSettings):
        assert f"`OTE_{known.name.upper()}`" in TEXT, known.name
    for path in [*server.http.get("/openapi.json").json()["paths"], "/openapi.json"]:
        assert path in TEXT, path
