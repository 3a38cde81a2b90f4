"""Every change happens once, and only from the state it belongs to; on SQLite, and on PostgreSQL where there is one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.service.database import repository as repository_module
from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.errors import Busy, OwnQueueFull
from open_the_eyes.service.jobs.job import Job
from open_the_eyes.service.jobs.outlook import UnderWay
from tests.service.repositories import job_request, queued


def test_a_job_goes_through_its_states_and_each_change_is_counted(repository: JobRepository) -> None:
    job = queued(repository)
    assert repository.begin(job.id)
    assert repository.progress(job.id, "detect", 0.4)
    assert repository.finish(job.id, {"faces": []}, [{"variation": 1}])
    done = repository.get(job.id)
    assert done is not None
    assert (done.state, done.seq, done.attempts, done.fraction) == ("done", 4, 1, 1.0)
    assert (done.report, done.results) == ({"faces": []}, [{"variation": 1}])


def test_what_is_being_done_is_counted(repository: JobRepository) -> None:
    first, *_ = waiting = [queued(repository) for _ in range(3)]
    jobs = [job.id for job in waiting]
    assert repository.outlook(first).running == 0
    repository.begin(jobs[0])
    repository.begin(jobs[1])
    repository.fail(jobs[1], {})
    assert repository.outlook(first).running == 1


def test_how_far_those_before_it_are_is_seen_by_a_job_that_waits(
    repository: JobRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(repository_module, "time", SimpleNamespace(time=lambda: now[0]))
    preview, first, last = (queued(repository, options=one) for one in ({"mode": "fast"}, {}, {}))
    assert repository.outlook(last).under_way == ()
    repository.begin(preview.id)
    assert repository.outlook(last).under_way == (UnderWay("preview", 0.0, 0.0),)
    for job, fraction, seconds in ((preview, 0.25, 2.0), (first, 0.5, 4.0)):
        now[0] = 100.0
        repository.begin(job.id)
        now[0] += seconds
        repository.progress(job.id, "generate", fraction)
        now[0] += 50.0  # it waits for a painter, or for memory, and only says so
        repository.progress(job.id, "generate/wait", fraction)
    known = set(repository.outlook(last).under_way)
    assert known == {UnderWay("preview", 0.25, 2.0), UnderWay("photo", 0.5, 4.0)}
    repository.begin(first.id, again=True)  # from its beginning
    assert set(repository.outlook(last).under_way) == {UnderWay("preview", 0.25, 2.0), UnderWay("photo", 0.0, 0.0)}
    repository.fail(preview.id, {})
    assert (repository.outlook(last).running, repository.outlook(last).workers) == (1, 2)


def test_a_job_ends_once(repository: JobRepository) -> None:
    job = queued(repository)
    assert repository.begin(job.id)
    with ThreadPoolExecutor(8) as crowd:
        won = list(crowd.map(lambda _: repository.finish(job.id, {}, []), range(16)))
    assert won.count(True) == 1
    assert not repository.fail(job.id, {"status": 500})
    assert not repository.begin(job.id)
    assert not repository.progress(job.id, "detect", 0.1)


def test_what_is_arriving_is_nobodys_yet(repository: JobRepository) -> None:
    job = repository.admit(job_request(), 100)
    assert job.state == "arriving"
    assert repository.get(job.id, "a") is None
    assert repository.unfinished() == []
    assert not repository.begin(job.id)


def test_another_owner_finds_nothing(repository: JobRepository) -> None:
    job = queued(repository)
    assert repository.get(job.id, "b") is None
    assert not repository.forget(job.id, "b")
    assert repository.forget(job.id, "a")
    assert repository.get(job.id) is None


def test_of_a_forgotten_job_an_empty_row_is_left_until_its_files_are_gone(repository: JobRepository) -> None:
    job = queued(repository, options={"seed": 7}, idempotency="k")
    assert repository.begin(job.id) == 1
    assert repository.forget(job.id)
    assert not repository.forget(job.id)
    assert repository.get(job.id) is None
    assert repository.begin(job.id) == 0
    assert not repository.progress(job.id, "detect", 0.4)
    assert not repository.finish(job.id, {}, [])
    assert repository.known([job.id]) == set()
    assert repository.unfinished() == []
    assert not repository.knows("a", "k")
    assert repository.admit(job_request(idempotency="k"), 100).id != job.id
    assert repository.forgotten(0) == []
    assert repository.forgotten(time.time() + 1) == [job.id]
    repository.drop(job.id)
    assert repository.forgotten(time.time() + 1) == []


def test_what_was_accepted_is_not_abandoned(repository: JobRepository) -> None:
    arriving, accepted = repository.admit(job_request(), 100), queued(repository)
    assert repository.abandon(arriving.id)
    assert not repository.abandon(accepted.id)
    assert repository.get(accepted.id) == accepted
    assert repository.get(arriving.id) is None


def test_only_what_was_forgotten_is_dropped(repository: JobRepository) -> None:
    job = queued(repository)
    repository.drop(job.id)
    assert repository.get(job.id) == job


def test_a_crowd_before_a_full_queue_is_refused_at_once(repository: JobRepository) -> None:
    """Each looks at the queue and at how long jobs take; were that two connections, a crowd would block itself."""
    repository.admit(job_request(), 1)

    def come(_: int) -> bool:
        try:
            repository.admit(job_request(), 1)
        except Busy:
            return False
        return True

    began = time.monotonic()
    with ThreadPoolExecutor(40) as crowd:
        assert not any(crowd.map(come, range(200)))
    assert time.monotonic() - began < 25  # a connection is waited for that long before it is an error


def test_the_queue_is_never_longer_than_it_may_be(repository: JobRepository) -> None:
    def come(_: int) -> bool:
        try:
            repository.admit(job_request(), 5)
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(come, range(20))).count(True) == 5
    with pytest.raises(Busy, match="it has 5 jobs; try again in") as caught:
        repository.check_room("b", 5)
    assert 1 <= caught.value.retry_after <= 120


def test_one_owner_cannot_fill_the_queue_for_the_others(repository: JobRepository) -> None:
    def come(_: int) -> bool:
        try:
            repository.admit(job_request(), 8, 2)
        except OwnQueueFull:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(come, range(10))).count(True) == 2
    with pytest.raises(OwnQueueFull, match="at most 2 waiting jobs of one key, another came; try again in") as caught:
        repository.check_room("a", 8, 2)
    assert 1 <= caught.value.retry_after <= 120
    repository.check_room("b", 8, 2)
    other = queued(repository, owner="b")
    assert repository.begin(other.id)
    repository.check_room("b", 8, 1)  # what is being painted waits no more


def test_a_key_and_the_browsers_that_came_in_with_it_share_its_places(repository: JobRepository) -> None:
    for owner in ("key-9f", "visitor-1@9f", "visitor-3", "visitor-4@af9f"):
        repository.admit(job_request(owner=owner), 100)
    for owner in ("key-9f", "visitor-2@9f"):
        repository.check_room(owner, 100, 3)
        with pytest.raises(OwnQueueFull):
            repository.check_room(owner, 100, 2)
    repository.check_room("visitor-3", 100, 2)
    assert repository.listed("key-9f", 9) == [], "they arrive"
    assert repository.get(queued(repository, owner="visitor-1@9f").id, "key-9f") is None


def test_one_request_sent_many_times_at_once_is_one_job(repository: JobRepository) -> None:
    with ThreadPoolExecutor(8) as crowd:
        jobs = crowd.map(lambda _: repository.admit(job_request(idempotency="k"), 100).id, range(16))
        assert len(set(jobs)) == 1
    assert repository.knows("a", "k")
    assert not repository.knows("b", "k")


def test_a_key_that_was_used_for_something_else_is_refused_even_when_the_queue_is_full(
    repository: JobRepository,
) -> None:
    job = repository.admit(job_request(idempotency="k"), 1)
    assert repository.admit(job_request(idempotency="k"), 1).id == job.id
    with pytest.raises(UsageError, match="Idempotency-Key"):
        repository.admit(job_request(idempotency="k", fingerprint="2"), 1)


def positions(repository: JobRepository, jobs: Sequence[Job]) -> list[int]:
    return [repository.outlook(job).position for job in jobs]


def test_previews_stand_before_photos_but_for_every_fifth_turn(repository: JobRepository) -> None:
    photos = [queued(repository) for _ in range(3)]
    preview = queued(repository, options={"mode": "fast"})
    assert positions(repository, photos) == [1, 2, 3]
    assert positions(repository, [preview]) == [0]
    more = [queued(repository, options={"mode": "fast"}) for _ in range(5)]
    assert positions(repository, photos) == [4, 7, 8]
    assert positions(repository, more) == [1, 2, 3, 5, 6]
    for job in more:
        repository.forget(job.id)
    assert repository.waiting() == {"preview": 1, "photo": 3}
    repository.begin(photos[0].id)
    assert repository.waiting() == {"preview": 1, "photo": 2}


def test_how_long_the_oldest_has_waited_is_told_for_each_lane(
    repository: JobRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(repository_module, "time", SimpleNamespace(time=lambda: now))
    assert repository.waiting_seconds() == {"preview": 0.0, "photo": 0.0}
    first = queued(repository)
    now = 130.0
    queued(repository)
    now = 160.0
    assert repository.waiting_seconds() == {"preview": 0.0, "photo": 60.0}
    repository.begin(first.id)
    assert repository.waiting_seconds() == {"preview": 0.0, "photo": 30.0}


def test_a_job_that_counts_as_ended_at_another_moment_is_stale_by_that_and_took_as_long(
    repository: JobRepository,
) -> None:
    done, waiting = queued(repository), queued(repository)
    repository.begin(done.id)
    repository.finish(done.id, {}, [])
    before = repository.get(done.id)
    for job in (done, waiting):
        repository.count_from(job.id, 1000.0)
    after = repository.get(done.id)
    assert before is not None
    assert after is not None
    assert None not in (before.started, before.finished, after.started)
    assert after.finished == 1000.0
    took = float(before.finished or 0) - float(before.started or 0)
    assert 1000.0 - float(after.started or 0) == pytest.approx(took, abs=1e-3)
    assert repository.stale(1001.0, 0) == [done.id]
    repository.count_from(done.id, 1002.0)  # whoever has asked what is stale deletes it no more
    assert not repository.forget_stale(done.id, 1001.0, 0)
    assert repository.get(done.id) is not None
    assert repository.forget_stale(done.id, 1003.0, 0)
    assert repository.get(done.id) is None


def test_what_is_over_or_was_given_up_is_stale(repository: JobRepository) -> None:
    done, waiting, arriving = queued(repository), queued(repository), repository.admit(job_request(), 100)
    repository.finish(done.id, {}, [])
    later = time.time() + 5
    assert repository.stale(0, 0) == []
    assert repository.stale(later, 0) == [done.id]
    assert set(repository.stale(later, later)) == {done.id, arriving.id}
    assert [job.id for job in repository.unfinished()] == [waiting.id]
    assert repository.known([done.id, "nobody"]) == {done.id}


def test_jobs_are_there_for_the_next_process(repository: JobRepository, address: str) -> None:
    job = queued(repository)
    other = JobRepository(address)
    assert other.get(job.id) == job
    other.close()
