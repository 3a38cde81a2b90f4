"""What is chosen, picked and wished for, and what a job is asked because of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Options
from open_the_eyes.options.attempt import FIRST_LED
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Outcome
from open_the_eyes.service.jobs.processing import options_of
from open_the_eyes.web.choices import style_of
from open_the_eyes.web.edit_session import EditSession, Preview, new_session
from open_the_eyes.web.eye_origin import EyeOrigin
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces

NOWHERE = Box(0.1, 0.1, 0.3, 0.4)
OUTCOMES: tuple[Outcome, ...] = ("closed", "already_open", "unsure", "profile", "closed")


def face(number: int, outcome: Outcome) -> FaceRegion:
    return FaceRegion(number, outcome, "", NOWHERE, NOWHERE, ((0.1, 0.2, 0.3, 0.2),))


@pytest.fixture
def came() -> EditSession:
    """Five faces: 1 and 5 closed, 2 open, 3 unsure, 4 turned away."""
    faces = tuple(face(number, outcome) for number, outcome in enumerate(OUTCOMES, start=1))
    return new_session(("party.jpg",), "first", PhotoFaces((400, 300), faces))


@pytest.fixture
def seen(came: EditSession) -> EditSession:
    """With a preview: face 5 could not be opened."""
    return came.with_preview(Preview("first", EyeStyles(), {1: (2, 0, 3), 3: (0, 1)}, {5: ("kept_original", "Left.")}))


def test_what_should_be_is_chosen_and_what_can_be_is_choosable(came: EditSession) -> None:
    assert came.chosen == (1, 5)
    assert [one.id for one in came.choosable] == [1, 3, 5]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [((), ()), ((3,), (3,)), ((5, 1, 3), (1, 3, 5)), ((2, 4, 99, -1, 1), (1,))],
    ids=["nobody", "the unsure one", "in order", "only who can be"],
)
def test_only_faces_that_can_be_opened_are_chosen(
    came: EditSession, wanted: tuple[int, ...], chosen: tuple[int, ...]
) -> None:
    assert came.with_chosen(wanted).chosen == chosen


def test_choosing_what_is_chosen_changes_nothing(came: EditSession) -> None:
    assert came.with_chosen((5, 1)) is came


def test_the_best_eyes_are_shown_until_others_are_picked(seen: EditSession) -> None:
    assert seen.eyes == {1: 1}
    picked = seen.with_pick(1, 3)
    assert picked.eyes == {1: 3}
    assert picked.close_up == 1


@pytest.mark.parametrize(("number", "attempt"), [(1, 9), (5, 0), (2, 0), (99, 1)])
def test_eyes_that_were_never_offered_cannot_be_picked(seen: EditSession, number: int, attempt: int) -> None:
    assert seen.with_pick(number, attempt) is seen


def test_picking_chooses_and_picking_its_own_eyes_skips(seen: EditSession) -> None:
    assert seen.with_pick(3, 1).eyes == {1: 1, 3: 2}
    assert seen.with_pick(1, None).eyes == {}


def test_a_pick_outlives_skipping(seen: EditSession) -> None:
    assert seen.with_pick(1, 3).with_chosen((5,)).with_chosen((1, 5)).eyes == {1: 3}


def test_a_final_job_names_the_faces_and_the_very_eyes_that_are_seen(seen: EditSession) -> None:
    asked = seen.with_pick(1, 0).with_pick(3, 1).final_options("quality")
    assert asked == {"mode": "quality", "faces": [1, 3], "picks": [[1, 0], [3, 1]]}
    assert options_of(asked).generate.picks == ((1, 0), (3, 1))


def test_eyes_that_seem_open_are_opened_where_that_is_said_and_a_preview_of_them_is_asked_for(
    seen: EditSession,
) -> None:
    asked = seen.with_even_open([2])
    assert (asked.chosen, asked.even_open, asked.close_up) == ((1, 2, 5), (2,), seen.close_up)
    assert [face.id for face in asked.choosable] == [1, 2, 3, 5]
    assert asked.seeming_open == ()
    wanted = asked.preview_options()
    assert wanted == {"mode": "fast", "variations": 4, "all": True, "faces": [1, 2, 3, 5], "even_open": [2]}
    assert options_of(wanted).choose.even_open == (2,)
    assert asked.final_options("standard") == seen.final_options("standard")  # nobody has seen them yet
    attempts = {1: (2, 0), 2: (0, 1), 3: (0, 1)}
    arrived = asked.with_preview(Preview("second", EyeStyles(), attempts, {}, even_open=(2,)))
    assert arrived.close_up == 2
    looked = replace(arrived, close_up=3)
    assert looked.with_preview(Preview("third", EyeStyles(), attempts, {}, even_open=(2,))).close_up == 3
    final = arrived.with_pick(2, 1).final_options("standard")
    assert final == {"mode": "standard", "faces": [1, 2], "even_open": [2], "picks": [[1, 2], [2, 1]]}
    assert "even_open" not in arrived.with_chosen((1,)).final_options("standard")
    again = arrived.with_chosen((1,)).with_chosen((1, 2))
    assert (again.eyes, again.preview) == ({1: 1, 2: 1}, arrived.preview)


def test_a_pick_stays_when_eyes_that_seem_open_join_the_preview(seen: EditSession) -> None:
    joined = seen.with_pick(1, 3).with_even_open([2])
    assert joined.with_preview(Preview("second", EyeStyles(), {1: (2, 0, 3), 2: (0,)}, {})).picks == {1: 3}


@pytest.mark.parametrize("faces", [[], [1], [4], [99], [3, 5]], ids=str)
def test_only_of_faces_that_seem_open_it_can_be_said_that_they_are_not(seen: EditSession, faces: list[int]) -> None:
    assert seen.with_even_open(faces) is seen
    twice = seen.with_even_open([2])
    assert twice.with_even_open([2]) is twice


@pytest.mark.parametrize(
    ("style", "asked"),
    [
        (EyeStyle(), {}),
        (EyeStyle("blue"), {"eye_color": "blue"}),
        (EyeStyle(gaze=(0.0, -0.5)), {"gaze": [0.0, -0.5]}),
        (EyeStyle("grey", (0.5, 0.0), 1.2), {"eye_color": "grey", "gaze": [0.5, 0.0], "openness": 1.2}),
    ],
    ids=["as suits", "colour", "gaze", "all"],
)
def test_looks_become_options_that_the_engine_takes(seen: EditSession, style: EyeStyle, asked: dict[str, Any]) -> None:
    assert EyeStyles(style).options() == asked
    wished = seen.with_style(style)
    assert wished.preview_options() == {"mode": "fast", "variations": 4, "all": True, **asked}
    assert isinstance(options_of(wished.preview_options()), Options)


def test_until_its_preview_is_there_a_wish_changes_neither_picture_nor_file(seen: EditSession) -> None:
    picked = seen.with_pick(1, 0)
    wished = picked.with_style(EyeStyle("blue"))
    assert wished.final_options("standard") == picked.final_options("standard")
    arrived = wished.with_preview(Preview("second", EyeStyles(EyeStyle("blue")), {1: (0, 1)}, {}))
    assert arrived.final_options("standard")["eye_color"] == "blue"


@pytest.mark.parametrize("style", [EyeStyle("blue"), EyeStyle(gaze=(0.0, 0.0)), EyeStyle(openness=1.2)], ids=str)
def test_picked_eyes_stay_picked_in_another_style_where_they_are_among_the_new_ones(
    seen: EditSession, style: EyeStyle
) -> None:
    wished = seen.with_pick(1, 3).with_pick(3, 1).with_style(style)
    arrived = wished.with_preview(Preview("second", EyeStyles(style), {1: (3, 2), 3: (0, 2)}, {}))
    assert (arrived.picks, arrived.lost_picks) == ({1: 3}, (3,))
    assert arrived.eyes == {1: 1, 3: 1}
    again = arrived.with_pick(3, 2)
    assert again.lost_picks == ()
    assert again.with_preview(Preview("third", EyeStyles(), {1: (2, 3), 3: (2,)}, {})).lost_picks == ()


def test_the_file_has_the_eyes_of_whom_they_were_seen_from_and_picks_go_with_their_donor(seen: EditSession) -> None:
    assert seen.preview is not None
    painted, own = EyeOrigin("appearance"), EyeOrigin("reference 1, face 2")
    before = (
        replace(seen, preview=replace(seen.preview, origins={1: painted, 3: painted})).with_pick(1, 0).with_pick(3, 1)
    )
    told = {"id": 1, "outcome": "opened", "reason": "", "variation_attempts": [1, 0], "source": own.source}
    other = {**told, "id": 3, "variation_attempts": [0, 1], "source": "appearance"}
    shots = [{"unrelated": False}, {"unrelated": True}]
    preview = Preview.of("second", {"match": [[1, 1, 2]]}, {"faces": [told, other], "references": shots})
    assert preview.unrelated == (2,)
    after = before.with_preview(preview)
    assert (after.picks, after.lost_picks) == ({3: 1}, (1,))
    assert after.final_options("standard")["match"] == [[1, 1, 2]]


def test_eyes_that_were_only_led_by_somebodys_are_not_called_theirs(seen: EditSession) -> None:
    assert seen.preview is not None
    own = EyeOrigin("reference 1, face 2")
    one = replace(seen, preview=replace(seen.preview, attempts={1: (0, FIRST_LED)}, origins={1: own}))
    assert one.origin(1) == own
    led = one.with_pick(1, FIRST_LED).origin(1)
    assert led is not None
    assert (led.is_own, led.shot) == (False, 1)
    assert one.origin(5) is None


def test_a_wish_for_what_is_there_is_none(seen: EditSession) -> None:
    assert seen.with_style(EyeStyle()) is seen


@pytest.mark.parametrize("change", ["choose", "pick", "wish"])
def test_every_change_ends_the_file_that_was_made_or_is_being_made(seen: EditSession, change: str) -> None:
    for before in (replace(seen, final="file"), replace(seen, waiting="file", finishing=True)):
        after = {
            "choose": lambda one=before: one.with_chosen(()),
            "pick": lambda one=before: one.with_pick(1, 0),
            "wish": lambda one=before: one.with_style(EyeStyle("green")),
        }[change]()
        assert after.final is None
        assert after.waiting is None


def test_faces_come_back_from_where_they_were_noted(came: EditSession) -> None:
    for one in came.faces:
        assert FaceRegion.from_json(one.to_json()) == one


@pytest.mark.parametrize(
    ("told", "style"),
    [
        (("As suits the face", "As suits the face", 100), EyeStyle()),
        (("Blue", "Left", 80), EyeStyle("blue", (-0.6, 0.0), 0.8)),
        (("Purple", "Sideways", 1000), EyeStyle("auto", None, 1.4)),
    ],
    ids=["nothing", "all", "out of range"],
)
def test_words_of_the_page_become_looks(told: tuple[str, str, float], style: EyeStyle) -> None:
    assert style_of(*told) == style
