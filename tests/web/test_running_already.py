"""`open-the-eyes ui` beside a service that is running already."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from open_the_eyes.cli import main
from open_the_eyes.cli.ui_command import STARTING
from open_the_eyes.service.database.worker_lock import WorkerLock, other_service, worker_lock
from open_the_eyes.service.whereabouts import Whereabouts, WhereaboutsFile

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, WorkerLock]]:
    """The address of somebody who is well, and the lock of a service."""

    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    server = HTTPServer(("127.0.0.1", 0), Well)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    lock = worker_lock(f"sqlite:///{tmp_path}/jobs.sqlite", "local")
    lock.acquire()
    yield f"http://127.0.0.1:{server.server_port}", lock
    lock.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("options", [[], ["--port", "8080"], ["--no-browser"]])
def test_where_it_is_running_already_that_page_is_opened(
    running: tuple[str, WorkerLock], options: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, lock = running
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    lock.tell(Whereabouts(address, "127.0.0.1", page=True))
    assert main(["ui", *options]) == 0
    assert capsys.readouterr().out == f"Open The Eyes is already at {address}\n"
    assert opened == ([] if options == ["--no-browser"] else [address])


@pytest.mark.parametrize("asked", [2, 3], ids=["while libraries are loaded", "while the site is made"])
def test_who_asks_twice_before_the_page_is_there_gets_the_page_of_the_first(
    running: tuple[str, WorkerLock], asked: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, lock = running
    lock.tell(Whereabouts(address, "127.0.0.1", page=True))
    times = iter(range(1, 9))

    def late(url: str) -> Whereabouts | None:
        return other_service(url) if next(times) >= asked else None

    monkeypatch.setattr("open_the_eyes.service.database.worker_lock.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("open_the_eyes.service.database.worker_lock.other_service", late)
    assert main(["ui", "--no-browser"]) == 0
    told = capsys.readouterr()
    assert told.out == f"Open The Eyes is already at {address}\n"
    assert told.err == f"{STARTING}\n"


@pytest.mark.parametrize(
    ("page", "options", "said"),
    [
        (False, [], "uses it at http"),
        (True, ["--engine", "appearance"], "uses it at http"),
        (True, ["--host", "localhost"], "uses it at http"),
        (None, [], "another service uses it;"),
    ],
    ids=["without a page", "with another engine", "for others", "where it does not say"],
)
def test_what_runs_there_but_is_not_what_was_asked_for_is_told_apart(
    running: tuple[str, WorkerLock],
    page: bool | None,
    options: list[str],
    said: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, lock = running
    monkeypatch.setattr("open_the_eyes.service.database.worker_lock.PATIENCE_SECONDS", 0.1)
    if page is not None:
        lock.tell(Whereabouts(address, "127.0.0.1", page))
    assert main(["ui", "--no-browser", *options]) == 2
    assert said in capsys.readouterr().err


def test_the_address_of_a_process_that_died_is_not_believed(running: tuple[str, WorkerLock], tmp_path: Path) -> None:
    address, lock = running
    url, left = f"sqlite:///{tmp_path}/jobs.sqlite", WhereaboutsFile(f"{tmp_path}/jobs.sqlite")
    lock.tell(Whereabouts("http://127.0.0.1:1", "127.0.0.1", page=True))
    assert other_service(url) is None  # nobody answers there
    lock.tell(Whereabouts(address, "127.0.0.1", page=True))
    assert other_service(url) is not None
    lock.close()
    left.write(Whereabouts(address, "127.0.0.1", page=True))
    assert other_service(url) is None  # who answers there does not have the database
    lock.acquire()
    assert left.read() is None
    for broken in ("", "[]", "{}", '{"address": 1, "host": "", "page": true}', "\0"):
        (tmp_path / "jobs.sqlite.address").write_text(broken)
        assert other_service(url) is None
