"""Every change happens once, and only from the state it belongs to; on SQLite, and on PostgreSQL where there is one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from benchmarks.service_rig import postgres
from open_the_eyes.errors import UsageError
from open_the_eyes.service.jobs import Job, Wish
from open_the_eyes.service.ledger import Ledger
from open_the_eyes.service.refusals import Busy


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('ledger')}/new/jobs.sqlite"
        return
    with ExitStack() as stack:
        try:
            place = stack.enter_context(postgres())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield place


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    one = Ledger(address)
    for job in one.unfinished():
        one.forget(job.id)
    for old in one.stale(time.time() + 10, time.time() + 10):
        one.forget(old)
    for gone in one.forgotten(time.time() + 10):
        one.drop(gone)
    yield one
    one.close()


def wish(**what: Any) -> Wish:
    return Wish(**{"owner": "a", "options": {}, "fingerprint": "1", **what})


def queued(ledger: Ledger, **what: Any) -> Job:
    job = ledger.admit(wish(**what), 100)
    assert ledger.accept(job.id)
    found = ledger.get(job.id)
    assert found is not None
    return found


def test_a_job_goes_through_its_states_and_each_change_is_counted(ledger: Ledger) -> None:
    job = queued(ledger)
    assert ledger.begin(job.id)
    assert ledger.progress(job.id, "detect", 0.4)
    assert ledger.finish(job.id, {"faces": []}, [{"variation": 1}])
    done = ledger.get(job.id)
    assert done is not None
    assert (done.state, done.seq, done.attempts, done.fraction) == ("done", 4, 1, 1.0)
    assert (done.report, done.results) == ({"faces": []}, [{"variation": 1}])


def test_a_job_ends_once(ledger: Ledger) -> None:
    job = queued(ledger)
    assert ledger.begin(job.id)
    with ThreadPoolExecutor(8) as crowd:
        won = list(crowd.map(lambda _: ledger.finish(job.id, {}, []), range(16)))
    assert won.count(True) == 1
    assert not ledger.fail(job.id, {"status": 500})
    assert not ledger.begin(job.id)
    assert not ledger.progress(job.id, "detect", 0.1)


def test_what_is_arriving_is_nobodys_yet(ledger: Ledger) -> None:
    job = ledger.admit(wish(), 100)
    assert job.state == "arriving"
    assert ledger.get(job.id, "a") is None
    assert ledger.unfinished() == []
    assert not ledger.begin(job.id)


def test_another_owner_finds_nothing(ledger: Ledger) -> None:
    job = queued(ledger)
    assert ledger.get(job.id, "b") is None
    assert not ledger.forget(job.id, "b")
    assert ledger.forget(job.id, "a")
    assert ledger.get(job.id) is None


def test_of_a_forgotten_job_an_empty_row_is_left_until_its_files_are_gone(ledger: Ledger) -> None:
    job = queued(ledger, options={"seed": 7}, idempotency="k")
    assert ledger.begin(job.id) == 1
    assert ledger.forget(job.id)
    assert not ledger.forget(job.id)
    assert ledger.get(job.id) is None
    assert ledger.begin(job.id) == 0
    assert not ledger.progress(job.id, "detect", 0.4)
    assert not ledger.finish(job.id, {}, [])
    assert ledger.known([job.id]) == set()
    assert ledger.unfinished() == []
    assert not ledger.knows("a", "k")
    assert ledger.admit(wish(idempotency="k"), 100).id != job.id
    assert ledger.forgotten(0) == []
    assert ledger.forgotten(time.time() + 1) == [job.id]
    ledger.drop(job.id)
    assert ledger.forgotten(time.time() + 1) == []


def test_what_was_accepted_is_not_abandoned(ledger: Ledger) -> None:
    arriving, accepted = ledger.admit(wish(), 100), queued(ledger)
    assert ledger.abandon(arriving.id)
    assert not ledger.abandon(accepted.id)
    assert ledger.get(accepted.id) == accepted
    assert ledger.get(arriving.id) is None


def test_only_what_was_forgotten_is_dropped(ledger: Ledger) -> None:
    job = queued(ledger)
    ledger.drop(job.id)
    assert ledger.get(job.id) == job


def test_a_crowd_before_a_full_queue_is_refused_at_once(ledger: Ledger) -> None:
    """Each looks at the queue and at how long jobs take; were that two connections, a crowd would block itself."""
    ledger.admit(wish(), 1)

    def come(_: int) -> bool:
        try:
            ledger.admit(wish(), 1)
        except Busy:
            return False
        return True

    began = time.monotonic()
    with ThreadPoolExecutor(40) as crowd:
        assert not any(crowd.map(come, range(200)))
    assert time.monotonic() - began < 25  # a connection is waited for that long before it is an error


def test_the_queue_is_never_longer_than_it_may_be(ledger: Ledger) -> None:
    def come(_: int) -> bool:
        try:
            ledger.admit(wish(), 5)
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(come, range(20))).count(True) == 5
    with pytest.raises(Busy, match="5 jobs are waiting") as caught:
        ledger.check_room(5)
    assert 1 <= caught.value.retry_after <= 120


def test_one_request_sent_many_times_at_once_is_one_job(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as crowd:
        jobs = crowd.map(lambda _: ledger.admit(wish(idempotency="k"), 100).id, range(16))
        assert len(set(jobs)) == 1
    assert ledger.knows("a", "k")
    assert not ledger.knows("b", "k")


def test_a_key_that_was_used_for_something_else_is_refused_even_when_the_queue_is_full(ledger: Ledger) -> None:
    job = ledger.admit(wish(idempotency="k"), 1)
    assert ledger.admit(wish(idempotency="k"), 1).id == job.id
    with pytest.raises(UsageError, match="Idempotency-Key"):
        ledger.admit(wish(idempotency="k", fingerprint="2"), 1)


def test_previews_stand_before_photos(ledger: Ledger) -> None:
    photos = [queued(ledger) for _ in range(3)]
    preview = queued(ledger, options={"mode": "fast"})
    assert [ledger.position(job) for job in photos] == [1, 2, 3]
    assert ledger.position(preview) == 0
    assert ledger.waiting() == {"preview": 1, "photo": 3}
    ledger.begin(photos[0].id)
    assert ledger.waiting() == {"preview": 1, "photo": 2}


def test_what_is_over_or_was_given_up_is_stale(ledger: Ledger) -> None:
    done, waiting, arriving = queued(ledger), queued(ledger), ledger.admit(wish(), 100)
    ledger.finish(done.id, {}, [])
    later = time.time() + 5
    assert ledger.stale(0, 0) == []
    assert ledger.stale(later, 0) == [done.id]
    assert set(ledger.stale(later, later)) == {done.id, arriving.id}
    assert [job.id for job in ledger.unfinished()] == [waiting.id]
    assert ledger.known([done.id, "nobody"]) == {done.id}


def test_jobs_are_there_for_the_next_process(ledger: Ledger, address: str) -> None:
    job = queued(ledger)
    other = Ledger(address)
    assert other.get(job.id) == job
    other.close()


@pytest.mark.parametrize("url", ["sqlite:////dev/null/jobs.sqlite", "postgresql://ote:secret@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_used_is_said_without_its_password(url: str) -> None:
    with pytest.raises(UsageError, match="OTE_DATABASE") as caught:
        Ledger(url)
    assert "secret" not in str(caught.value)


def test_a_folder_for_the_database_is_made(tmp_path: Path) -> None:
    Ledger(f"sqlite:///{tmp_path}/a/b/jobs.sqlite").close()
    assert (tmp_path / "a/b/jobs.sqlite").is_file()
