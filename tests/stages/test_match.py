"""Whose eyes are whose; and where that is not certain, nobody gets any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.engine import Engine
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.options import ChooseOptions, MatchOptions
from open_the_eyes.origins import Match, NoDonor, NoDonors, ReferenceFace
from open_the_eyes.photo import Photo
from open_the_eyes.roles import Eye, Face, FaceDetector
from open_the_eyes.seen import Seen
from open_the_eyes.stages.choose import Decision, decide
from open_the_eyes.stages.match import Matches, Reference, left_alone, match
from tests.references import somebody_else
from tests.stages.people import OPEN, SHUT, Table, picture, seen_in

HIDDEN = Eye(0.4, 0.0, covered=True)


def run(table: Table, ours: Sequence[Face], *theirs: Sequence[Face], options: MatchOptions | None = None) -> Matches:
    table.faces = {n: list(faces) for n, faces in enumerate(theirs, start=1)}
    references = [shown(picture(n), table, n) for n in table.faces]
    decisions = decide(ours, ChooseOptions())
    return match(Seen(Photo(picture(0)), tuple(ours), table), decisions, references, table, options or MatchOptions())


def shown(pixels: Rgb, detector: FaceDetector, number: int = 1) -> Reference:
    return Reference(seen_in(pixels, detector), number, f"shot{number}.jpg")


def test_everybody_finds_themselves_wherever_they_stand() -> None:
    table = Table()
    ours = [table.person(n, x, (SHUT, SHUT)) for n, x in (("ann", 0), ("bea", 400), ("cy", 800))]
    theirs = [table.person(n, x) for n, x in (("cy", 0), ("ann", 400), ("bea", 800))]
    donors = run(table, ours, theirs).donors
    assert {n: str(one[0].origin) for n, one in donors.items()} == {
        1: "shot1.jpg, face 2",
        2: "shot1.jpg, face 3",
        3: "shot1.jpg, face 1",
    }
    assert all(one[0].likeness > 0.95 for one in donors.values())  # however far they walked


def test_who_has_open_eyes_needs_no_donor() -> None:
    table = Table()
    ours = [table.person("ann", 0), table.person("bea", 400, (SHUT, SHUT))]
    assert set(run(table, ours, [table.person("ann", 0), table.person("bea", 400)]).donors) == {2}


def test_where_nobody_needs_a_donor_nobody_is_compared_and_references_are_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table()
    monkeypatch.setattr(table, "describe", None)
    ours = [table.person("ann", 0)]
    assert run(table, ours, [table.person("ann", 0)]) == Matches()
    with pytest.raises(UsageError, match="found no face"):
        run(table, ours, [])


def test_every_reference_gives_a_donor_in_order() -> None:
    table = Table()
    ours = [table.person("ann", 0, (SHUT, SHUT))]
    found = run(table, ours, [table.person("ann", 10)], [table.person("bea", 0)], [table.person("ann", 0)])
    assert [str(one.origin) for one in found.donors[1]] == ["shot1.jpg, face 1", "shot3.jpg, face 1"]
    assert all(0.9 < one.likeness <= 1 for one in found.donors[1])


def test_a_stranger_is_refused_and_this_is_said() -> None:
    table = Table()
    found = run(table, [table.person("ann", 0, (SHUT, SHUT))], [table.person("bea", 0)])
    assert not found.donors
    assert {n: why.said() for n, why in found.reasons.items()} == {
        1: "Nobody in shot1.jpg is surely this person (if one is, say which: --match 1=shot1.jpg:1)."
    }


def test_a_photo_of_others_is_told_from_one_that_shows_anybody_who_is_here() -> None:
    table = Table()
    ours = [table.person("ann", 0, (SHUT, SHUT)), table.person("bea", 300)]
    others, beas = [table.person("cleo", 0)], [table.person("cleo", 0), table.person("bea", 300)]
    assert run(table, ours, others, beas).unrelated == (1,)
    assert run(table, ours, others, beas, options=MatchOptions(match=((1, 1, 1),))).unrelated == ()


def test_who_grins_between_two_who_are_known_is_known_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, the same face is refused."""
    table = Table()
    monkeypatch.setattr(table, "evidence", lambda a, b: grinning(table, a, b))
    ours = [table.person(n, x, (SHUT, SHUT)) for n, x in (("ann", 0), ("bea", 400), ("cy", 800))]
    theirs = [table.person(n, x) for n, x in (("ann", 20), ("bea, grinning", 410), ("cy", 790))]
    assert set(run(table, ours, theirs).donors) == {1, 2, 3}
    assert set(run(table, ours[:2], theirs[:2]).donors) == {1}


def grinning(table: Table, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    names = [table.who[float(row[1])] for row in (one, other)]
    return 4.0 if names[0] == names[1] else -0.8 if names[1] == f"{names[0]}, grinning" else -5.0


def test_between_twins_nobody_is_guessed_and_the_way_to_say_it_is_named() -> None:
    table = Table()
    found = run(table, [table.person("ann", 0, (SHUT, SHUT))], [table.person("ann", 0), table.person("ann", 150)])
    assert not found.donors
    assert "not certain which face in shot1.jpg" in found.reasons[1].said()
    assert "--match 1=shot1.jpg:1" in found.reasons[1].said()


def test_of_two_who_could_be_one_face_there_neither_gets_its_eyes() -> None:
    table = Table()
    ours = [table.person("ann", 0, (SHUT, SHUT)), table.person("ann", 120, (SHUT, SHUT))]
    assert not run(table, ours, [table.person("ann", 60)]).donors


@pytest.mark.parametrize(("width", "rival"), [(40, False), (100, True)], ids=["small", "large"])
def test_a_picture_of_a_person_within_the_picture_is_a_rival_only_where_it_is_large(width: float, rival: bool) -> None:
    """Between two who would both be taken for one person more is asked than between others."""
    table = Table()
    ours = [table.person("ann", 300, (SHUT, SHUT), width=300)]
    found = run(table, ours, [table.person("ann", 0, width=width), table.person("ann", 300, width=300)])
    origins = [one.origin for one in found.donors.get(1, ())]
    assert origins == ([] if rival else [ReferenceFace("shot1.jpg", 1, 2)])


def test_a_persons_word_beats_everything() -> None:
    table = Table()
    ours = [table.person("ann", 0, (SHUT, SHUT))]
    theirs = [table.person("bea", 0), table.person("ann", 400)], [table.person("ann", 0)]
    found = run(table, ours, *theirs, options=MatchOptions(match=((1, 1, 1),)))
    assert [str(one.origin) for one in found.donors[1]] == ["shot1.jpg, face 1"]
    assert found.donors[1][0].likeness == 1


@pytest.mark.parametrize(("who", "stranger"), [("ann", False), ("bea", True)], ids=["herself", "somebody else"])
def test_who_was_asked_for_and_looks_like_somebody_else_is_marked(who: str, *, stranger: bool) -> None:
    table = Table()
    ours, theirs = [table.person("ann", 0, (SHUT, SHUT))], [table.person(who, 0)]
    found = run(table, ours, theirs, options=MatchOptions(match=((1, 1, 1),)))
    assert found.donors[1][0].is_stranger is stranger


def test_what_was_promised_to_one_is_not_given_to_another() -> None:
    table = Table()
    ours = [table.person("ann", 0, (SHUT, SHUT)), table.person("bea", 400, (SHUT, SHUT))]
    found = run(table, ours, [table.person("bea", 0)], options=MatchOptions(match=((1, 1, 1),)))
    assert set(found.donors) == {1}


@pytest.mark.parametrize(
    ("eyes", "taken"),
    [
        ((OPEN, SHUT), ("left",)),
        ((SHUT, OPEN), ("right",)),
        ((OPEN, OPEN), SIDES),
        ((HIDDEN, OPEN), ("right",)),
    ],
    ids=["winks right", "winks left", "both", "hair over the left"],
)
def test_only_eyes_that_are_open_there_are_taken(eyes: tuple[Eye, Eye], taken: tuple[Side, ...]) -> None:
    table = Table()
    found = run(table, [table.person("ann", 0, (SHUT, SHUT))], [table.person("ann", 0, eyes)])
    assert found.donors[1][0].crop.sides == taken


def test_of_many_references_the_one_that_comes_nearest_is_told_with_one_suggestion() -> None:
    def stranger(number: int, nearness: float) -> NoDonor:
        face = ReferenceFace(f"{number}.jpg", number, 1)
        return NoDonor("stranger", f"{number}.jpg", Match(1, face, by_name=True), nearness)

    reasons = tuple(stranger(number, -abs(number - 7.0)) for number in range(1, 18))
    assert NoDonors(reasons).said() == (
        "Nobody in 7.jpg is surely this person (if one is, say which: --match 1=7.jpg:1); "
        "the 16 others give none either."
    )
    assert NoDonors(reasons[6:8]).said() == (
        "Nobody in 7.jpg is surely this person (if one is, say which: --match 1=7.jpg:1); "
        "nobody in 8.jpg is surely this person."
    )
    known = NoDonor("uncertain", "k.jpg", reasons[0].match, -99)
    assert NoDonors((*reasons, known)).said().startswith("It is not certain which face in k.jpg")


@pytest.mark.parametrize(
    ("eyes", "told", "why", "said"),
    [
        ((SHUT, SHUT), {}, "shut", "The eyes are not open in shot1.jpg, face 1 either."),
        ((SHUT, HIDDEN), {}, "shut", "The eyes are not open in shot1.jpg, face 1 either."),
        ((HIDDEN, HIDDEN), {}, "hidden", "The eyes cannot be seen in shot1.jpg, face 1."),
        ((OPEN, OPEN), {"refusal": "covered"}, "hidden", "The eyes cannot be seen in shot1.jpg, face 1."),
        (
            (OPEN, OPEN),
            {"doubt": "the face is only 40 pixels wide"},
            "too_small",
            "It cannot be told whether the eyes are open in shot1.jpg, face 1: the face is too small.",
        ),
        (
            (SHUT, SHUT),
            {"doubt": "the face is only 40 pixels wide"},
            "shut",
            "The eyes are not open in shot1.jpg, face 1 either.",
        ),
        (
            (OPEN, OPEN),
            {"refusal": "too_small"},
            "too_small",
            "It cannot be told whether the eyes are open in shot1.jpg, face 1: the face is too small.",
        ),
    ],
    ids=["shut", "one shut and one hidden", "both hidden", "sunglasses", "small", "small and shut", "tiny"],
)
def test_eyes_that_cannot_be_had_there_are_no_donor_and_it_is_said_why(
    eyes: tuple[Eye, Eye], told: dict[str, Any], why: str, said: str
) -> None:
    table = Table()
    found = run(table, [table.person("ann", 0, (SHUT, SHUT))], [replace(table.person("ann", 0, eyes), **told)])
    assert not found.donors
    assert [one.why for one in found.reasons[1].reasons] == [why]
    assert found.reasons[1].said() == said


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (((2, 1, 1),), r"1 face, so there is no face 2"),
        (((1, 1, 4),), r"shot1.jpg has 1 face, so there is no face 4"),
    ],
    ids=["face", "face there"],
)
def test_a_match_that_does_not_exist_is_refused(told: tuple[tuple[int, int, int], ...], words: str) -> None:
    table = Table()
    with pytest.raises(UsageError, match=words):
        run(table, [table.person("ann", 0, (SHUT, SHUT))], [table.person("ann", 0)], options=MatchOptions(match=told))


def test_a_reference_without_a_face_is_refused_by_name() -> None:
    table = Table()
    with pytest.raises(UsageError, match=r"^shot1\.jpg: expected a photo of the same people, found no face"):
        run(table, [table.person("ann", 0, (SHUT, SHUT))], [])


def test_who_has_no_donor_is_left_alone_unless_their_own_eye_is_open() -> None:
    table = Table()
    faces = [table.person("ann", 0, (SHUT, SHUT)), table.person("bea", 300, (SHUT, OPEN)), table.person("cy", 600)]
    after = left_alone(decide(faces, ChooseOptions()), Matches({}, {1: NoDonors()}))
    assert [(d.outcome, d.to_open) for d in after] == [("unsure", ()), ("closed", ("left",)), ("already_open", ())]
    assert after[0].reason == ""  # the reasons say it


def test_an_eye_that_may_be_only_narrow_is_left_alone_without_a_donor() -> None:
    table = Table()
    narrow = table.person("ann", 0, (Eye(0.6, 0.5), OPEN))
    (after,) = left_alone([Decision(1, narrow, "closed", "", ("left",))], Matches())
    assert after.outcome == "unsure"
    assert "add one in which the eyes are open" in after.reason


def test_an_eye_beside_a_hidden_one_has_no_donor_in_it() -> None:
    face = Table().person("ann", 0, (SHUT, HIDDEN))
    (after,) = left_alone([Decision(1, face, "closed", "", ("left",))], Matches())
    assert (after.outcome, after.to_open) == ("unsure", ())


def test_the_real_describer_finds_the_person_and_refuses_the_stranger_beside_her(
    engine: Engine, blinked: Rgb, portrait: Rgb, portrait_face: Face
) -> None:
    pair = np.hstack([somebody_else(portrait, portrait_face.landmarks), portrait])
    seen = seen_in(blinked, engine.detector)
    found = match(
        seen,
        decide(seen.faces, ChooseOptions()),
        [shown(pair, engine.detector)],
        engine.required_describer(),
        MatchOptions(),
    )
    assert [str(one.origin) for one in found.donors[1]] == ["shot1.jpg, face 2"]


def test_of_real_twins_neither_is_taken(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    twins = shown(np.hstack([portrait, portrait]), engine.detector)
    seen = seen_in(blinked, engine.detector)
    found = match(seen, decide(seen.faces, ChooseOptions()), [twins], engine.required_describer(), MatchOptions())
    assert not found.donors
    assert "not certain" in found.reasons[1].said()
