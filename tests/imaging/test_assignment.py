"""Who is who, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.assignment import paired


@pytest.mark.parametrize(
    ("evidence", "columns"),
    [
        (np.zeros((0, 3)), []),
        (np.zeros((2, 0)), [None, None]),
        ([[2.0]], [0]),
        ([[-0.1]], [None]),
        ([[3, 1], [2.5, -4]], [1, 0]),
        ([[3, -4], [2.5, -4]], [0, None]),
        ([[-4, -4, 5], [6, -4, -4]], [2, 0]),
        ([[5, 5]], [0]),
    ],
    ids=[
        "nobody here",
        "nobody there",
        "one pair",
        "strangers",
        "the best sum",
        "one too many",
        "three there",
        "twins",
    ],
)
def test_the_pairing_with_the_most_evidence_is_taken(evidence: object, columns: list[int | None]) -> None:
    assert [pair.column for pair in paired(np.asarray(evidence, float))] == columns


def test_the_margin_is_to_the_next_best_of_either_side() -> None:
    first, second = paired(np.array([[5.0, 2.0], [4.5, 6.0]]))
    assert first.margin == pytest.approx(0.5)
    assert second.margin == pytest.approx(1.5)
    assert first.rival is None


def test_twins_leave_no_margin() -> None:
    (pair,) = paired(np.array([[5.0, 5.0]]))
    assert pair.margin == 0


def test_a_lone_pair_is_as_sure_as_can_be() -> None:
    (pair,) = paired(np.array([[0.5]]))
    assert pair.margin == np.inf
    assert pair.rival is None
