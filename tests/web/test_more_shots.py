"""Shots that are added to a photo that is open: what becomes of it, of its jobs, and of what was chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.service.errors import NotHere
from open_the_eyes.service.jobs.job import PHOTO, Job, JobRequest, reference_name
from open_the_eyes.service.store import ArtifactStore
from open_the_eyes.service.uploads.intake import Upload
from open_the_eyes.web import arrival_html, photo_html
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import PREVIEW, EditSession, Preview, new_session
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import PhotoFaces
from open_the_eyes.web.job_client import LEFT_SECONDS, JobClient
from open_the_eyes.web.photo_intake import NoFace
from tests.web import fake_jobs
from tests.web.fake_jobs import FakeJobClient
from tests.web.fake_service import ADA, ONE_FACE, FakeImageCache, FakeService, job_client
from tests.web.sessions import seen as drawn

SHOT = replace(ONE_FACE, size_wh=(200, 100))


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    return FakeService(ArtifactStore(str(tmp_path)))


@pytest.fixture
def run(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> JobClient:
    """A client that finds one face in every photo but in a wall."""
    client = job_client(service)

    def found(photo: bytes) -> PhotoFaces:
        if photo == b"wall":
            raise NoFace("expected a face in the photo, found none.")
        return SHOT

    monkeypatch.setattr(client.intake, "_faces_in", found)
    return client


@pytest.fixture
def stored(service: FakeService) -> Job:
    """The job of a photo with one other shot."""
    job = service.add(PREVIEW)
    service.jobs[job.id] = job = replace(job, request=replace(job.request, references=1))
    for name, data in ((PHOTO, b"photo"), (reference_name(1), b"first")):
        service.store.put(job.id, name, data)
    FakeImageCache(service.store).save_faces(job.id, ONE_FACE, [SHOT])
    return job


def open_at(job: Job) -> EditSession:
    """What is seen of that photo, with picked eyes."""
    opened = new_session(("a.jpg", "1.jpg"), job.id, ONE_FACE, [SHOT])
    return opened.with_preview(Preview(job.id, EyeStyles(), {1: (0, 3)}, {})).with_pick(1, 3)


def test_shots_come_after_those_that_were_there_and_what_is_of_no_use_is_left_out(
    service: FakeService, run: JobClient, stored: Job
) -> None:
    added = run.intake.add_shots(ADA, stored, Upload(b"second", (b"wall", b"third"), {}))
    assert service.submitted == [(b"photo", b"first", b"second", b"third")]
    assert list(added.left_out) == [1]
    assert FakeImageCache(service.store).load_shots(added.job) == (SHOT, SHOT, SHOT)
    service.max_references = 2
    added = run.intake.add_shots(ADA, stored, Upload(b"second", (b"third",), {}))
    assert service.submitted[1:] == [(b"photo", b"first", b"second")]
    assert list(added.left_out) == [1]


@pytest.mark.parametrize(("most", "shot"), [(1, b"second"), (8, b"wall")], ids=["no room", "no face"])
def test_where_no_shot_can_be_taken_there_is_no_job_and_the_photo_stays(
    service: FakeService, run: JobClient, stored: Job, most: int, shot: bytes
) -> None:
    service.max_references = most
    with pytest.raises(Exception, match="expected"):
        run.intake.add_shots(ADA, stored, Upload(shot, (), {}))
    assert set(service.jobs) == {stored.id}


def test_what_is_seen_and_picked_stays_while_the_shots_are_compared_and_old_jobs_go(
    service: FakeService, run: JobClient, stored: Job
) -> None:
    before = open_at(stored)
    making = run.finish(ADA, before, "standard")
    added = run.intake.add_shots(ADA, stored, Upload(b"second", (), {}))
    service.jobs[added.job] = replace(service.jobs[added.job], state="running", report=None)
    now = run.with_shots(ADA, making, added.job, ("2.jpg",))
    assert (now.names, now.waiting, now.job) == (("a.jpg", "1.jpg", "2.jpg"), added.job, added.job)
    assert (now.eyes, now.picks, now.final) == (before.eyes, {1: 3}, None)
    assert set(service.jobs) == {stored.id, added.job}  # the preview that is seen, and the new one
    run.forget_photo(ADA, run.begin(ADA, added.job, now.names))  # by a page that was loaded again
    assert service.jobs == {}


def test_eyes_are_painted_in_the_style_that_is_wished_for(service: FakeService, run: JobClient, stored: Job) -> None:
    blue = open_at(stored).with_style(EyeStyle("blue"))
    added = run.intake.add_shots(ADA, stored, Upload(b"second", (), {}))
    service.jobs[added.job] = replace(service.jobs[added.job], state="queued", report=None)
    now = run.with_shots(ADA, blue, added.job, ("2.jpg",))
    assert now.waiting is None
    assert service.jobs[added.job].ended
    assert run.preview(ADA, now).waiting not in (None, added.job)


def test_a_job_of_another_photo_adds_nothing(service: FakeService, run: JobClient, stored: Job) -> None:
    other = service.add(PREVIEW)
    FakeImageCache(service.store).save_faces(other.id, SHOT, [SHOT, SHOT])
    with pytest.raises(NotHere):
        run.with_shots(ADA, open_at(stored), other.id, ("2.jpg",))
    assert set(service.jobs) == {stored.id, other.id}


def test_a_photo_that_was_left_is_kept_for_a_minute_with_all_its_jobs_and_longer_for_who_comes_back(
    service: FakeService, run: JobClient, stored: Job
) -> None:
    making = run.finish(ADA, open_at(stored), "standard")
    made = run.ended(ADA, making, str(making.waiting))
    left = run.leave(ADA, made)
    assert left == made
    assert service.retained == {stored.id: LEFT_SECONDS, made.final: LEFT_SECONDS}
    run.come_back(ADA, left)
    assert service.retained == {stored.id: None, made.final: None}


def test_what_is_under_way_is_stopped_when_its_photo_is_left(service: FakeService, run: JobClient, stored: Job) -> None:
    making = run.finish(ADA, open_at(stored), "standard")
    assert run.leave(ADA, making).waiting is None
    assert set(service.jobs) == {stored.id}


def test_another_tabs_job_of_a_photo_that_is_left_ends_too(service: FakeService, run: JobClient, stored: Job) -> None:
    other = str(run.finish(ADA, open_at(stored), "standard").waiting)
    service.jobs[other] = replace(service.jobs[other], state="running", report=None)
    run.leave(ADA, open_at(stored))
    assert service.jobs[other].ended
    assert service.retained[other] == LEFT_SECONDS


def test_shots_that_nobody_hears_of_any_more_are_deleted_with_their_photo(
    service: FakeService, run: JobClient, stored: Job
) -> None:
    run.intake.add_shots(ADA, stored, Upload(b"second", (), {}))
    run.forget_photo(ADA, open_at(stored))
    assert service.jobs == {}


def test_no_copy_is_kept_of_a_photo_that_is_deleted_while_faces_are_found_in_shots_for_it(
    service: FakeService, run: JobClient, stored: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deleted_meanwhile(_: bytes) -> PhotoFaces:
        run.forget_photo(ADA, open_at(stored))
        return SHOT

    monkeypatch.setattr(run.intake, "_faces_in", deleted_meanwhile)
    with pytest.raises(NotHere):
        run.intake.add_shots(ADA, stored, Upload(b"second", (), {}))
    assert service.submitted
    assert service.jobs == {}


def added(job_client: FakeJobClient, **more: Any) -> dict[str, Any]:
    job_client.jobs["more"] = Job("more", JobRequest(fake_jobs.ADA, {}), "running", 1, 0.0)
    return {"act": "added", "shots_job": "more", "names": ["b.jpg"], **more}


def test_on_the_page_added_shots_are_told_and_a_wish_is_painted_anew(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    now = controller.act(fake_jobs.ADA, seen, added(job_client)).session
    assert now is not None
    assert (now.names, now.waiting, now.eyes) == (("party.jpg", "b.jpg"), "more", seen.eyes)
    assert job_client.sent == []
    blue = controller.act(fake_jobs.ADA, seen.with_style(EyeStyle("blue")), added(job_client)).session
    assert blue is not None
    assert blue.waiting == "job-1"
    assert job_client.sent[0]["eye_color"] == "blue"


def test_shots_that_come_for_a_photo_that_is_not_open_any_more_are_deleted(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    for session in (seen, None):
        told = added(job_client, memory={"job": "other", "names": ["a.jpg"]})
        state = controller.act(fake_jobs.ADA, session, told)
        assert state.session is session
        assert "not here any more" in state.headline
    assert job_client.forgotten == ["more", "more"]


def test_shots_can_be_added_where_there_is_room_for_some() -> None:
    for names, has_room in ((("a.jpg",), True), (("a.jpg", "b.jpg"), True), (("a.jpg", "b.jpg", "c.jpg"), False)):
        one = drawn("closed", names=names)
        part = arrival_html.arrival(one, 5, 2)
        assert ("data-add" in part) is ('data-drop="shots"' in part) is has_room
        assert 'data-drop="new"' in part
        assert ("data-add" in photo_html.shots(one, has_room=has_room)) is has_room
        assert ("another shot" in photo_html.shots(one)) is (len(names) == 1)
