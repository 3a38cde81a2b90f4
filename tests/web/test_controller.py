"""What a visitor does, and what is to be seen then; without a browser, a queue or a painter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Outcome
from open_the_eyes.service.errors import StoreUnreadable
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession, Preview
from open_the_eyes.web.eye_origin import EyeOrigin, NotFrom
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import FaceRegion
from tests.web.fake_jobs import ADA, FakeJobClient, face


def test_a_photo_arrives_and_its_preview_is_awaited(came: EditSession) -> None:
    assert came.names == ("party.jpg",)
    assert came.waiting == "first"
    assert came.chosen == (1, 3)


def test_a_second_photo_takes_the_place_of_the_first_whose_jobs_are_deleted(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    page_state = controller.act(ADA, came, {"act": "arrived", "job": "other", "names": ["new.jpg"]})
    assert page_state.session is not None
    assert page_state.session.job == "other"
    assert job_client.forgotten == ["first"]


def test_what_was_left_out_is_said_beside_what_is_said_of_the_photo(
    controller: Controller, job_client: FakeJobClient
) -> None:
    problem = {"type": "urn:open-the-eyes:problem:no-face", "detail": ""}
    told = {"act": "arrived", "job": "first", "left_out": [{"name": "wall.jpg", "problem": problem}]}
    assert "wall.jpg" in controller.act(ADA, None, told).advice
    job_client.faces = (face(1, "already_open"),)
    both = controller.act(ADA, None, told)
    assert "Everybody's eyes are open" in both.headline
    assert "wall.jpg" in both.advice


@pytest.mark.parametrize("told", [{"act": "arrived", "job": "first"}, {"act": "take", "shot": "1"}])
def test_controls_follow_another_photo_whose_preview_may_be_done_already(
    controller: Controller, seen: EditSession, told: dict[str, Any]
) -> None:
    page_state = controller.act(ADA, replace(seen, styles=EyeStyles(EyeStyle("blue"))), told)
    assert page_state.replaced
    assert not controller.act(ADA, page_state.session, {"act": "toggle", "face": "1"}).replaced


def test_what_was_done_to_another_photo_is_not_done_to_this_one(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    for act in ({"act": "toggle", "face": "1"}, {"act": "take", "shot": "1"}, {"act": "finish"}):
        assert controller.act(ADA, seen, {**act, "memory": {"job": "other"}}).session is seen
    assert job_client.sent == []
    assert controller.act(ADA, seen, {"act": "toggle", "face": "1", "memory": {"job": "first"}}).session != seen


def test_a_file_that_is_being_made_is_not_begun_twice(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    begun = controller.act(ADA, seen, {"act": "finish"})
    assert controller.act(ADA, begun.session, {"act": "finish"}).session is begun.session
    assert len(job_client.sent) == 1


@pytest.mark.parametrize(
    ("faces", "said"),
    [
        ((face(1, "already_open"),), "Everybody's eyes are open"),
        ((face(1, "profile"),), "no face here whose eyes"),
        ((face(1, "unsure"),), ""),
    ],
    ids=["all open", "turned away", "unsure is worth a try"],
)
def test_where_there_is_nothing_to_do_it_is_said(
    controller: Controller, job_client: FakeJobClient, faces: tuple[FaceRegion, ...], said: str
) -> None:
    job_client.faces = faces
    page_state = controller.act(ADA, None, {"act": "arrived", "job": "first", "names": ["a.jpg"]})
    after_preview = controller.act(ADA, page_state.session, {"act": "ended", "job": "first"})
    for one in (page_state, after_preview):
        assert said in one.headline
        assert bool(one.headline) is bool(said)


@pytest.mark.parametrize("outcome", ["already_open", "profile"])
def test_where_there_are_other_shots_the_advice_is_not_to_delete_them(
    controller: Controller, job_client: FakeJobClient, outcome: Outcome
) -> None:
    job_client.faces = (face(1, outcome),)
    told = {"act": "arrived", "job": "first", "names": ["a.jpg", "b.jpg"]}
    page_state = controller.act(ADA, None, told)
    assert "a.jpg" in page_state.headline
    assert "other shots" in page_state.advice
    assert "New photo" not in page_state.advice
    stopped = Job("first", JobRequest(ADA, {}), "failed", 1, 0.0, problem={"type": "urn:x:cancelled", "detail": ""})
    job_client.jobs["first"] = stopped  # which is no news: nothing was to be painted
    loaded = controller.act(ADA, None, {"act": "resume", "memory": {"job": "first", "names": ["a.jpg", "b.jpg"]}})
    assert loaded.headline == page_state.headline


def test_the_preview_is_shown_when_it_has_ended(seen: EditSession) -> None:
    assert seen.waiting is None
    assert seen.eyes == {1: 1}


def test_an_end_that_nobody_waits_for_changes_nothing(controller: Controller, seen: EditSession) -> None:
    assert controller.act(ADA, seen, {"act": "ended", "job": "first"}).session is seen


@pytest.mark.parametrize("told", [{"job": "first"}, {"job": "gone"}, {"job": "gone", "memory": {"job": "other"}}])
def test_an_end_takes_away_nothing_that_was_said_and_what_a_visitor_does_takes_it_away(
    controller: Controller, came: EditSession, told: dict[str, Any]
) -> None:
    assert controller.act(ADA, came, {"act": "ended", **told}).leaves_notice
    assert not controller.act(ADA, came, {"act": "toggle", "face": "1"}).leaves_notice


def test_an_end_that_could_not_be_read_is_forgotten_when_it_is_tried_again(
    controller: Controller, job_client: FakeJobClient, came: EditSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnreadable("nobody answers")

    with monkeypatch.context() as broken:
        broken.setattr(job_client, "job", away)
        failed = controller.act(ADA, came, {"act": "ended", "job": "first"})
    assert failed.headline
    again = controller.act(ADA, came, dict(failed.retry or {}))
    assert again.session is not None
    assert again.session.preview is not None
    assert not again.leaves_notice


def test_faces_are_skipped_and_chosen_by_a_click(controller: Controller, seen: EditSession) -> None:
    skipped = controller.act(ADA, seen, {"act": "toggle", "face": "3"}).session
    assert skipped is not None
    assert skipped.chosen == (1,)
    again = controller.act(ADA, skipped, {"act": "toggle", "face": "3"}).session
    assert again is not None
    assert again.chosen == (1, 3)


def test_the_file_has_the_eyes_that_were_picked(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    picked = controller.act(ADA, seen, {"act": "pick", "face": "1", "attempt": "1"}).session
    page_state = controller.act(ADA, picked, {"act": "finish", "purpose": "ultra"})
    assert job_client.sent == [{"mode": "ultra", "faces": [1], "picks": [[1, 1]]}]
    job_client.jobs["job-1"] = Job("job-1", JobRequest(ADA, {}), "done", 1, 0.0, report={})
    done = controller.act(ADA, page_state.session, {"act": "ended", "job": "job-1"}).session
    assert done is not None
    assert controller.final(ADA, done) is job_client.jobs["job-1"]


@pytest.mark.parametrize(
    ("results", "purpose", "is_made"),
    [([{"faces": [1]}], "ultra", False), ([{"faces": [1]}], "standard", True), ([], "ultra", True)],
    ids=["the same", "for another purpose", "nothing came of it"],
)
def test_a_file_that_is_there_is_not_made_again(
    controller: Controller,
    job_client: FakeJobClient,
    seen: EditSession,
    results: list[dict[str, Any]],
    purpose: str,
    *,
    is_made: bool,
) -> None:
    job_client.jobs["file"] = Job("file", JobRequest(ADA, {}), "done", 1, 0.0, report={}, results=results)
    ready = replace(seen, final="file", purpose="ultra")
    page_state = controller.act(ADA, ready, {"act": "finish", "purpose": purpose})
    assert bool(job_client.sent) is is_made
    assert (page_state.session == ready) is not is_made


def test_a_job_that_was_deleted_is_not_waited_for(controller: Controller, came: EditSession) -> None:
    page_state = controller.act(ADA, replace(came, waiting="gone"), {"act": "ended", "job": "gone"})
    assert page_state.session == replace(came, waiting=None)
    assert "not here any more" in page_state.headline


def test_a_file_of_nothing_is_not_made(controller: Controller, job_client: FakeJobClient, seen: EditSession) -> None:
    nobody = seen.with_chosen(())
    page_state = controller.act(ADA, nobody, {"act": "finish", "purpose": "standard"})
    assert "choose one first" in page_state.advice
    assert job_client.sent == []


def test_a_wish_sends_a_preview_and_the_same_wish_again_does_not(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    blue = {"act": "restyle", "color": "Blue", "gaze": "As suits the face", "openness": 100}
    restyled = controller.act(ADA, seen, blue).session
    assert job_client.sent[0]["eye_color"] == "blue"
    controller.act(ADA, restyled, blue)
    assert len(job_client.sent) == 1


def test_who_is_who_is_asked_of_the_painter_and_who_is_not_is_asked_no_more(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    may_be = EyeOrigin("appearance", not_from=(NotFrom("stranger", (1, 1, 2)), NotFrom("hidden", (1, 2, 1))))
    seen = came.with_preview(Preview("first", EyeStyles(), {1: (0, 1)}, {}, {1: may_be}))
    assert seen.asked(1) == ((1, 1, 2),)
    told = {"act": "same", "face": "1", "shot": "1", "there": "2"}
    no = controller.act(ADA, seen, {**told, "answer": "no"}).session
    assert no is not None
    assert no.asked(1) == ()
    assert job_client.sent == []
    yes = controller.act(ADA, seen, {**told, "answer": "yes"}).session
    assert job_client.sent[-1]["match"] == [[1, 1, 2]]
    assert yes is not None
    assert yes.asked(1) == ()
    back = controller.act(ADA, yes, {**told, "answer": "no"}).session
    assert "match" not in job_client.sent[-1]
    assert back is not None
    assert back.asked(1) == ()
    for made_up in ({**told, "there": "3"}, {**told, "face": "3"}, {"act": "same", "answer": "yes"}):
        assert controller.act(ADA, seen, {"answer": "yes", **made_up}).session is seen


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"act": None},
        {"act": "sudo"},
        {"act": "toggle"},
        {"act": "restyle", "color": ["Blue"], "gaze": 7, "openness": "wide"},
        {"act": "toggle", "face": "-1"},
        {"act": "toggle", "face": {"a": 1}},
        {"act": "pick", "face": "1", "attempt": "9" * 40},
        {"act": "pick", "face": "²", "attempt": "1"},
        {"act": "look", "face": "10**9"},
        {"act": "finish", "purpose": "../etc"},
        {"act": "ended", "job": ["first"]},
        {"act": "refused", "problem": "text", "seconds": "soon"},
        {"act": "arrived", "job": 7, "names": "text"},
        {"act": "arrived", "job": "first", "names": [{"a": 1}] * 1000},
    ],
)
def test_whatever_a_browser_tells_there_is_a_scene(
    controller: Controller, seen: EditSession, told: dict[str, Any]
) -> None:
    for session in (seen, None):
        page_state = controller.act(ADA, session, told)
        assert page_state.session is None or set(page_state.session.chosen) <= {1, 3}
        assert page_state.session is None or len(page_state.session.names) <= 32
