"""What the page says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import Options
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.origins import Match, NoDonor, NoDonors, ReferenceFace
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Outcome, Watch
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.service.jobs.steps import WRITING
from open_the_eyes.web import panels, words
from open_the_eyes.web.edit_session import Preview
from open_the_eyes.web.eye_origin import EyeOrigin, NotFrom
from open_the_eyes.web.eye_styles import EyeStyles
from tests.web.sessions import face, seen, session


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("closed",), "One face, with closed eyes."),
        (("closed", "already_open"), "Two faces; one has closed eyes."),
        (("closed", "closed", "profile"), "Three faces; two have closed eyes."),
        (("already_open",), "One face, all eyes open."),
        (("already_open", "too_small", "profile"), "Three faces; one has open eyes, two cannot be opened."),
        (("covered",), "One face; its eyes cannot be opened."),
        (("unsure",), "One face; its eyes are perhaps closed."),
        (("unsure", "already_open"), "Two faces; nobody's eyes are surely closed."),
        (("closed",) * 13, "13 faces; 13 have closed eyes."),
    ],
)
def test_faces_are_counted_in_words(outcomes: tuple[Outcome, ...], said: str) -> None:
    assert words.found(session(*outcomes)) == said


def test_shots_in_which_everybodys_eyes_are_open_are_named() -> None:
    names = ("main.jpg", "a.jpg", "b.jpg", "c.jpg")
    one = session("closed", names=names)
    assert words.other_photos(one) == []
    for shots, said in (((2,), "b.jpg"), ((1, 2, 3), "a.jpg, b.jpg and c.jpg")):
        assert words.other_photos(replace(one, open_shots=shots)) == [f"Everybody's eyes are open in {said}."]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("unsure",), "One face; its eyes are perhaps closed. Press it to open them."),
        (("unsure", "unsure"), "Two faces; nobody's eyes are surely closed. Choose a face to open its eyes."),
    ],
)
def test_where_nobody_is_chosen_the_way_on_is_told(outcomes: tuple[Outcome, ...], said: str) -> None:
    assert words.standing(seen(*outcomes).with_chosen(())) == said


def test_picked_eyes_that_are_not_there_any_more_are_told() -> None:
    picked = seen("closed", "closed", "closed").with_pick(2, 2).with_pick(3, 2)
    again = picked.with_preview(Preview("second", EyeStyles(), {1: (0,), 2: (0,), 3: (2,)}, {}))
    assert "Face 2: the eyes you picked are not among the new ones" in words.standing(again)
    for one in (picked, again.with_pick(2, 0), again.with_chosen((1, 3))):
        assert "you picked" not in words.standing(one)


class Sharpener:
    """A restorer that finds nothing to do."""

    name = "gpen"

    def restore(self, faces: Sequence[Rgb], fidelity: float, watch: Watch = NO_WATCH) -> list[Rgb]:  # noqa: ARG002
        return list(faces)


def test_every_stage_of_the_work_has_plain_words(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    named = set[str]()
    open_eyes(
        Photo(blinked),
        Options.of(restorer="gpen"),
        engine=replace(engine, restorers={"gpen": Sharpener()}),
        references=[Photo(portrait)],
        progress=lambda name, _: named.add(name),
    )
    named |= {"", "queued", "behind", WRITING[0]}  # which the service and the page tell
    assert named == set(words.STAGES)


@pytest.mark.parametrize(
    ("before", "outcome", "reason", "said"),
    [
        ("closed", "opened", "Opened the left and the right eye.", "Opened the left and the right eye."),
        ("closed", "kept_original", "Left as it was: a seam.", "nothing worse than your photo"),
        ("closed", "skipped", "Not among the chosen faces.", "as you chose"),
        ("unsure", "skipped", "Not among the chosen faces.", "not surely closed"),
        ("already_open", "skipped", "Not among the chosen faces.", "The eyes are open already."),
        ("profile", "skipped", "Not among the chosen faces.", "turned too far"),
    ],
)
def test_what_became_of_a_face_is_said_as_it_was(before: Outcome, outcome: Outcome, reason: str, said: str) -> None:
    assert said in words.deed(face(1, before), outcome, reason)


@pytest.mark.parametrize("outcome", sorted({*get_args(Outcome)} - {"opened", "skipped"}))
def test_however_a_face_was_found_it_is_said_in_words(outcome: Outcome) -> None:
    one = session(outcome)
    said = words.seen(one, one.faces[0])
    assert re.fullmatch("Face 1: [a-z ]+", said)
    assert words.not_choosable(one) in ([], [f"{said}."])


def test_where_nothing_was_painted_no_new_eyes_are_blamed() -> None:
    reason = "Left as it was: where the eyes are is uncertain, since something hides part of the face."
    hidden = replace(face(1, "kept_original"), reason=reason)
    for outcome in ("kept_original", "skipped"):
        assert words.deed(hidden, outcome, "Not among the chosen faces.") == reason


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("reference 2, face 4", "Their own eyes, from b.jpg."),
        ("reference 1, face 1", "The eyes are from a.jpg, where they may be painted"),
        ("their other eye", "Made after the other eye."),
        ("appearance, after reference 2, face 1 (the face is 2.6 times smaller there)", "Made up after the eyes in b."),
        ("appearance", ""),
        ("reference 9, face 1", ""),
        ("reference 0, face 1", ""),
    ],
)
def test_whose_eyes_they_are_is_said(source: str, said: str) -> None:
    names = ("main.jpg", "a.jpg", "b.jpg")
    origin = EyeOrigin.of({"source": source}, {"references": [{"painted": True}, {"painted": False}]})
    told = words.deed(face(1, "closed"), "opened", "Opened the left eye.", origin, names)
    assert told.startswith(f"Opened the left eye. {said}".rstrip())
    assert said or told == "Opened the left eye."
    assert words.whose(origin, names).startswith(said or "Made up.")


@pytest.mark.parametrize(
    ("style", "made"),
    [
        (EyeStyle(), ""),
        (EyeStyle("green"), ", made green"),
        (EyeStyle("blue", (0.0, 0.0)), ", made blue and turned"),
        (EyeStyle("grey", (0.6, 0.0), 1.2), ", made grey, turned and opened wider"),
        (EyeStyle(openness=0.8), ", opened less wide"),
    ],
)
def test_what_was_made_of_somebodys_own_eyes_is_said(style: EyeStyle, made: str) -> None:
    names = ("main.jpg", "a.jpg")
    told = {
        "id": 1,
        "outcome": "opened",
        "reason": "Opened.",
        "variation_attempts": [0],
        "source": "reference 1, face 2",
    }
    preview = Preview.of("first", EyeStyles(style).options(), {"faces": [told]})
    one = session("closed", names=names).with_preview(preview)
    origin = one.origin(1)
    assert origin is not None
    assert words.whose(origin, names) == f"Their own eyes, from a.jpg{made}."
    file = Job("0" * 8, JobRequest("v", {}), "done", 3, 0.0, report={"faces": [told]})
    assert f"Their own eyes, from a.jpg{made}." in panels.done(one, file)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ((), "Made up."),
        (("stranger",), "Made up: nobody in a.jpg is surely this person."),
        (("stranger", "stranger"), "Made up: nobody in a.jpg or b.jpg is surely this person."),
        (
            ("uncertain", "shut"),
            "Made up: it is not certain which face in a.jpg is this person's; the eyes are not open in b.jpg either.",
        ),
        (
            ("hidden", "too_small"),
            "Made up: the eyes cannot be seen in a.jpg; it cannot be told whether the eyes are open in b.jpg: "
            "the face is too small.",
        ),
    ],
)
def test_why_eyes_are_made_up_is_said_where_there_was_a_shot_to_take_them_from(why: tuple[str, ...], said: str) -> None:
    origin = EyeOrigin("appearance", not_from=tuple(NotFrom(one, (1, n, 1)) for n, one in enumerate(why, start=1)))
    assert words.whose(origin, ("main.jpg", "a.jpg", "b.jpg")) == said
    assert words.whose(EyeOrigin("appearance"), ("main.jpg",)) == ""


@pytest.mark.parametrize("why", ["stranger", "uncertain"])
def test_whose_eyes_were_not_taken_is_said_by_the_photos_name_and_without_an_option(
    why: Literal["stranger", "uncertain"],
) -> None:
    match = Match(1, ReferenceFace("reference 2", 2, 3), by_name=False)
    reason = NoDonors((NoDonor(why, "reference 2", match),)).said()
    assert "match" in reason
    told = words.deed(face(1, "closed"), "opened", f"Opened the left eye. {reason}", None, ("a.jpg", "b.jpg", "c.jpg"))
    assert "c.jpg" in told
    assert not re.search("reference|match|which:|[()]", told)
    assert told.endswith(("this person.", "this person's."))


@pytest.mark.parametrize(
    ("seconds", "said"), [(86_400, "24 hours"), (600, "10 minutes"), (5, "5 seconds"), (1, "1 second.")]
)
def test_how_long_photos_stay_is_said(seconds: int, said: str) -> None:
    assert said in words.retention(seconds, alone=True, is_folder=True)
