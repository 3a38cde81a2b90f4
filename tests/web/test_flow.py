"""What a visitor does, and what is to be seen then; without a browser, a queue or a painter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from open_the_eyes.errors import OpenTheEyesError, PhotoNotWritten
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Mode
from open_the_eyes.service.jobs import Job, Wish
from open_the_eyes.service.refusals import Busy, NotHere
from open_the_eyes.web.flow import Flow, looks_of
from open_the_eyes.web.sitting import FaceSeen, Looked, Looks, Preview, Sitting, begun

ADA = "visitor-ada"


@dataclass
class Helper:
    """Does errands as the service would; `trouble` is what it runs into, `sent` what was asked of it."""

    faces: tuple[FaceSeen, ...]
    trouble: OpenTheEyesError | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)

    def begin(self, owner: str, job_id: str, names: tuple[str, ...]) -> Sitting:
        assert owner == ADA
        self._stumble()
        return begun(names, job_id, Looked((400, 300), self.faces))

    def preview(self, owner: str, sitting: Sitting) -> Sitting:
        assert owner == ADA
        self._stumble()
        self.sent.append(sitting.preview_options())
        return replace(sitting, waiting=f"job-{len(self.sent)}")

    def finish(self, owner: str, sitting: Sitting, purpose: Mode) -> Sitting:
        assert owner == ADA
        self._stumble()
        self.sent.append(sitting.final_options(purpose))
        return replace(sitting, waiting=f"job-{len(self.sent)}", finishing=True, purpose=purpose)

    def ended(self, owner: str, sitting: Sitting, job_id: str) -> Sitting:
        assert owner == ADA
        if self.jobs[job_id].state != "done":
            return replace(sitting, waiting=None, finishing=False)
        if sitting.finishing:
            return replace(sitting, waiting=None, finishing=False, final=job_id)
        return sitting.previewed(Preview(job_id, sitting.looks, {1: (0, 1)}, {}))

    def cancel(self, owner: str, sitting: Sitting) -> Sitting:
        assert owner == ADA
        return replace(sitting, waiting=None, finishing=False)

    def job(self, owner: str, job_id: str) -> Job:
        assert owner == ADA
        if job_id not in self.jobs:
            raise NotHere("expected a job of yours, there is none.")
        return self.jobs[job_id]

    def forget(self, owner: str, jobs: tuple[str, ...]) -> None:
        assert owner == ADA
        self.forgotten += jobs

    def _stumble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def face(number: int, outcome: Any = "closed") -> FaceSeen:
    place = Box(0.1, 0.1, 0.2, 0.3)
    return FaceSeen(number, outcome, "", place, place, ())


@pytest.fixture
def helper() -> Helper:
    one = Helper((face(1), face(2, "already_open"), face(3)))
    one.jobs["first"] = Job("first", Wish(ADA, {}), "done", 1, 0.0, report={})
    return one


@pytest.fixture
def flow(helper: Helper) -> Flow:
    return Flow(helper)  # type: ignore[arg-type]  # all of it that is asked for


@pytest.fixture
def came(flow: Flow) -> Sitting:
    scene = flow.act(ADA, None, {"act": "arrived", "job": "first", "names": ["party.jpg"]})
    assert scene.sitting is not None
    return scene.sitting


@pytest.fixture
def seen(flow: Flow, came: Sitting) -> Sitting:
    scene = flow.act(ADA, came, {"act": "ended", "job": "first"})
    assert scene.sitting is not None
    return scene.sitting


def test_a_photo_arrives_and_its_preview_is_awaited(came: Sitting) -> None:
    assert came.names == ("party.jpg",)
    assert came.waiting == "first"
    assert came.chosen == (1, 3)


def test_a_second_photo_takes_the_place_of_the_first_whose_jobs_are_deleted(
    flow: Flow, helper: Helper, came: Sitting
) -> None:
    scene = flow.act(ADA, came, {"act": "arrived", "job": "other", "names": ["new.jpg"]})
    assert scene.sitting is not None
    assert scene.sitting.job == "other"
    assert helper.forgotten == ["first"]


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
    flow: Flow, helper: Helper, faces: tuple[FaceSeen, ...], said: str
) -> None:
    helper.faces = faces
    scene = flow.act(ADA, None, {"act": "arrived", "job": "first", "names": ["a.jpg"]})
    assert said in scene.headline
    assert bool(scene.headline) is bool(said)


def test_the_preview_is_shown_when_it_has_ended(seen: Sitting) -> None:
    assert seen.waiting is None
    assert seen.eyes == {1: 1}


def test_an_end_that_nobody_waits_for_changes_nothing(flow: Flow, seen: Sitting) -> None:
    assert flow.act(ADA, seen, {"act": "ended", "job": "first"}).sitting is seen


def test_faces_are_chosen_and_skipped_by_a_click_and_by_the_list(flow: Flow, seen: Sitting) -> None:
    skipped = flow.act(ADA, seen, {"act": "toggle", "face": "3"}).sitting
    assert skipped is not None
    assert skipped.chosen == (1,)
    again = flow.choose(ADA, skipped, [3]).sitting
    assert again is not None
    assert again.chosen == (3,)


def test_the_file_has_the_eyes_that_were_picked(flow: Flow, helper: Helper, seen: Sitting) -> None:
    picked = flow.act(ADA, seen, {"act": "pick", "face": "1", "attempt": "1"}).sitting
    scene = flow.act(ADA, picked, {"act": "finish", "purpose": "ultra"})
    assert helper.sent == [{"mode": "ultra", "faces": [1], "picks": [[1, 1]]}]
    helper.jobs["job-1"] = Job("job-1", Wish(ADA, {}), "done", 1, 0.0, report={})
    done = flow.act(ADA, scene.sitting, {"act": "ended", "job": "job-1"}).sitting
    assert done is not None
    assert flow.final(ADA, done) is helper.jobs["job-1"]


def test_a_file_of_nothing_is_not_made(flow: Flow, helper: Helper, seen: Sitting) -> None:
    nobody = flow.choose(ADA, seen, []).sitting
    scene = flow.act(ADA, nobody, {"act": "finish", "purpose": "standard"})
    assert "choose one first" in scene.advice
    assert helper.sent == []


def test_a_wish_sends_a_preview_and_the_same_wish_again_does_not(flow: Flow, helper: Helper, seen: Sitting) -> None:
    wished = flow.wish(ADA, seen, Looks("blue")).sitting
    assert helper.sent[0]["eye_color"] == "blue"
    flow.wish(ADA, wished, Looks("blue"))
    assert len(helper.sent) == 1


@pytest.mark.parametrize(
    ("trouble", "headline", "advice"),
    [
        (Busy("expected room in the queue.", 7), "Many photos are waiting", "7 seconds"),
        (NotHere("it has been deleted."), "not here any more", "Drop it again"),
        (PhotoNotWritten("/secret/place: no room."), "could not be stored", "no room left"),
    ],
)
def test_what_goes_wrong_is_said_and_can_be_tried_again_as_it_was_wished(
    flow: Flow, helper: Helper, seen: Sitting, trouble: OpenTheEyesError, headline: str, advice: str
) -> None:
    helper.trouble = trouble
    scene = flow.wish(ADA, seen, Looks("green"))
    assert headline in scene.headline
    assert advice in scene.advice
    assert "secret" not in scene.advice
    assert scene.retry
    helper.trouble = None
    flow.act(ADA, scene.sitting, {"act": "retry"})
    assert helper.sent[-1]["eye_color"] == "green"


def test_a_job_that_failed_says_why(flow: Flow, helper: Helper, came: Sitting) -> None:
    problem = {"type": "urn:open-the-eyes:problem:no-capacity", "detail": "not enough memory"}
    helper.jobs["first"] = Job("first", Wish(ADA, {}), "failed", 1, 0.0, problem=problem)
    scene = flow.act(ADA, came, {"act": "ended", "job": "first"})
    assert "not enough memory" in scene.headline
    assert scene.retry


def test_cancelling_ends_the_waiting_and_keeps_the_photo(flow: Flow, came: Sitting) -> None:
    scene = flow.act(ADA, came, {"act": "cancel"})
    assert scene.sitting is not None
    assert scene.sitting.waiting is None
    assert scene.headline == "Stopped."
    assert scene.retry


def test_starting_anew_deletes_every_job(flow: Flow, helper: Helper, came: Sitting) -> None:
    assert flow.act(ADA, replace(came, jobs=("first", "second")), {"act": "anew"}).sitting is None
    assert helper.forgotten == ["first", "second"]


def test_a_photo_whose_time_is_over_is_no_error_when_the_page_is_loaded_again(flow: Flow, helper: Helper) -> None:
    helper.trouble = NotHere("it has been deleted.")
    scene = flow.act(ADA, None, {"act": "resume", "memory": {"job": "first", "names": ["a.jpg"]}})
    assert scene.sitting is None
    assert scene.headline == ""


def test_a_program_that_was_started_anew_goes_on_with_the_photo_that_the_browser_remembers(flow: Flow) -> None:
    memory = {"job": "first", "names": ["party.jpg"]}
    for told in ({"act": "resume"}, {"act": "ended", "job": "first"}, {"act": "toggle", "face": "3"}):
        sitting = flow.act(ADA, None, {**told, "memory": memory}).sitting
        assert sitting is not None
        assert sitting.names == ("party.jpg",)
    assert sitting is not None
    assert sitting.chosen == (1,)
    assert "Load this page again" in flow.choose(ADA, None, [1]).advice
    assert "Load this page again" in flow.wish(ADA, None, Looks("blue")).advice


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"act": None},
        {"act": "sudo"},
        {"act": "toggle"},
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
def test_whatever_a_browser_tells_there_is_a_scene(flow: Flow, seen: Sitting, told: dict[str, Any]) -> None:
    for sitting in (seen, None):
        scene = flow.act(ADA, sitting, told)
        assert scene.sitting is None or set(scene.sitting.chosen) <= {1, 3}
        assert scene.sitting is None or len(scene.sitting.names) <= 32


@pytest.mark.parametrize(
    ("told", "looks"),
    [
        (("As suits the face", "As suits the face", 100), Looks()),
        (("Blue", "Left", 80), Looks("blue", (-0.6, 0.0), 0.8)),
        (("Purple", "Sideways", 1000), Looks("auto", None, 1.4)),
    ],
    ids=["nothing", "all", "out of range"],
)
def test_words_of_the_page_become_looks(told: tuple[str, str, float], looks: Looks) -> None:
    assert looks_of(*told) == looks
