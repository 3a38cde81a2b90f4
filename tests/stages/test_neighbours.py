"""Neighbours in a group say who stands between them, and only there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from open_the_eyes.imaging.assignment import Pairing, paired
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Eye, Face
from open_the_eyes.stages.match import MARGIN
from open_the_eyes.stages.neighbours import Change, vouched

LACKING = -0.8
"""Log-odds of a person with a grin."""


def face(x: float, y: float = 100.0, width: float = 100.0) -> Face:
    return Face(Box(x, y, x + width, y + width), np.zeros((478, 3)), dict.fromkeys(SIDES, Eye(1.0, 0.0)), 0.0, 0.0, 1.0)


def row_of(*xs: float) -> list[Face]:
    return [face(x) for x in xs]


def told(ours: Sequence[Face], theirs: Sequence[Face], in_doubt: float = LACKING) -> list[int | None]:
    """Whom each is paired with, where all but the second are known by their faces."""
    evidence = np.full((len(ours), len(theirs)), -5.0)
    for k in range(min(len(ours), len(theirs))):
        evidence[k, k] = in_doubt if k == 1 else 4.0
    before = evidence.copy()
    after = vouched(evidence, paired(evidence), MARGIN, ours, theirs)
    assert np.array_equal(evidence, before)
    return [pair.column for pair in paired(after)]


OURS = row_of(0, 300, 600)


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(OURS, id="as they were"),
        pytest.param(row_of(40, 370, 650), id="heads moved a little"),
        pytest.param([face(x, 180.0, 150.0) for x in (10, 460, 910)], id="nearer"),
        pytest.param([face(x, 50.0, 60.0) for x in (100, 280, 460)], id="from further away"),
    ],
)
def test_who_stands_between_known_neighbours_is_known(theirs: list[Face]) -> None:
    assert told(OURS, theirs) == [0, 1, 2]


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(row_of(0, 420, 600), id="elsewhere"),
        pytest.param([face(0), face(300, width=160), face(600)], id="larger than the others became"),
        pytest.param([face(0), face(300, 220), face(600)], id="sitting down"),
        pytest.param(row_of(600, 300, 0), id="the neighbours changed places"),
        pytest.param([face(0), face(300), face(600, width=170)], id="one neighbour came nearer"),
    ],
)
def test_who_is_not_in_the_place_is_not_vouched_for(theirs: list[Face]) -> None:
    assert told(OURS, theirs)[1] is None


def test_one_known_neighbour_is_not_enough() -> None:
    assert told(OURS[:2], OURS[:2]) == [0, None]


def test_who_looks_like_a_stranger_stays_one_in_the_same_place() -> None:
    assert told(OURS, OURS, in_doubt=-1.2)[1] is None


def test_the_eyes_of_somebody_known_are_given_to_nobody_else() -> None:
    ours, theirs = row_of(0, 300, 600, 305), row_of(0, 300, 600)
    evidence = np.full((4, 3), -5.0)
    evidence[[0, 1, 2], [0, 1, 2]] = 4.0
    evidence[3, 1] = LACKING
    assert np.array_equal(vouched(evidence, paired(evidence), MARGIN, ours, theirs), evidence)


def test_an_uncertain_pair_is_no_witness() -> None:
    evidence = np.array([[4.0, -5.0, -5.0], [-5.0, LACKING, -5.0], [-5.0, -5.0, 0.5]])
    pairs = [Pairing(0, 9.0, None), Pairing(None, 0.0, 1), Pairing(2, 0.9 * MARGIN, None)]
    assert np.array_equal(vouched(evidence, pairs, MARGIN, OURS, OURS), evidence)


def test_a_change_is_fitted_to_all_who_are_known() -> None:
    change = Change.between(OURS, [face(1.5 * x + 20, 130.0, 150.0) for x in (0, 300, 600)])
    assert change.scale == pytest.approx(1.5)
    assert change.keeps(face(100), face(170, 130.0, 150.0))


def test_neighbours_in_one_spot_tell_nothing() -> None:
    assert not Change.between(row_of(0, 0), row_of(0, 0)).keeps(face(0), face(0))
