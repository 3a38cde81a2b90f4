"""Which eyes are opened: the table."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import ChooseOptions
from open_the_eyes.roles import Eye, Face, Refusal
from open_the_eyes.stages.choose import decide, face_states

OPEN, UNSURE, MOSTLY, CLOSED = 0.02, 0.45, 0.6, 0.99


def a_face(left: float, right: float, refusal: Refusal | None = None) -> Face:
    eyes: dict[Side, Eye] = {"left": Eye(1 - left, left), "right": Eye(1 - right, right)}
    reason = "Because." if refusal else ""
    return Face(Box(0, 0, 100, 120), np.zeros((478, 3)), eyes, 0.0, 0.0, 0.9, refusal, reason)


def small(left: float, right: float) -> Face:
    return replace(a_face(left, right), doubt="the face is only 40 pixels wide")


def with_eye(face: Face, side: Side, eye: Eye) -> Face:
    return replace(face, eyes={**face.eyes, side: eye})


COVERED = Eye(0.4, 0.0, covered=True)
OUTSIDE = Eye(0.4, 0.0, covered=True, outside=True)
ASKED = ChooseOptions(all=True)
NAMED = ChooseOptions(faces=(1,))
EVEN_OPEN = ChooseOptions(faces=(1,), even_open=True)
OTHERS_EVEN_OPEN = ChooseOptions(faces=(1, 2), even_open=(2,))


@pytest.mark.parametrize(
    ("face", "options", "outcome", "closed"),
    [
        pytest.param(a_face(CLOSED, CLOSED), ChooseOptions(), "closed", ("left", "right"), id="a blink"),
        pytest.param(a_face(OPEN, OPEN), ChooseOptions(), "already_open", (), id="open"),
        pytest.param(a_face(CLOSED, OPEN), ChooseOptions(), "closed", ("left",), id="left eye only"),
        pytest.param(a_face(OPEN, CLOSED), ChooseOptions(), "closed", ("right",), id="right eye only"),
        pytest.param(a_face(OPEN, 0.8), ChooseOptions(), "unsure", (), id="one eye: more evidence is asked"),
        pytest.param(a_face(OPEN, 0.8), ASKED, "closed", ("right",), id="one eye, asked for"),
        pytest.param(
            with_eye(a_face(OPEN, CLOSED), "right", Eye(0.75, CLOSED)),
            ChooseOptions(),
            "unsure",
            (),
            id="one eye whose lids are far apart: a reflection",
        ),
        pytest.param(
            with_eye(a_face(CLOSED, CLOSED), "right", Eye(0.75, CLOSED)),
            ChooseOptions(),
            "closed",
            ("left", "right"),
            id="lids that measure far apart beside a closed eye",
        ),
        pytest.param(
            with_eye(a_face(OPEN, 0.4), "left", Eye(0.75, CLOSED)),
            ChooseOptions(),
            "unsure",
            (),
            id="a slit beside a reflection",
        ),
        pytest.param(with_eye(a_face(CLOSED, OPEN), "right", COVERED), ChooseOptions(), "unsure", (), id="sunglasses"),
        pytest.param(with_eye(a_face(UNSURE, OPEN), "right", COVERED), ChooseOptions(), "unsure", (), id="half hidden"),
        pytest.param(
            with_eye(a_face(CLOSED, OPEN), "right", COVERED), NAMED, "closed", ("left",), id="half hidden, named"
        ),
        pytest.param(
            with_eye(a_face(CLOSED, OPEN), "right", OUTSIDE),
            ChooseOptions(),
            "closed",
            ("left",),
            id="half in the picture",
        ),
        pytest.param(
            with_eye(a_face(OPEN, OPEN), "left", COVERED), ChooseOptions(), "already_open", (), id="the other is open"
        ),
        pytest.param(a_face(UNSURE, UNSURE), ChooseOptions(), "unsure", (), id="unsure is left alone"),
        pytest.param(a_face(UNSURE, OPEN), ChooseOptions(), "unsure", (), id="one unsure"),
        pytest.param(a_face(UNSURE, OPEN), ASKED, "closed", ("left",), id="one unsure, asked for"),
        pytest.param(a_face(UNSURE, UNSURE), NAMED, "closed", ("left", "right"), id="unsure, named"),
        pytest.param(a_face(CLOSED, MOSTLY), ChooseOptions(), "closed", ("left", "right"), id="lids move together"),
        pytest.param(a_face(0.8, MOSTLY), ChooseOptions(), "closed", ("left", "right"), id="a blink caught halfway"),
        pytest.param(
            a_face(CLOSED, UNSURE),
            ChooseOptions(),
            "closed",
            ("left", "right"),
            id="no slit beside a surely closed one",
        ),
        pytest.param(
            with_eye(a_face(OPEN, CLOSED), "left", Eye(0.6, OPEN)),
            ChooseOptions(),
            "closed",
            ("left", "right"),
            id="whoever squeezes one eye shut squeezes the other",
        ),
        pytest.param(
            with_eye(a_face(OPEN, CLOSED), "left", Eye(0.7, OPEN)), ChooseOptions(), "closed", ("right",), id="a wink"
        ),
        pytest.param(a_face(OPEN, OPEN), NAMED, "already_open", (), id="open eyes stay, even if named"),
        pytest.param(a_face(OPEN, OPEN), EVEN_OPEN, "closed", ("left", "right"), id="even open eyes"),
        pytest.param(a_face(CLOSED, OPEN), EVEN_OPEN, "closed", ("left", "right"), id="even the open one of both"),
        pytest.param(
            with_eye(a_face(OPEN, OPEN), "left", COVERED), EVEN_OPEN, "closed", ("right",), id="open, but not hidden"
        ),
        pytest.param(
            with_eye(a_face(OPEN, OPEN), "right", OUTSIDE), EVEN_OPEN, "closed", ("left",), id="open, but not outside"
        ),
        pytest.param(small(OPEN, OPEN), EVEN_OPEN, "closed", ("left", "right"), id="small and even open"),
        pytest.param(a_face(OPEN, OPEN, "profile"), EVEN_OPEN, "profile", (), id="refused, even if open"),
        pytest.param(a_face(OPEN, OPEN, "covered"), EVEN_OPEN, "covered", (), id="covered, even if open"),
        pytest.param(a_face(OPEN, OPEN, "too_small"), EVEN_OPEN, "too_small", (), id="too small, even if open"),
        pytest.param(a_face(CLOSED, CLOSED, "profile"), ChooseOptions(), "profile", (), id="refused"),
        pytest.param(a_face(CLOSED, CLOSED, "covered"), ASKED, "covered", (), id="refused, whatever is asked"),
        pytest.param(a_face(CLOSED, CLOSED, "too_small"), NAMED, "too_small", (), id="refused, even if named"),
        pytest.param(
            small(CLOSED, CLOSED), ChooseOptions(), "closed", ("left", "right"), id="small and plainly shut, both"
        ),
        pytest.param(
            with_eye(small(CLOSED, CLOSED), "left", Eye(0.38, CLOSED)),
            ChooseOptions(),
            "closed",
            ("left", "right"),
            id="small, and shut on average",
        ),
        pytest.param(
            with_eye(small(CLOSED, CLOSED), "left", Eye(0.42, CLOSED)),
            ChooseOptions(),
            "unsure",
            (),
            id="small, and lids not quite together: a person has to say so",
        ),
        pytest.param(small(CLOSED, 0.89), ChooseOptions(), "unsure", (), id="small, and one looks less shut"),
        pytest.param(
            with_eye(small(CLOSED, OPEN), "right", COVERED), ChooseOptions(), "unsure", (), id="small and half hidden"
        ),
        pytest.param(
            with_eye(small(CLOSED, OPEN), "right", OUTSIDE), ChooseOptions(), "unsure", (), id="small and half outside"
        ),
        pytest.param(small(CLOSED, 0.8), ASKED, "closed", ("left", "right"), id="small, asked for like all"),
        pytest.param(small(CLOSED, CLOSED), NAMED, "closed", ("left", "right"), id="small and named"),
        pytest.param(small(UNSURE, UNSURE), ChooseOptions(), "too_small", (), id="small and unsure"),
        pytest.param(small(UNSURE, UNSURE), ASKED, "too_small", (), id="small and unsure, even if all are"),
        pytest.param(small(UNSURE, OPEN), NAMED, "closed", ("left",), id="small and unsure, but named"),
        pytest.param(small(OPEN, OPEN), ChooseOptions(), "too_small", (), id="small and open"),
        pytest.param(small(OPEN, OPEN), NAMED, "already_open", (), id="small and open, though named"),
    ],
)
def test_one_face(face: Face, options: ChooseOptions, outcome: str, closed: tuple[str, ...]) -> None:
    (decision,) = decide([face], options)
    assert (decision.id, decision.outcome, decision.to_open) == (1, outcome, closed)
    assert decision.face is face
    assert decision.reason


@pytest.mark.parametrize(
    ("face", "options", "reason"),
    [
        (a_face(CLOSED, CLOSED), ChooseOptions(), "Both eyes are closed."),
        (a_face(CLOSED, OPEN), ChooseOptions(), "Only the left eye is closed."),
        (a_face(OPEN, OPEN), EVEN_OPEN, "Both eyes seem open; to be opened as asked."),
        (a_face(CLOSED, OPEN), EVEN_OPEN, "The right eye seems open; to be opened as asked."),
        (a_face(UNSURE, UNSURE), ASKED, "Both eyes are closed, or may be."),
        (a_face(OPEN, UNSURE), ASKED, "The right eye may be closed."),
        (with_eye(a_face(OPEN, OPEN), "left", OUTSIDE), ChooseOptions(), "One eye is open, the left one is outside"),
        (with_eye(a_face(OPEN, OPEN), "left", COVERED), ChooseOptions(), "One eye is open, the left one is hidden."),
        (
            small(CLOSED, 0.8),
            ChooseOptions(),
            "Both eyes may be closed, and the face is only 40 pixels wide;",
        ),
        (small(CLOSED, CLOSED), ChooseOptions(), "Both eyes are closed."),
        (small(UNSURE, OPEN), ChooseOptions(), "The face is only 40 pixels wide; name it to have its eyes opened"),
    ],
)
def test_the_reason_says_no_more_than_is_known(face: Face, options: ChooseOptions, reason: str) -> None:
    assert decide([face], options)[0].reason.startswith(reason)


def test_faces_that_are_not_named_are_skipped() -> None:
    faces = [a_face(CLOSED, CLOSED), a_face(CLOSED, CLOSED, "profile"), a_face(CLOSED, OPEN)]
    decisions = decide(faces, ChooseOptions(faces=(3,)))
    assert [one.outcome for one in decisions] == ["skipped", "skipped", "closed"]
    assert [one.id for one in decisions] == [1, 2, 3]


def test_no_face_no_decision() -> None:
    assert decide([], ChooseOptions()) == []


@pytest.mark.parametrize(("count", "words"), [(0, "0 faces"), (1, "1 face"), (2, "2 faces")])
def test_a_number_that_does_not_exist_is_refused(count: int, words: str) -> None:
    with pytest.raises(UsageError, match=f"{words}.*no face 4"):
        decide([a_face(OPEN, OPEN)] * count, ChooseOptions(faces=(4,)))


LOOKS: Final = {
    "surely closed": Eye(0.65, 0.9),
    "closed": Eye(0.66, 1.0),
    "just closed": Eye(0.1, 0.7),
    "halfway closed": Eye(0.1, 0.5),
    "unsure": Eye(0.1, 0.3),
    "narrow": Eye(0.65, 0.0),
    "open": Eye(0.66, 0.29),
    "covered": COVERED,
}


@pytest.mark.parametrize(
    ("look", "closed_beside", "otherwise"),
    [
        ("surely closed", set(LOOKS), "closed"),
        ("closed", {"surely closed", "closed", "just closed", "halfway closed"}, "unsure"),
        ("just closed", {"surely closed", "closed", "just closed", "halfway closed"}, "unsure"),
        ("halfway closed", {"surely closed", "closed", "just closed"}, "unsure"),
        ("unsure", {"surely closed"}, "unsure"),
        ("narrow", {"surely closed"}, "open"),
        ("open", set(), "open"),
        ("covered", set(), "open"),
    ],
)
def test_each_eye_is_seen_in_the_light_of_the_other(look: str, closed_beside: set[str], otherwise: str) -> None:
    for other, eye in LOOKS.items():
        face = replace(a_face(OPEN, OPEN), eyes={"left": LOOKS[look], "right": eye})
        assert face_states(face)["left"] == ("closed" if other in closed_beside else otherwise), other
        mirrored = replace(face, eyes={"left": eye, "right": LOOKS[look]})
        assert face_states(mirrored)["right"] == face_states(face)["left"]


def test_of_several_named_faces_some_may_have_even_open_eyes_opened() -> None:
    decisions = decide([a_face(CLOSED, OPEN), a_face(OPEN, OPEN), a_face(OPEN, OPEN)], OTHERS_EVEN_OPEN)
    assert [one.to_open for one in decisions] == [("left",), ("left", "right"), ()]
    assert [one.outcome for one in decisions] == ["closed", "closed", "skipped"]
