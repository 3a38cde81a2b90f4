"""How the page lets go of a photo: cancelled, started anew, deleted elsewhere, or its time is over."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.service.errors import NotHere
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession, Preview
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.page_state import PageState
from open_the_eyes.web.tab_memory import TabMemory
from tests.web.fake_jobs import ADA, FakeJobClient


def test_cancelling_ends_the_waiting_and_keeps_the_photo(controller: Controller, came: EditSession) -> None:
    page_state = controller.act(ADA, came, {"act": "cancel"})
    assert page_state.session is not None
    assert page_state.session.waiting is None
    assert page_state.headline == "Stopped."
    assert page_state.retry
    assert "button" not in page_state.advice  # before there is a preview, there is none for a file


def test_cancelling_a_file_leaves_the_eyes_that_are_seen(controller: Controller, seen: EditSession) -> None:
    page_state = controller.act(ADA, controller.act(ADA, seen, {"act": "finish"}).session, {"act": "cancel"})
    assert page_state.session is not None
    assert page_state.session.eyes == seen.eyes
    assert "button" in page_state.advice
    assert page_state.retry is None


def test_who_started_anew_by_mistake_comes_back_to_what_was_seen(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    picked = seen.with_pick(1, 1).with_chosen((1,))
    state = controller.act(ADA, picked, {"act": "anew"})
    assert (state.session, state.left, job_client.forgotten) == (None, replace(picked, is_left=True), [])
    assert state.left is not None
    memory = json.loads(json.dumps(TabMemory.of(state.left).to_json()))
    for program in (state.kept, None):  # as it was, or started anew meanwhile
        back = controller.act(ADA, program, {"act": "back", "memory": memory})
        assert back.session is not None
        assert (back.session.eyes, back.session.picks, back.headline) == (picked.eyes, {1: 1}, "")
        assert back.replaced
        assert not back.session.is_left
    assert job_client.kept == ["first", "first"]
    job_client.jobs.clear()
    for program in (state.kept, None):
        assert "not here any more" in controller.act(ADA, program, {"act": "back", "memory": memory}).headline


@pytest.mark.parametrize(
    "told",
    [
        {"act": "ended", "job": "first"},
        {"act": "toggle", "face": "3"},
        {"act": "anew"},
        {"act": "refused", "kind": "folder"},
        {"act": "added", "shots_job": "more", "names": ["b.jpg"]},
    ],
    ids=lambda told: told["act"],
)
def test_what_is_told_before_it_is_seen_that_a_photo_was_left_does_not_bring_it_back(
    controller: Controller, job_client: FakeJobClient, came: EditSession, told: dict[str, Any]
) -> None:
    left = controller.act(ADA, came, {"act": "anew"}).kept
    state = controller.act(ADA, left, {**told, "memory": TabMemory.of(came).to_json()})
    assert (state.session, state.left) == (None, left)
    assert job_client.forgotten == (["more"] if told["act"] == "added" else [])
    assert bool(state.headline) is (told["act"] in ("refused", "added"))


def test_a_photo_that_was_left_is_deleted_when_the_next_one_is_here_and_not_when_that_fails(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    left = controller.act(ADA, seen, {"act": "anew"}).kept
    job_client.trouble = NotHere("it has been deleted.")
    next_one = {"act": "arrived", "job": "next", "names": ["b.jpg"]}
    failed = controller.act(ADA, left, next_one)
    assert failed.headline
    assert (failed.session, failed.left, job_client.forgotten) == (None, left, [])
    job_client.trouble = None
    now = controller.act(ADA, left, next_one)
    assert now.session is not None
    assert (now.session.job, now.left, job_client.forgotten) == ("next", None, ["first"])


def test_who_comes_back_in_the_moment_in_which_it_is_deleted_is_told_that_it_is_gone(
    controller: Controller, job_client: FakeJobClient, seen: EditSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = controller.act(ADA, seen, {"act": "anew"}).kept
    monkeypatch.setattr(job_client, "come_back", lambda *_: job_client.jobs.clear())
    back = controller.act(ADA, left, {"act": "back"})
    assert back.kept is None
    assert "not here any more" in back.headline


def test_the_end_of_its_time_deletes_nothing_that_was_come_back_to_meanwhile(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    told = {"memory": TabMemory.of(seen).to_json()}
    back = controller.act(ADA, controller.act(ADA, seen, {"act": "anew"}).kept, {"act": "back", **told})
    assert controller.act(ADA, back.kept, {"act": "delete", **told}).session is back.session
    assert job_client.forgotten == []


def test_what_was_left_is_deleted_when_that_is_told_and_no_other_photo_is(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    told = {"act": "delete", "memory": TabMemory.of(replace(seen, job="other")).to_json()}
    assert controller.act(ADA, seen, told).session is seen
    assert job_client.forgotten == []
    told["memory"] = TabMemory.of(seen).to_json()
    for program in (replace(seen, is_left=True), None):
        assert controller.act(ADA, program, told) == PageState(None)
    assert job_client.forgotten == ["first", "first"]


def test_starting_anew_claims_no_deletion_where_there_is_nothing_of_the_visitor(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    job_client.jobs.clear()
    for session in (came, None):
        page_state = controller.act(ADA, session, {"act": "anew", "memory": {"job": "first"}})
        assert page_state.session is None
        assert page_state.headline == "There was nothing to delete."


@pytest.mark.parametrize(
    ("gone", "said"), [("first", "not here any more"), ("blue", "another tab"), ("file", "another tab")]
)
@pytest.mark.parametrize("told", [{"act": "toggle", "face": "3"}, {"act": "look", "face": "1"}, {"act": "finish"}])
def test_what_another_tab_has_deleted_is_not_shown_any_more(
    controller: Controller, job_client: FakeJobClient, seen: EditSession, gone: str, said: str, told: dict[str, Any]
) -> None:
    for name in ("blue", "file"):
        job_client.jobs[name] = replace(job_client.jobs["first"], id=name)
    shown = replace(seen.with_preview(Preview("blue", EyeStyles(), {1: (0, 1)}, {})), final="file")
    assert controller.act(ADA, shown, told).headline == ""
    job_client.sent.clear()
    del job_client.jobs[gone]
    page_state = controller.act(ADA, shown, told)
    assert said in page_state.headline
    assert page_state.replaced
    assert (page_state.session is None) is (gone == "first")
    assert job_client.sent == []


def test_a_second_click_on_start_anew_says_nothing(controller: Controller) -> None:
    assert controller.act(ADA, None, {"act": "anew", "memory": None}) == PageState(None)


def test_a_photo_whose_time_is_over_is_no_error_when_the_page_is_loaded_again(
    controller: Controller, job_client: FakeJobClient
) -> None:
    job_client.trouble = NotHere("it has been deleted.")
    page_state = controller.act(ADA, None, {"act": "resume", "memory": {"job": "first", "names": ["a.jpg"]}})
    assert page_state.session is None
    assert page_state.headline == ""
