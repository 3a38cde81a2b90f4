"""Lists of jobs page by page; and of all rows that are kept, only those that are asked for are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from open_the_eyes.service.database import repository as repository_module
from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.jobs.job import TOLD, Job, ToldState
from open_the_eyes.service.listing import Cursor
from tests.service.repositories import job_request, queued


def ids(jobs: Sequence[Job]) -> list[str]:
    return [job.id for job in jobs]


def test_of_a_list_page_by_page_each_job_comes_once_while_others_come_and_go(repository: JobRepository) -> None:
    jobs = [queued(repository) for _ in range(7)]
    queued(repository, owner="b")
    repository.admit(job_request(), 100)  # still arriving
    seen, after = list[Job](), None
    while page := repository.listed("a", 2, after):
        seen, after = [*seen, *page], Cursor.parsed(str(Cursor.of(page[-1])))
        repository.forget(page[-1].id)
        queued(repository)
    assert ids(seen) == ids(jobs)[::-1]


def test_of_jobs_of_the_same_moment_each_comes_once(repository: JobRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository_module, "time", SimpleNamespace(time=lambda: 100.1))
    jobs = {queued(repository).id for _ in range(4)}
    first = repository.listed("a", 3)
    assert {*ids(first), *ids(repository.listed("a", 3, Cursor.of(first[-1])))} == jobs


def test_a_list_may_be_of_jobs_in_one_state(repository: JobRepository) -> None:
    waiting, running, failed = (queued(repository) for _ in range(3))
    repository.begin(running.id)
    repository.fail(failed.id, {"status": 500})
    by_state = {state: ids(repository.listed("a", 9, None, state)) for state in TOLD}
    assert by_state == {"queued": [waiting.id], "running": [running.id], "done": [], "failed": [failed.id]}
    assert repository.listed("a", 9, None, "failed")[0].problem == {"status": 500}


@pytest.mark.parametrize("state", [None, "failed"], ids=["all", "one state"])
def test_a_page_is_read_in_order_and_nothing_is_sorted(repository: JobRepository, state: ToldState | None) -> None:
    after = Cursor.of(queued(repository))
    plan = plan_of(repository, lambda jobs: jobs.listed("a", 20, after, state))
    assert "ote_jobs_listed" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "ask",
    [lambda jobs: jobs.usual_seconds("photo"), lambda jobs: jobs.stale(time.time(), 0)],
    ids=["how long jobs take", "whose time is over"],
)
def test_of_all_jobs_that_are_kept_only_those_that_are_asked_for_are_read(
    repository: JobRepository, ask: Callable[[JobRepository], object]
) -> None:
    plan = plan_of(repository, ask)
    assert "ote_jobs_ended" in plan
    assert "SCAN" not in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def plan_of(repository: JobRepository, ask: Callable[[JobRepository], object]) -> str:
    """How the database goes about the last question that is asked, where it has reason not to read the whole table."""
    asked: list[tuple[str, Any]] = []
    listening = (repository._engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    sa.event.listen(*listening)
    ask(repository)
    sa.event.remove(*listening)
    words = "EXPLAIN QUERY PLAN "
    with repository._engine.begin() as connection:
        if repository._engine.dialect.name == "postgresql":
            words = "EXPLAIN "
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(words + asked[-1][0], asked[-1][1]).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_how_long_jobs_take_is_told_of_the_latest_ones(address: str, repository: JobRepository) -> None:
    assert repository.usual_seconds("photo") is None
    for _ in range(2):
        job = queued(repository)
        repository.begin(job.id)
        repository.finish(job.id, {}, [])
    assert repository.usual_seconds("photo") is None, "it is kept for some seconds"
    other = JobRepository(address)
    usual = other.usual_seconds("photo")
    other.close()
    assert usual is not None
    assert 0 <= usual < 5
