"""A worker's name belongs to one living process; what a dead one left is taken up by another, and only then."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.service_rig import Service, postgres
from open_the_eyes.errors import UsageError
from open_the_eyes.service.database import worker_lock as room
from open_the_eyes.service.database.connections import LEAST
from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.database.worker_lock import worker_lock

HOLDER = """
import sys
from open_the_eyes.service.database.worker_lock import worker_lock
lock = worker_lock(sys.argv[1], sys.argv[2])
lock.acquire()
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            address = stack.enter_context(postgres())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield address


@contextmanager
def holder(url: str, worker: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the name."""
    command = [sys.executable, "-c", HOLDER, url, worker]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "claimed\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_sqlite_database_is_one_processes_alone_until_that_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path}/jobs.sqlite"
    mine = worker_lock(url, "local")
    with holder(url, "local") as other:
        with pytest.raises(UsageError, match="another service uses it"):
            mine.acquire()
        other.kill()
        other.wait()
        mine.acquire()
        mine.acquire()
    with mine.if_dead("whoever") as dead:
        assert dead
    mine.close()
    with closing(worker_lock(url, "local")) as next_one:
        next_one.acquire()


def test_on_postgresql_each_living_process_has_a_name_of_its_own(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.5)
    mine = worker_lock(database, "a")
    mine.acquire()
    mine.acquire()
    with holder(database, "b") as other:
        again = worker_lock(database, "b")
        with pytest.raises(UsageError, match="OTE_WORKER"):
            again.acquire()
        with mine.if_dead("b") as dead:
            assert not dead
        with mine.if_dead("a") as dead:
            assert not dead
        other.kill()
        other.wait()
        again.acquire()  # waits for the server to notice
    again.close()
    mine.close()


def test_two_processes_that_find_one_dead_worker_do_not_both_take_up_its_jobs(database: str) -> None:
    one, other = worker_lock(database, "c"), worker_lock(database, "d")
    with one.if_dead("e") as first, other.if_dead("e") as second:
        assert (first, second) == (True, False)
    with other.if_dead("e") as later:
        assert later


def test_a_connection_that_was_lost_is_made_again_and_the_name_claimed_again(database: str) -> None:
    import sqlalchemy as sa

    mine = worker_lock(database, "f")
    mine.acquire()
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 20230519"
        connection.execute(sa.text(held))
    mine.acquire()
    with worker_lock(database, "g").if_dead("f") as dead:
        assert not dead
    mine.close()


def test_a_crowd_shares_the_connections_that_there_are(database: str) -> None:
    import sqlalchemy as sa

    jobs = JobRepository(f"{database}?application_name=crowd", connections=2)
    with ThreadPoolExecutor(12) as crowd:
        assert list(crowd.map(lambda _: jobs.unfinished_count(), range(60))) == [0] * 60
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crowd'"
    with jobs._engine.connect() as connection:
        assert connection.execute(sa.text(asked)).scalar_one() == 2
    jobs.close()


def hand_in(service: Service, photo: bytes, seed: int) -> str:
    answer = httpx.post(
        f"{service.address}/v1/jobs", files={"photo": photo}, data={"options": json.dumps({"seed": seed})}, timeout=60
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(service: Service, job: str, seconds: float = 120) -> dict[str, Any]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        view: dict[str, Any] = httpx.get(f"{service.address}/v1/jobs/{job}", timeout=60).json()
        if view["state"] in ("done", "failed"):
            return view
        time.sleep(0.1)
    raise AssertionError(f"not ended: {view}")


def test_two_machines_share_one_queue_and_one_takes_up_what_the_other_left_when_it_died(
    database: str, tmp_path: Path, shut: bytes
) -> None:
    shared = {"OTE_DATABASE": database, "OTE_STORE": str(tmp_path / "store"), "OTE_RETENTION": "40"}
    shared["OTE_MAX_CONNECTIONS"] = str(LEAST)
    one = Service(tmp_path, {**shared, "OTE_WORKER": "one"})
    two = Service(tmp_path, {**shared, "OTE_WORKER": "two"})
    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(Service.start, (one, two)))
        jobs = [hand_in(one, shut, seed) for seed in range(6)]
        until = time.monotonic() + 30
        while not finished(one, "done") and time.monotonic() < until:
            time.sleep(0.05)
        one.kill()  # in the middle of a photo, and it never comes back
        views = [ended(two, job) for job in jobs]
        assert [view["state"] for view in views] == ["done"] * 6
        assert finished(two, "done") < 6  # the other one did some, and its results are here, too
        result = httpx.get(f"{two.address}/v1/jobs/{jobs[0]}/result", timeout=60)
        assert result.status_code == 200
    finally:
        one.kill()
        two.kill()


def finished(service: Service, state: str) -> int:
    """How many jobs this process has ended so."""
    text = httpx.get(f"{service.address}/metrics", timeout=60).text
    lines = [line for line in text.splitlines() if line.startswith(f'ote_jobs_total{{state="{state}"}}')]
    return int(float(lines[0].split()[1])) if lines else 0
