"""A program that knows a session no more, after a restart or an hour, and the tab that remembers it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.web import words
from open_the_eyes.web.choices import shown_style, style_of
from open_the_eyes.web.controller import Controller
from open_the_eyes.web.edit_session import EditSession, Preview, new_session
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import PhotoFaces
from open_the_eyes.web.tab_memory import TabMemory
from tests.web.fake_jobs import ADA, FakeJobClient, face

FACES = (face(1), face(2, "profile"), face(3), face(4, "already_open"))


def seen_session() -> EditSession:
    """A photo with two closed faces, seen in blue; face 1 has the second of its eyes, face 3 is left out."""
    came = new_session(("party.jpg", "b.jpg"), "first", PhotoFaces((400, 300), FACES))
    preview = Preview("blue", EyeStyles(EyeStyle("blue")), {1: (0, 1), 3: (2,)}, {})
    return replace(came.with_preview(preview), styles=EyeStyles(EyeStyle("blue"))).with_pick(1, 1).with_chosen((1,))


def through_a_browser(session: EditSession) -> Any:
    return json.loads(json.dumps(TabMemory.of(session).to_json()))


@pytest.fixture
def job_client() -> FakeJobClient:
    one = FakeJobClient(FACES)
    for name in ("first", "blue"):
        one.jobs[name] = Job(name, JobRequest(ADA, {}), "done", 1, 0.0, report={})
    return one


@pytest.fixture
def controller(job_client: FakeJobClient) -> Controller:
    return Controller(job_client)  # type: ignore[arg-type]  # all of it that is asked for


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"waiting": "file", "finishing": True, "purpose": "ultra"},
        {"final": "file"},
        {"styles": EyeStyles(EyeStyle("grey", (0.0, -0.5), 1.2), {3: EyeStyle("blue")}), "waiting": "grey"},
        {"adjusting": 3},
        {"close_up": None, "picks": {}, "chosen": ()},
        {"preview": None, "waiting": "first"},
        {"matches": ((1, 1, 2),), "strangers": ((3, 1, 1), (3, 1, 3))},
    ],
    ids=[
        "seen",
        "a file is made",
        "a file is there",
        "another style is painted",
        "one face is adjusted",
        "nobody is chosen",
        "the first preview",
        "who is who",
    ],
)
def test_all_that_is_seen_comes_back_from_a_browser(changed: dict[str, Any]) -> None:
    session = replace(seen_session(), **changed)
    back = TabMemory.from_json(through_a_browser(session))
    assert back == TabMemory.of(session)
    for name in ("names", "chosen", "styles", "waiting", "close_up", "matches", "strangers", "final", "even_open"):
        assert getattr(back, name) == getattr(session, name), name


@pytest.mark.parametrize(
    "told",
    [
        None,
        "text",
        [],
        {"names": "text", "chosen": {}, "picks": 1, "style": 1, "close_up": "1", "purpose": [], "preview": 1},
        {"names": [], "picks": [1, [1], [1, 2, 3], ["a", "b"], [True, 1]], "style": {"eye_color": "purple"}},
        {"picks": [[10**9, 1], [-1, 0]], "close_up": 10**9, "waiting": {}, "purpose": "../etc", "final": 7},
        {"matches": [[1, 2], [0, 1, 1], ["1", 1, 1], 7, [1, 1, 1, 1]], "strangers": "text"},
    ],
)
def test_what_a_browser_makes_up_is_nothing(told: object) -> None:
    assert TabMemory.from_json(told) == TabMemory(job="None")


def test_of_faces_and_eyes_that_are_not_there_none_is_chosen_or_picked() -> None:
    session = seen_session()
    memory = TabMemory(job="first", chosen=(2, 3, 99), picks={1: 7, 3: 2, 99: 0})
    now = memory.applied_to(session)
    assert now.chosen == (3,)
    assert now.picks == {3: 2}


def test_whose_picked_eyes_are_lost_is_still_said_after_a_restart_until_others_are_picked(
    controller: Controller,
) -> None:
    lost = replace(seen_session(), picks={}, lost_picks=(1,))
    memory = through_a_browser(lost)
    back = controller.act(ADA, None, {"act": "resume", "memory": memory}).session
    assert back is not None
    assert words.standing(back) == words.standing(lost)
    assert "Face 1: the eyes you picked are not among the new ones" in words.standing(back)
    picked = controller.act(ADA, None, {"act": "pick", "face": "1", "attempt": "1", "memory": memory}).session
    assert picked is not None
    assert picked.lost_picks == ()
    made_up = TabMemory.from_json({**memory, "picks": [[1, 1]], "lost_picks": [1, 3, 99, "4", -1]})
    assert made_up.applied_to(seen_session()).lost_picks == (3,)


def test_after_a_restart_the_file_has_the_very_eyes_that_are_seen(
    controller: Controller, job_client: FakeJobClient
) -> None:
    session, finish = seen_session(), {"act": "finish", "purpose": "standard"}
    controller.act(ADA, session, finish)
    controller.act(ADA, None, {**finish, "memory": through_a_browser(session)})
    assert job_client.sent[0] == job_client.sent[1]
    assert job_client.sent[1] == {"mode": "standard", "faces": [1], "picks": [[1, 1]], "eye_color": "blue"}


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        ({"act": "toggle", "face": "3"}, {"chosen": (1, 3)}),
        ({"act": "pick", "face": "1", "attempt": "0"}, {"picks": {1: 0}}),
        ({"act": "restyle", "color": "Green"}, {"styles": EyeStyles(EyeStyle("green")), "waiting": "job-1"}),
        ({"act": "adjust", "face": "3"}, {"adjusted": 3, "close_up": 3}),
        ({"act": "anyway", "face": "4"}, {"even_open": (4,), "chosen": (1, 4), "waiting": "job-1"}),
    ],
    ids=lambda one: str(one.get("act", "")),
)
def test_after_a_restart_what_is_done_is_done_to_what_is_seen(
    controller: Controller, told: dict[str, Any], becomes: dict[str, Any]
) -> None:
    page_state = controller.act(ADA, None, {**told, "memory": through_a_browser(seen_session())})
    assert page_state.session is not None
    assert page_state.headline == ""
    assert page_state.session.names == ("party.jpg", "b.jpg")
    for name, value in becomes.items():
        assert getattr(page_state.session, name) == value


def test_after_a_restart_faces_that_only_seem_open_are_still_to_be_opened(controller: Controller) -> None:
    before = seen_session().with_even_open([4])
    memory = through_a_browser(before.with_chosen((1,)))
    after = controller.act(ADA, None, {"act": "toggle", "face": "4", "memory": memory}).session
    assert after is not None
    assert (after.even_open, after.chosen) == ((4,), (1, 4))
    assert after.preview_options() == before.preview_options()
    assert through_a_browser(after)["even_open"] == [4]
    wrong = controller.act(ADA, None, {"act": "resume", "memory": {**memory, "even_open": [1, 2, "4", 9]}}).session
    assert wrong is not None
    assert wrong.even_open == ()


def test_a_file_that_is_being_made_is_waited_for_across_a_restart(
    controller: Controller, job_client: FakeJobClient
) -> None:
    session = replace(seen_session(), waiting="file", finishing=True)
    job_client.jobs["file"] = Job("file", JobRequest(ADA, {}), "done", 1, 0.0, report={})
    memory = through_a_browser(session)
    for told in ({"act": "ended", "job": "file"}, {"act": "resume"}):
        now = controller.act(ADA, None, {**told, "memory": memory}).session
        assert now is not None
        assert now.final == "file"


def test_a_file_that_is_there_is_there_until_something_else_is_chosen(
    controller: Controller, job_client: FakeJobClient
) -> None:
    job_client.jobs["file"] = Job("file", JobRequest(ADA, {}), "done", 1, 0.0, report={})
    memory = through_a_browser(replace(seen_session(), final="file"))
    for told, final in (
        ({"act": "resume"}, "file"),
        ({"act": "look", "face": "1"}, "file"),
        ({"act": "toggle", "face": "3"}, None),
    ):
        now = controller.act(ADA, None, {**told, "memory": memory}).session
        assert now is not None
        assert now.final == final


@pytest.mark.parametrize(
    "told",
    [
        {"act": "toggle", "face": "3"},
        {"act": "pick", "face": "1", "attempt": "0"},
        {"act": "look", "face": "1"},
        {"act": "restyle", "color": "Green"},
        {"act": "finish", "purpose": "standard"},
        {"act": "ended", "job": "first"},
        {"act": "cancel"},
        {"act": "retry"},
        {"act": "take", "shot": "1"},
    ],
    ids=lambda told: told["act"],
)
@pytest.mark.parametrize("remembers", ["more than is left", "the photo alone"])
def test_where_the_page_shows_what_is_not_there_any_more_nothing_is_done_and_that_is_said(
    controller: Controller, job_client: FakeJobClient, told: dict[str, Any], remembers: str
) -> None:
    del job_client.jobs["blue"]
    memory = through_a_browser(seen_session())
    if remembers == "the photo alone":
        memory = {name: memory[name] for name in ("job", "names")}
    page_state = controller.act(ADA, None, {**told, "memory": memory})
    assert "started anew" in page_state.headline
    assert page_state.replaced
    assert page_state.session is not None
    assert page_state.session.final is None
    assert job_client.sent == []
    assert job_client.forgotten == []


def test_another_photo_and_starting_anew_delete_what_the_tab_remembers(
    controller: Controller, job_client: FakeJobClient
) -> None:
    memory = through_a_browser(seen_session())
    assert controller.act(ADA, None, {"act": "anew", "memory": memory}).left is not None
    assert controller.act(ADA, None, {"act": "delete", "memory": memory}).session is None
    assert job_client.forgotten == ["first"]
    arrived = {"act": "arrived", "job": "other", "names": ["new.jpg"], "memory": memory}
    now = controller.act(ADA, None, arrived).session
    assert now is not None
    assert now.job == "other"
    assert job_client.forgotten == ["first", "first"]


def test_a_refused_upload_leaves_the_page_with_its_photo(controller: Controller) -> None:
    page_state = controller.act(ADA, None, {"act": "refused", "memory": through_a_browser(seen_session())})
    assert page_state.session is not None
    assert page_state.session.eyes == {1: 2}


@pytest.mark.parametrize("told", [("As suits the face", "As suits the face", 100), ("Blue", "Left", 80)])
def test_a_page_that_is_loaded_again_shows_the_style_that_was_asked(told: tuple[str, str, int]) -> None:
    assert shown_style(style_of(*told)) == told
