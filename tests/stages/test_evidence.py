"""What speaks for one person and against: the faces; and never alone, their places and sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.roles import Face
from open_the_eyes.seen import Seen
from open_the_eyes.stages.evidence import MAYBE, count_related, described, evidence
from tests.references import somebody_else
from tests.stages.people import Table, picture, seen_in


def shot(table: Table, number: int, *faces: Face) -> Seen:
    return Seen(Photo(picture(number)), faces, table)


def spoken_for(table: Table, face: Face, other: Face) -> float:
    return float(evidence(shot(table, 0, face), shot(table, 1, other), table)[0, 0])


def test_each_face_is_held_against_each_there() -> None:
    table = Table()
    ours, theirs = (table.person("ann", 0), table.person("bea", 400)), (table.person("bea", 400),)
    assert evidence(shot(table, 0, *ours), shot(table, 1, *theirs), table).tolist() == [[-5.0], [4.0]]
    assert evidence(shot(table, 0, *ours), shot(table, 1), table).shape == (2, 0)


@pytest.mark.parametrize(("cosine", "one_person"), [(0.7, True), (0.3, False)])
def test_embeddings_are_asked_where_both_faces_have_one(cosine: float, one_person: bool) -> None:
    table = Table()
    one = replace(table.person("ann", 0), embedding=np.array([1, 0], np.float32))
    other = replace(table.person("bea", 0), embedding=np.array([cosine, np.sqrt(1 - cosine**2)], np.float32))
    assert (spoken_for(table, one, other) > 0) is one_person
    assert spoken_for(table, one, replace(other, embedding=None)) == -5.0


@pytest.mark.parametrize(
    ("there", "left"),
    [
        (Box(0, 50, 100, 150), 4.0),
        (Box(150, 50, 250, 150), 3.55),
        (Box(1000, 50, 1100, 150), 3.2),
        (Box(17, 67, 83, 133), 4.0),
        (Box(25, 75, 75, 125), 3.42),
        (Box(-50, 0, 150, 200), 3.42),
        (Box(49, 99, 51, 101), 0.0),
        (Box(1049, 99, 1051, 101), 0.0),
    ],
    ids=["there", "beside", "far away", "a third smaller", "half as large", "twice as large", "tiny", "tiny, far away"],
)
def test_place_and_size_take_from_one_person_down_to_nothing(there: Box, left: float) -> None:
    table = Table()
    other = replace(table.person("ann", 0), box=there)
    assert spoken_for(table, table.person("ann", 0), other) == pytest.approx(left, abs=0.005)


def test_of_a_stranger_place_and_size_say_no_more() -> None:
    table = Table()
    assert spoken_for(table, table.person("ann", 0), table.person("bea", 900, width=20)) == -5.0


def test_in_a_picture_twice_as_wide_the_same_face_is_in_its_place() -> None:
    table = Table()
    face = replace(table.person("ann", 0), box=Box(600, 100, 800, 300))
    wide = Seen(Photo(np.zeros((800, 2400, 3), np.uint8)), (face,), table)
    assert evidence(shot(table, 0, table.person("ann", 300)), wide, table).tolist() == [[4.0]]


def test_who_was_described_is_not_described_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    ours, theirs = (described(shot(table, n, table.person("ann", 0)), table) for n in (0, 1))
    monkeypatch.setattr(table, "describe", None)
    assert evidence(ours, theirs, table).tolist() == [[4.0]]


def test_nobody_is_described_where_all_have_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    one = replace(table.person("ann", 0), embedding=np.array([1, 0], np.float32))
    known = described(shot(table, 0, one, one), table)
    assert known.traits is None
    plain = described(shot(table, 1, table.person("ann", 0)), table)
    assert evidence(known, plain, table).tolist() == [[4.0], [4.0]]  # now they are
    monkeypatch.setattr(table, "describe", None)
    assert count_related(known, [known], table) == 1


@pytest.mark.parametrize(("told", "known"), [(MAYBE, 1), (MAYBE - 0.1, 0)], ids=["perhaps", "hardly"])
def test_who_may_be_somebody_here_is_an_acquaintance(told: float, known: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    monkeypatch.setattr(table, "evidence", lambda *_: told)
    shots = [shot(table, 1, table.person("bea", 0)), shot(table, 2)]
    assert count_related(shot(table, 0, table.person("ann", 0)), shots, table) == known


def test_real_strangers_are_not_acquainted_and_shots_of_one_person_are(
    engine: Engine, blinked: Rgb, portrait: Rgb, portrait_face: Face
) -> None:
    ours, same, stranger = (
        seen_in(pixels, engine.detector)
        for pixels in (blinked, portrait, somebody_else(portrait, portrait_face.landmarks))
    )
    assert [count_related(ours, [one], engine.required_describer()) for one in (same, stranger)] == [1, 0]
    assert count_related(ours, [same, stranger, same], engine.required_describer()) == 2
