"""Cells' words become faces: where they are, in which order, and one of each."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.models.faces.detections import CELLS, detections_of

Cell = tuple[int, int, float, tuple[float, ...]]


def said(*cells: Cell) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each cell (column, row, logit, first numbers of its place); all others see nothing."""
    places = np.zeros((CELLS * CELLS, 16), np.float32)
    logits = np.full(CELLS * CELLS, -1000.0, np.float32)
    for column, row, logit, place in cells:
        places[row * CELLS + column, : len(place)] = place
        logits[row * CELLS + column] = logit
    return places, logits


def test_a_place_is_counted_from_the_middle_of_its_cell() -> None:
    (detection,) = detections_of(*said((10, 20, 3.0, (1.0, -2.0, 40.0, 60.0, 5.0, 7.0))), 0.5)
    middle = np.array([10.5 * 4 + 1, 20.5 * 4 - 2])
    assert np.allclose(detection.corners * 192, [middle - np.array([20, 30]), middle + np.array([20, 30])])
    assert np.allclose(detection.keypoints[0] * 192, [10.5 * 4 + 5, 20.5 * 4 + 7])
    assert np.allclose(detection.keypoints[1:] * 192, [10.5 * 4, 20.5 * 4])
    assert detection.score == pytest.approx(1 / (1 + np.exp(-3)))


def test_two_faces_are_two_and_the_surer_comes_first() -> None:
    box = (0.0, 0.0, 40.0, 40.0)
    first, second = detections_of(*said((10, 10, 1.0, box), (36, 36, 2.0, box)), 0.5)
    assert first.score > second.score
    assert first.corners.mean() > second.corners.mean()


def test_hits_of_one_face_are_averaged_by_their_scores_and_the_best_score_counts() -> None:
    (detection,) = detections_of(*said((20, 20, 2.0, (0, 0, 40, 40)), (21, 20, 0.0, (0, 0, 40, 40))), 0.45)
    scores = np.array([1 / (1 + np.exp(-2)), 0.5])
    across = scores @ [20.5 * 4, 21.5 * 4] / scores.sum()
    assert detection.corners[:, 0].mean() * 192 == pytest.approx(across)
    assert detection.score == pytest.approx(scores[0])


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param((5, 5, -0.5, (0, 0, 40, 40)), id="unsure"),
        pytest.param((5, 5, 9.0, (0, 0, -1, 40)), id="inside out"),
        pytest.param((5, 5, float("nan"), (0, 0, 40, 40)), id="no number"),
        pytest.param((5, 5, 9.0, (0, 0, float("nan"), 40)), id="of no size"),
    ],
)
def test_what_is_no_face_is_none(cell: Cell) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert detections_of(*said(cell), 0.45) == []


def test_boxes_without_extent_are_each_their_own() -> None:
    assert len(detections_of(*said((5, 5, 3.0, ()), (5, 6, 3.0, ()), (5, 7, 5000.0, ())), 0.45)) == 3
