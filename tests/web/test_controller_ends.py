"""How the page lets go of a photo: cancelled, started anew, deleted elsewhere, or its time is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.service.errors import NotHere
from open_the_eyes.web.controller import Controller, PageState
from open_the_eyes.web.edit_session import EditSession, Preview
from open_the_eyes.web.eye_styles import EyeStyles
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


def test_starting_anew_deletes_every_job(controller: Controller, job_client: FakeJobClient, came: EditSession) -> None:
    assert controller.act(ADA, replace(came, jobs=("first", "second")), {"act": "anew"}).session is None
    assert job_client.forgotten == ["first", "second"]


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
