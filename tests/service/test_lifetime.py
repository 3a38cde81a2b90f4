"""How long jobs live: over a restart, until their time is over, and not past a full queue."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.service import painting
from open_the_eyes.service.desk import Parcel
from open_the_eyes.service.jobs import Wish
from open_the_eyes.service.refusals import Busy, StoreAway
from open_the_eyes.service.sweeper import Sweeper
from tests.service.doors import Door, opened_door

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def folders(door: Door) -> set[str]:
    return {path.name for path in (door.house.own.folder / "jobs").iterdir()}


def test_jobs_survive_a_restart_and_those_that_waited_are_done(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    with opened_door(engine, tmp_path) as door:
        done = door.job(shut)
        before = door.ended(done)
        with door.house._turns.take("preview"):
            waiting = [door.job(shut, f'{{"seed": {seed}}}') for seed in range(3)]
            door.house.runner.stop(0)
    with opened_door(engine, tmp_path) as door:
        assert [door.ended(job)["state"] for job in waiting] == ["done"] * 3
        assert door.view(done) == before
        assert door.http.get(f"/v1/jobs/{done}/result").status_code == 200


def test_a_job_that_was_accepted_and_never_queued_is_queued_at_the_next_start(
    engine: Engine, tmp_path: Path, shut: bytes
) -> None:
    with opened_door(engine, tmp_path) as door:
        job = door.house.ledger.admit(Wish("local", {}), 10)
        door.house.store.put(job.id, "photo", shut)
        door.house.ledger.accept(job.id)
    with opened_door(engine, tmp_path) as door:
        assert door.ended(job.id)["state"] == "done"


def test_a_job_whose_photo_was_lost_fails_and_the_queue_goes_on(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    with opened_door(engine, tmp_path) as door:
        with door.house._turns.take("preview"):
            lost = door.job(shut)
            door.house.store.forget(lost)
        assert door.ended(lost)["problem"]["status"] == 500
        assert door.ended(door.job(shut))["state"] == "done"


def test_a_photo_that_ended_the_process_every_time_is_given_up(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    with opened_door(engine, tmp_path) as door:
        with door.house._turns.take("preview"):
            job = door.job(shut)
            for _ in range(12):
                assert door.house.ledger.begin(job)
        view = door.ended(job)
    assert (view["state"], view["attempts"], view["problem"]["status"]) == ("failed", 13, 503)
    assert "12 times" in view["problem"]["detail"]


def test_everything_of_a_job_is_deleted_when_its_time_is_over(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    with opened_door(engine, tmp_path, retention=1) as door:
        job = door.job(shut)
        assert door.ended(job)["state"] == "done"
        until = time.monotonic() + 30
        while folders(door) and time.monotonic() < until:
            time.sleep(0.1)
        assert folders(door) == set()
        assert door.http.get(f"/v1/jobs/{job}").status_code == 404


def test_what_is_not_over_yet_stays_and_abandoned_uploads_go(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    with opened_door(engine, tmp_path, retention=1000) as door:
        job = door.job(shut)
        door.ended(job)
        abandoned = door.house.ledger.admit(Wish("local", {}), 10)
        door.house.store.put(abandoned.id, "photo", shut)
        sweeper = Sweeper(door.house)
        assert sweeper.sweep(time.time() + 900) == 0
        assert folders(door) == {job, abandoned.id}
        assert sweeper.sweep(time.time() + 3700) == 2
        assert folders(door) == set()


def test_a_full_queue_says_when_to_come_again_and_what_was_accepted_is_done(
    engine: Engine, tmp_path: Path, shut: bytes
) -> None:
    with opened_door(engine, tmp_path, max_queue=3) as door:
        with door.house._turns.take("preview"):
            answers = [door.hand_in(shut, **{"Idempotency-Key": str(n)}) for n in range(8)]
            accepted = [answer.json()["id"] for answer in answers if answer.status_code == 202]
            refused = [answer for answer in answers if answer.status_code == 429]
            assert 3 <= len(accepted) <= 4  # one may stand before the engine already
            assert len(accepted) + len(refused) == 8
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
            again = door.hand_in(shut, **{"Idempotency-Key": "0"})
            assert (again.status_code, again.json()["id"]) == (202, accepted[0])
            assert [door.view(job)["position"] for job in accepted] == sorted(
                door.view(job)["position"] for job in accepted
            )
        assert [door.ended(job)["state"] for job in accepted] == ["done"] * len(accepted)


def test_too_large_a_photo_is_refused_before_it_is_read(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_door(engine, tmp_path, max_references=1) as door:
        monkeypatch.setattr(door.house.desk, "_settings", type(engine.settings)(max_bytes=len(shut) - 1))
        answer = door.hand_in(shut)
        assert answer.status_code == 413
        assert f"{len(shut) - 1:,}" in answer.json()["detail"]


def test_what_a_kill_left_of_a_forgotten_job_goes_at_the_next_start(
    engine: Engine, tmp_path: Path, shut: bytes
) -> None:
    with opened_door(engine, tmp_path) as door:
        job = door.job(shut)
        door.ended(job)
        door.house.ledger.forget(job)  # as far as DELETE came
    assert (tmp_path / "jobs" / job / "photo").exists()
    with opened_door(engine, tmp_path) as door:
        until = time.monotonic() + 30
        while folders(door) and time.monotonic() < until:
            time.sleep(0.05)
        assert folders(door) == set()


def test_a_job_whose_files_cannot_be_deleted_now_is_forgotten_and_the_client_is_told(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_door(engine, tmp_path) as door:
        job = door.job(shut)
        door.ended(job)
        with monkeypatch.context() as broken:
            broken.setattr(door.house.store, "forget", away)
            answer = door.http.delete(f"/v1/jobs/{job}")
            assert answer.status_code == 503
            assert "within 60 minutes" in answer.json()["detail"]
            assert door.http.get(f"/v1/jobs/{job}").status_code == 404
            Sweeper(door.house).sweep(time.time() + 3700)
        assert folders(door) == {job}
        Sweeper(door.house).sweep(time.time() + 3700)
        assert folders(door) == set()


def test_on_a_full_disk_uploads_are_refused_and_what_was_accepted_is_done_when_there_is_room(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "PATIENCE", (0.1,))
    with opened_door(engine, tmp_path) as door:
        with door.house._turns.take("preview"):
            waiting = door.job(shut)
            full = pytest.MonkeyPatch()
            full.setattr(door.house.store, "put", away)
        answer = door.hand_in(shut)
        assert answer.status_code == 507
        assert str(tmp_path) not in answer.text
        assert door.http.get("/readyz").status_code == 503
        assert door.http.get("/readyz").status_code == 503  # told again without a look
        assert door.http.post("/v1/inspect", files={"photo": shut}).status_code == 200  # the device is free
        time.sleep(1)
        assert door.view(waiting)["state"] == "running"
        assert folders(door) == {waiting}
        full.undo()
        assert door.ended(waiting)["state"] == "done"


def away(*_: object) -> None:
    raise StoreAway("no room") from OSError(28, "No space left on device")


@pytest.mark.parametrize("first_succeeds", [True, False])
def test_the_same_request_twice_at_once_is_one_job_or_none(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch, first_succeeds: bool
) -> None:
    """The second finds the job of the first arriving, and cannot store the photo, or the first could not."""
    with opened_door(engine, tmp_path) as door:
        assert door.http.get("/healthz").status_code == 200  # it has started
        desk, store, ledger = door.house.desk, door.house.store, door.house.ledger
        parcel = Parcel(shut, (), {})
        wish = Wish("local", {}, 0, "k", parcel.fingerprint)
        put = store.put

        def put_meanwhile(job: str, name: str, data: bytes) -> None:
            put(job, name, data)
            if first_succeeds:
                ledger.accept(job)
                raise StoreAway("no room")
            ledger.abandon(job)

        with monkeypatch.context() as racing:
            racing.setattr(store, "put", put_meanwhile)
            with pytest.raises(StoreAway if first_succeeds else Busy):
                desk.accepted(wish, parcel)
        job = desk.accepted(wish, parcel)
        assert job.state in ("queued", "running")
        Sweeper(door.house).sweep(time.time())  # the first had not come to queue it
        assert door.ended(job.id)["state"] == "done"
