"""What is chosen, picked and wished for, and what a job is asked because of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Options
from open_the_eyes.roles import Outcome
from open_the_eyes.service.painting import options_of
from open_the_eyes.web.sitting import FaceSeen, Looked, Looks, Preview, Sitting, begun

NOWHERE = Box(0.1, 0.1, 0.3, 0.4)
OUTCOMES: tuple[Outcome, ...] = ("closed", "already_open", "unsure", "profile", "closed")


def face(number: int, outcome: Outcome) -> FaceSeen:
    return FaceSeen(number, outcome, "", NOWHERE, NOWHERE, ((0.1, 0.2, 0.3, 0.2),))


@pytest.fixture
def came() -> Sitting:
    """Five faces: 1 and 5 closed, 2 open, 3 unsure, 4 turned away."""
    faces = tuple(face(number, outcome) for number, outcome in enumerate(OUTCOMES, start=1))
    return begun(("party.jpg",), "first", Looked((400, 300), faces))


@pytest.fixture
def seen(came: Sitting) -> Sitting:
    """With a preview: face 5 could not be opened."""
    return came.previewed(Preview("first", Looks(), {1: (2, 0, 3), 3: (0, 1)}, {5: ("kept_original", "Left.")}))


def test_what_should_be_is_chosen_and_what_can_be_is_choosable(came: Sitting) -> None:
    assert came.chosen == (1, 5)
    assert [one.id for one in came.choosable] == [1, 3, 5]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [((), ()), ((3,), (3,)), ((5, 1, 3), (1, 3, 5)), ((2, 4, 99, -1, 1), (1,))],
    ids=["nobody", "the unsure one", "in order", "only who can be"],
)
def test_only_faces_that_can_be_opened_are_chosen(
    came: Sitting, wanted: tuple[int, ...], chosen: tuple[int, ...]
) -> None:
    assert came.choosing(wanted).chosen == chosen


def test_choosing_what_is_chosen_changes_nothing(came: Sitting) -> None:
    assert came.choosing((5, 1)) is came


def test_the_best_eyes_are_shown_until_others_are_picked(seen: Sitting) -> None:
    assert seen.eyes == {1: 1}
    picked = seen.picking(1, 3)
    assert picked.eyes == {1: 3}
    assert picked.close_up == 1


@pytest.mark.parametrize(("number", "attempt"), [(1, 9), (5, 0), (2, 0), (99, 1)])
def test_eyes_that_were_never_offered_cannot_be_picked(seen: Sitting, number: int, attempt: int) -> None:
    assert seen.picking(number, attempt) is seen


def test_picking_chooses_and_picking_its_own_eyes_skips(seen: Sitting) -> None:
    assert seen.picking(3, 1).eyes == {1: 1, 3: 2}
    assert seen.picking(1, None).eyes == {}


def test_a_pick_outlives_skipping(seen: Sitting) -> None:
    assert seen.picking(1, 3).choosing((5,)).choosing((1, 5)).eyes == {1: 3}


def test_a_final_job_names_the_faces_and_the_very_eyes_that_are_seen(seen: Sitting) -> None:
    asked = seen.picking(1, 0).picking(3, 1).final_options("quality")
    assert asked == {"mode": "quality", "faces": [1, 3], "picks": [[1, 0], [3, 1]]}
    assert options_of(asked).generate.picks == ((1, 0), (3, 1))


@pytest.mark.parametrize(
    ("looks", "asked"),
    [
        (Looks(), {}),
        (Looks("blue"), {"eye_color": "blue"}),
        (Looks(gaze=(0.0, -0.5)), {"gaze": [0.0, -0.5]}),
        (Looks("grey", (0.5, 0.0), 1.2), {"eye_color": "grey", "gaze": [0.5, 0.0], "openness": 1.2}),
    ],
    ids=["as suits", "colour", "gaze", "all"],
)
def test_looks_become_options_that_the_engine_takes(seen: Sitting, looks: Looks, asked: dict[str, Any]) -> None:
    assert looks.options() == asked
    wished = seen.wishing(looks)
    assert wished.preview_options() == {"mode": "fast", "variations": 4, "all": True, **asked}
    assert isinstance(options_of(wished.preview_options()), Options)


def test_until_its_preview_is_there_a_wish_changes_neither_picture_nor_file(seen: Sitting) -> None:
    picked = seen.picking(1, 0)
    wished = picked.wishing(Looks("blue"))
    assert wished.final_options("standard") == picked.final_options("standard")
    arrived = wished.previewed(Preview("second", Looks("blue"), {1: (0, 1)}, {}))
    assert arrived.picks == {}
    assert arrived.final_options("standard")["eye_color"] == "blue"


def test_a_wish_for_what_is_there_is_none(seen: Sitting) -> None:
    assert seen.wishing(Looks()) is seen


@pytest.mark.parametrize("change", ["choose", "pick", "wish"])
def test_every_change_ends_the_file_that_was_made_or_is_being_made(seen: Sitting, change: str) -> None:
    for before in (replace(seen, final="file"), replace(seen, waiting="file", finishing=True)):
        after = {
            "choose": lambda one=before: one.choosing(()),
            "pick": lambda one=before: one.picking(1, 0),
            "wish": lambda one=before: one.wishing(Looks("green")),
        }[change]()
        assert after.final is None
        assert after.waiting is None


def test_faces_come_back_from_where_they_were_noted(came: Sitting) -> None:
    for one in came.faces:
        assert FaceSeen.from_json(one.to_json()) == one
