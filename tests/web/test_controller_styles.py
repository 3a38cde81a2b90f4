"""Whose eyes the page's controls are for, and what is asked of the painter then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.service.errors import QueueFull
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession, Preview
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.tab_memory import TabMemory
from tests.web.fake_jobs import ADA, FakeJobClient


def two_seen(came: EditSession) -> EditSession:
    return came.with_preview(Preview("first", EyeStyles(), {1: (0, 1), 3: (0,)}, {}))


def test_controls_turned_to_a_face_show_its_style_and_change_nobody_elses(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    turned = controller.act(ADA, two_seen(came), {"act": "adjust", "face": "3"})
    assert turned.session is not None
    assert (turned.turned, turned.session.style, turned.session.close_up, job_client.sent) == (True, EyeStyle(), 3, [])
    restyled = controller.act(ADA, turned.session, {"act": "restyle", "color": "Blue"})
    assert not restyled.turned
    assert job_client.sent[0]["styles"] == [{"face": 3, "eye_color": "blue"}]
    assert "eye_color" not in job_client.sent[0]
    assert restyled.session is not None
    assert restyled.session.style == EyeStyle("blue")
    back = controller.act(ADA, restyled.session, {"act": "adjust", "face": ""})
    assert back.session is not None
    assert (back.turned, back.session.style) == (True, EyeStyle())


@pytest.mark.parametrize("face", ["2", "99", "three", None, ["3"]])
def test_controls_cannot_be_turned_to_a_face_without_new_eyes(
    controller: Controller, job_client: FakeJobClient, came: EditSession, face: Any
) -> None:
    seen = two_seen(came).with_adjusted(3)
    page_state = controller.act(ADA, seen, {"act": "adjust", "face": face})
    assert page_state.session is not None
    assert page_state.session.adjusted in (3, None)
    assert job_client.sent == []


def test_controls_are_everyones_again_when_their_face_has_no_new_eyes_any_more(came: EditSession) -> None:
    seen = two_seen(came).with_adjusted(3)
    assert seen.adjusted == 3
    without = seen.with_preview(Preview("second", EyeStyles(), {1: (0, 1)}, {}))
    assert (without.styled, without.adjusted) == ((), None)


def test_a_face_that_got_no_eyes_with_its_own_wish_can_be_given_another(came: EditSession) -> None:
    wide = two_seen(came).with_adjusted(3).with_style(EyeStyle(openness=1.4))
    lost = wide.with_preview(Preview("second", wide.styles, {1: (0,)}, {}))
    assert (lost.styled, lost.adjusted) == ((1, 3), 3)
    alone = wide.with_preview(Preview("second", wide.styles, {3: (0,)}, {}))
    assert (alone.styled, alone.adjusted) == ((3,), 3)
    assert alone.with_style(EyeStyle()).styles == EyeStyles()


def test_somebody_says_that_a_face_is_not_open_and_a_preview_is_made_of_it(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    page_state = controller.act(ADA, two_seen(came), {"act": "anyway", "face": "2"})
    assert page_state.session is not None
    assert (page_state.session.waiting, page_state.session.chosen) == ("job-1", (1, 2, 3))
    assert (job_client.sent[0]["faces"], job_client.sent[0]["even_open"]) == ([1, 2, 3], [2])
    for face in ("1", "2", "99", "two", None):
        again = controller.act(ADA, page_state.session, {"act": "anyway", "face": face})
        assert again.session is page_state.session
    assert len(job_client.sent) == 1


def test_what_somebody_says_of_a_face_stays_where_its_preview_cannot_be_made(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    job_client.trouble = QueueFull("expected room in the queue, it has 9 jobs; try again in 5 seconds.", 5)
    page_state = controller.act(ADA, two_seen(came), {"act": "anyway", "face": "2"})
    assert page_state.session is not None
    assert page_state.session.even_open == (2,)
    assert page_state.retry == {"act": "retry"}
    job_client.trouble = None
    controller.act(ADA, page_state.session, {"act": "retry"})
    assert job_client.sent[0]["even_open"] == [2]


def test_a_wish_that_is_cancelled_is_none_any_more_and_can_be_wished_again(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    before = two_seen(came)
    wished = controller.act(ADA, before, {"act": "restyle", "color": "Blue", "openness": 120})
    stopped = controller.act(ADA, wished.session, {"act": "cancel"})
    assert stopped.turned
    assert stopped.session == before
    again = controller.act(ADA, stopped.session, {"act": "restyle", "color": "Blue"})
    assert again.session is not None
    assert again.session.waiting == "job-2"
    assert job_client.sent[1]["eye_color"] == "blue"


def test_a_face_that_seems_open_is_left_where_its_preview_is_cancelled(
    controller: Controller, came: EditSession
) -> None:
    before = two_seen(came)
    anyway = controller.act(ADA, before, {"act": "anyway", "face": "2"})
    stopped = controller.act(ADA, anyway.session, {"act": "cancel"}).session
    assert stopped is not None
    assert (stopped.even_open, stopped.chosen) == ((), before.chosen)


def test_a_file_that_is_cancelled_takes_no_wish_away(controller: Controller, came: EditSession) -> None:
    wished = replace(two_seen(came), styles=EyeStyles(EyeStyle("blue")))
    making = controller.act(ADA, wished, {"act": "finish"})
    stopped = controller.act(ADA, making.session, {"act": "cancel"}).session
    assert stopped is not None
    assert stopped.styles == wished.styles


def test_a_wish_that_could_not_be_asked_is_still_owed_once_a_file_is_cancelled_or_made(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    job_client.trouble = QueueFull("expected room in the queue, it has 9 jobs; try again in 5 seconds.", 5)
    refused = controller.act(ADA, two_seen(came), {"act": "restyle", "color": "Blue"})
    job_client.trouble = None
    making = controller.act(ADA, refused.session, {"act": "finish"})
    assert making.leaves_notice
    assert controller.act(ADA, making.session, {"act": "cancel"}).retry == {"act": "retry"}


def test_a_first_preview_that_was_cancelled_can_be_had_after_whatever_else_is_done(
    controller: Controller, came: EditSession
) -> None:
    stopped = controller.act(ADA, came, {"act": "cancel"})
    assert stopped.retry
    assert controller.act(ADA, stopped.session, {"act": "toggle", "face": "1"}).leaves_notice


def test_the_way_to_try_a_wish_again_stays_until_there_is_a_preview_of_it(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    job_client.trouble = QueueFull("expected room in the queue, it has 9 jobs; try again in 5 seconds.", 5)
    refused = controller.act(ADA, two_seen(came), {"act": "restyle", "color": "Blue"})
    assert refused.retry
    job_client.trouble = None
    skipped = controller.act(ADA, refused.session, {"act": "toggle", "face": "3"})
    assert (skipped.headline, skipped.leaves_notice) == ("", True)
    again = controller.act(ADA, skipped.session, {"act": "retry"})
    assert not again.leaves_notice


def test_a_wish_without_a_preview_of_it_is_none_when_the_page_is_loaded_again(
    controller: Controller, job_client: FakeJobClient, came: EditSession
) -> None:
    job_client.jobs["seen"] = replace(job_client.jobs["first"], id="seen")
    seen = replace(came.with_preview(Preview("seen", EyeStyles(), {1: (0, 1), 3: (2,)}, {})), even_open=(2,))
    memory = TabMemory.of(replace(seen, chosen=(1, 2, 3))).to_json()
    loaded = controller.act(ADA, None, {"act": "resume", "memory": memory})
    assert loaded.session is not None
    assert loaded.session.chosen == (1, 3)
