"""What goes wrong on the page is said in words that help, and can be tried again as it was wished."""

from __future__ import annotations

import pytest

from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.service.errors import NotHere, QueueFull
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession
from open_the_eyes.web.photo_intake import NoFace
from tests.web.fake_jobs import ADA, FakeJobClient


@pytest.mark.parametrize(
    ("trouble", "headline", "advice"),
    [
        (QueueFull("expected room in the queue.", 7), "Many photos are waiting", "7 seconds"),
        (NotHere("it has been deleted."), "not here any more", "Choose it again"),
        (PhotoNotWritten("/secret/place: no room."), "could not be stored", "no room left"),
        (ZeroDivisionError("/secret/place"), "went wrong on our side", "try again"),
    ],
)
def test_what_goes_wrong_is_said_and_can_be_tried_again_as_it_was_wished(
    controller: Controller,
    job_client: FakeJobClient,
    seen: EditSession,
    trouble: Exception,
    headline: str,
    advice: str,
) -> None:
    job_client.trouble = trouble
    page_state = controller.act(ADA, seen, {"act": "restyle", "color": "Green"})
    assert headline in page_state.headline
    assert advice in page_state.advice
    assert "secret" not in page_state.advice
    job_client.trouble = None
    assert (page_state.retry is None) is isinstance(trouble, NotHere)
    controller.act(ADA, page_state.session, dict(page_state.retry or {"act": "retry"}))
    assert job_client.sent[-1]["eye_color"] == "green"


def test_a_file_that_was_refused_or_failed_is_what_is_tried_again(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    job_client.trouble = QueueFull("expected room in the queue.", 7)
    refused = controller.act(ADA, seen, {"act": "finish", "purpose": "ultra", "memory": None})
    job_client.trouble = None
    again = controller.act(ADA, refused.session, dict(refused.retry or {}))
    assert job_client.sent[-1]["mode"] == "ultra"
    problem = {"type": "urn:open-the-eyes:problem:no-capacity", "detail": "not enough memory"}
    job_client.jobs["job-1"] = Job("job-1", JobRequest(ADA, {}), "failed", 1, 0.0, problem=problem)
    failed = controller.act(ADA, again.session, {"act": "ended", "job": "job-1"})
    assert failed.retry == refused.retry == {"act": "finish", "purpose": "ultra"}


@pytest.mark.parametrize("kind", ["photo-too-large", "body-too-large"])
def test_only_who_sits_at_the_computer_is_told_to_raise_a_limit(job_client: FakeJobClient, kind: str) -> None:
    told = {"act": "refused", "kind": kind, "problem": {"detail": "expected at most 5, got 9; take less."}}
    at_home, elsewhere = (Controller(job_client, alone=alone).act(ADA, None, told) for alone in (True, False))  # type: ignore[arg-type]  # as above
    assert elsewhere.advice == "Expected at most 5, got 9; take less."
    assert at_home.advice.startswith(f"{elsewhere.advice} Or start the program again with a higher OTE_MAX_")


def test_another_shot_without_a_face_is_refused_and_the_photo_stays(
    controller: Controller, job_client: FakeJobClient, seen: EditSession
) -> None:
    job_client.trouble = NoFace("expected a face in the photo, found none.")
    page_state = controller.act(ADA, seen, {"act": "take", "shot": "1"})
    assert page_state.headline == "No face was found in this photo."
    assert page_state.session is seen
    assert page_state.retry is None
    assert job_client.forgotten == []


@pytest.mark.parametrize(("kind", "said"), [("no-capacity", "not enough memory"), ("cancelled", "Stopped.")])
def test_a_job_that_failed_says_why_at_once_and_when_the_page_is_loaded_again(
    controller: Controller, job_client: FakeJobClient, came: EditSession, kind: str, said: str
) -> None:
    problem = {"type": f"urn:open-the-eyes:problem:{kind}", "detail": "not enough memory"}
    job_client.jobs["first"] = Job("first", JobRequest(ADA, {}), "failed", 1, 0.0, problem=problem)
    ended, resumed = {"act": "ended", "job": "first"}, {"act": "resume", "memory": {"job": "first"}}
    for page_state in (controller.act(ADA, came, ended), controller.act(ADA, None, resumed)):
        assert said in page_state.headline
        assert page_state.retry
