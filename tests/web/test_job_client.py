"""What jobs are asked for a file, and what becomes of those that nobody wants any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.options import Mode
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Outcome
from open_the_eyes.service.errors import NotHere, StoreAway
from open_the_eyes.service.jobs.job import Job, JobRequest, State
from open_the_eyes.service.store import ArtifactStore
from open_the_eyes.service.uploads.intake import Upload
from open_the_eyes.web.edit_session import EditSession, Preview, new_session
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces
from open_the_eyes.web.job_client import JobClient
from open_the_eyes.web.tab_memory import TabMemory
from tests.web.fake_service import ADA, ONE_FACE, PLACE, REPORT, FakeImageCache, FakeService, job_client


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    return FakeService(ArtifactStore(str(tmp_path)))


@pytest.fixture
def seen(service: FakeService) -> EditSession:
    """A photo with one closed face and its preview."""
    first = service.add({})
    return new_session(("a.jpg",), first.id, ONE_FACE).with_preview(Preview(first.id, EyeStyles(), {1: (0, 3)}, {}))


@pytest.mark.parametrize(
    ("purpose", "restorer", "sharpened"),
    [("standard", "gfpgan", False), ("quality", "gfpgan", False), ("ultra", "gfpgan", True), ("ultra", None, False)],
)
def test_only_prints_are_sharpened_and_only_where_it_can_be(
    service: FakeService, seen: EditSession, purpose: Mode, restorer: str | None, sharpened: bool
) -> None:
    sent = job_client(service, restorer).finish(ADA, seen, purpose)
    asked = service.jobs[str(sent.waiting)].request.options
    assert asked["picks"] == [[1, 0]]
    assert asked.get("restorer") == (restorer if sharpened else None)


def test_previews_are_for_who_looks_and_files_for_whoever_comes_back(service: FakeService, seen: EditSession) -> None:
    run = job_client(service)
    wished = run.preview(ADA, seen.with_style(EyeStyle("blue")))
    run.finish(ADA, seen, "ultra")
    assert service.audience.expected == [wished.waiting]


def test_previews_of_an_earlier_process_are_for_who_looks_too(service: FakeService) -> None:
    asked = [
        (ADA, {"mode": "fast"}),
        (ADA, {"mode": "ultra"}),
        ("local", {"mode": "fast"}),
        ("key-1", {"mode": "fast"}),
    ]
    service.left_behind = [
        Job(f"job-{k}", JobRequest(owner, options), "running", 1, 0.0) for k, (owner, options) in enumerate(asked)
    ]
    job_client(service).take_up()
    assert service.audience.expected == ["job-0"]


def test_of_all_jobs_the_photo_the_preview_that_is_seen_and_the_newest_are_kept(
    service: FakeService, seen: EditSession
) -> None:
    run = job_client(service)
    now = seen
    for purpose in ("standard", "quality", "ultra"):
        now = run.finish(ADA, now, purpose)
    assert set(service.jobs) == {seen.job, now.waiting}
    wished = run.preview(ADA, now.with_style(EyeStyle("blue")))
    assert set(service.jobs) == {seen.job, wished.waiting}
    run.forget(ADA, wished.jobs)
    assert service.jobs == {}


def test_a_job_that_is_done_is_the_file_or_the_preview_as_it_was_asked_for(
    service: FakeService, seen: EditSession
) -> None:
    run = job_client(service)
    final = run.finish(ADA, seen, "ultra")
    assert run.ended(ADA, final, str(final.waiting)).final == final.waiting
    wished = run.preview(ADA, seen.with_style(EyeStyle("blue")))
    shown = run.ended(ADA, wished, str(wished.waiting)).preview
    assert shown is not None
    assert shown.styles.everyone == EyeStyle("blue")


def test_a_preview_shows_the_style_that_its_job_was_asked_whatever_was_wished_since(
    service: FakeService, seen: EditSession
) -> None:
    run, blue = job_client(service), EyeStyle("blue", (0.6, 0.0), 0.8)
    under_way = run.preview(ADA, seen.with_style(blue))
    wished_since = under_way.with_style(EyeStyle("green"))  # and refused: the queue was full
    now = run.ended(ADA, wished_since, str(under_way.waiting))
    assert now.preview is not None
    assert now.preview.styles.everyone == blue
    assert now.styles.everyone == EyeStyle("green")


def test_a_photo_is_deleted_with_all_jobs_that_took_it_whatever_the_page_knows_of_them(
    service: FakeService, seen: EditSession
) -> None:
    run = job_client(service)
    other = service.add({})
    restyled = run.preview(ADA, seen.with_style(EyeStyle("blue")))
    run.finish(ADA, run.ended(ADA, restyled, str(restyled.waiting)), "standard")
    assert len(service.jobs) == 4
    loaded_again = run.begin(ADA, seen.job, ("a.jpg",))
    assert loaded_again.jobs == (seen.job,)
    run.forget_photo(ADA, loaded_again)
    assert set(service.jobs) == {other.id}


def test_where_another_shot_is_opened_its_faces_are_known_and_the_first_photo_is_one_of_the_shots(
    service: FakeService, seen: EditSession
) -> None:
    run, cache = job_client(service), FakeImageCache(service.store)
    shots = [replace(ONE_FACE, size_wh=(100 * k, 100)) for k in (1, 2, 3)]
    cache.save_faces(seen.job, ONE_FACE, shots)
    restyled = run.preview(ADA, replace(seen, names=("a.jpg", "1.jpg", "2.jpg", "3.jpg")))
    assert cache.load_shots(str(restyled.waiting)) == tuple(shots)
    now = run.swap(ADA, restyled, 2)
    assert (service.taken, now.size_wh) == (2, (200, 100))
    assert now.names == ("2.jpg", "a.jpg", "1.jpg", "3.jpg")
    assert cache.load_shots(now.job) == (ONE_FACE, shots[0], shots[2])


@pytest.mark.parametrize(
    ("outcomes", "first"),
    [
        (["already_open", "unsure", "closed", "closed"], 2),
        (["already_open", "unsure"], 1),
        (["profile", "already_open"], 0),
    ],
    ids=["closed", "perhaps closed", "nobody"],
)
def test_the_shot_that_is_opened_is_the_first_in_which_somebodys_eyes_are_closed(
    outcomes: list[Outcome], first: int, monkeypatch: pytest.MonkeyPatch, service: FakeService
) -> None:
    def found(photo: bytes) -> PhotoFaces:
        return PhotoFaces((400, 300), (FaceRegion(1, outcomes[int(photo)], "", PLACE, PLACE, ()),))

    run, cache = job_client(service), FakeImageCache(service.store)
    monkeypatch.setattr(run.intake, "_faces_in", found)
    photos = [str(number).encode() for number in range(len(outcomes))]
    handed_in = run.intake.hand_in(ADA, Upload(photos[0], tuple(photos[1:]), {}))
    assert handed_in.photo == first
    others = [photo for photo in photos if photo != photos[first]]
    assert service.submitted == [(photos[first], *others)]
    assert cache.load_faces(handed_in.job) == found(photos[first])
    assert cache.load_shots(handed_in.job) == tuple(map(found, others))


def test_where_there_is_nobody_to_open_no_preview_is_made_and_none_is_waited_for(
    service: FakeService, seen: EditSession
) -> None:
    run, cache = job_client(service), FakeImageCache(service.store)
    is_open = replace(ONE_FACE, faces=(replace(ONE_FACE.faces[0], outcome="already_open"),))
    cache.save_faces(seen.job, is_open, [ONE_FACE, is_open])
    service.jobs[seen.job] = replace(service.jobs[seen.job], state="running", report=None)
    names = ("a.jpg", "b.jpg", "c.jpg")
    came = run.begin(ADA, seen.job, names)
    assert (came.waiting, came.preview, came.open_shots) == (None, None, (2,))
    assert service.jobs[seen.job].state == "failed"  # which stops it
    recalled = run.recall(ADA, TabMemory.of(came))
    assert TabMemory.of(recalled) == TabMemory.of(came)
    anyway = run.preview(ADA, came.with_even_open([1]))
    assert service.jobs[str(anyway.waiting)].request.options["even_open"] == [1]
    swapped = run.swap(ADA, came, 1)
    assert (swapped.names, swapped.open_shots) == (("b.jpg", "a.jpg", "c.jpg"), (1, 2))
    assert swapped.preview is not None  # here every job is done at once


def test_a_shot_that_is_not_there_is_not_opened_and_the_one_that_is_open_stays(
    service: FakeService, seen: EditSession
) -> None:
    with pytest.raises(NotHere):
        job_client(service).swap(ADA, replace(seen, names=("a.jpg", "wall.jpg")), 1)
    assert set(service.jobs) == {seen.job}


@pytest.mark.parametrize("job", ["", "first", "../../etc", "d68d7059-8ea8-42a9-b6d5-0f5275c37936"])
def test_jobs_that_are_not_there_are_not_here(service: FakeService, job: str) -> None:
    with pytest.raises(NotHere):
        job_client(service).job(ADA, job)


def test_somebody_elses_jobs_are_neither_seen_nor_deleted(service: FakeService, seen: EditSession) -> None:
    run = job_client(service)
    with pytest.raises(NotHere):
        run.finish("visitor-max", seen, "standard")
    run.forget("visitor-max", seen.jobs)
    assert seen.job in service.jobs


def test_cancelling_forgets_what_was_on_but_not_the_photo(service: FakeService, seen: EditSession) -> None:
    run = job_client(service)
    final = run.finish(ADA, seen, "standard")
    assert run.cancel(ADA, final).waiting is None
    assert set(service.jobs) == {seen.job}


@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_cancelling_the_first_preview_ends_it_and_keeps_the_photo_or_the_preview_that_was_just_done(
    service: FakeService, seen: EditSession, state: State
) -> None:
    service.jobs[seen.job] = replace(service.jobs[seen.job], state=state)
    now = job_client(service).cancel(ADA, replace(seen, preview=None, waiting=seen.job))
    assert now.waiting is None
    assert (now.preview is not None) is (state == "done")
    assert service.jobs[seen.job].ended


def test_a_job_whose_faces_cannot_be_kept_is_none(service: FakeService, seen: EditSession, tmp_path: Path) -> None:
    class FullStore(ArtifactStore):
        def put(self, job: str, name: str, data: bytes) -> None:  # noqa: ARG002 -- the store's own signature
            raise StoreAway("expected room, there is none.")

    full = FakeImageCache(FullStore(str(tmp_path)))
    with pytest.raises(StoreAway):
        JobClient(service, full).preview(ADA, seen)  # type: ignore[arg-type]
    assert set(service.jobs) == {seen.job}


def test_what_a_tab_remembers_is_there_again_with_the_jobs_that_are(service: FakeService, seen: EditSession) -> None:
    run = job_client(service)
    blue = run.preview(ADA, seen.with_style(EyeStyle("blue")))
    service.jobs[str(blue.waiting)] = replace(service.jobs[str(blue.waiting)], report=REPORT)
    shown = run.ended(ADA, blue, str(blue.waiting)).with_pick(1, 3)
    making = run.finish(ADA, shown, "ultra")
    made = run.ended(ADA, making, str(making.waiting))
    assert made.final == making.waiting
    for session in (shown, making, made):
        recalled = run.recall(ADA, TabMemory.of(session))
        assert TabMemory.of(recalled) == TabMemory.of(session)
        assert recalled.final_options("ultra") == session.final_options("ultra")
    assert run.recall(ADA, TabMemory.of(made)).purpose == "ultra"
    assert set(run.recall(ADA, TabMemory.of(making)).jobs) == set(making.jobs)
    run.forget(ADA, [str(making.preview and making.preview.job), str(making.waiting)])
    left = run.recall(ADA, TabMemory.of(making))
    assert left.waiting is None
    assert run.recall(ADA, TabMemory.of(made)).final is None
    assert left.preview is not None
    assert left.preview.job == seen.job


def test_a_tab_cannot_mix_one_photos_faces_with_anothers_eyes(service: FakeService, seen: EditSession) -> None:
    other = service.add({})
    recalled = job_client(service).recall(
        ADA, TabMemory(job=seen.job, preview=other.id, waiting=other.id, final=other.id)
    )
    assert recalled.jobs == (seen.job,)
    assert recalled.final is None
    with pytest.raises(NotHere):
        job_client(service).recall("visitor-max", TabMemory(job=seen.job))
