"""SCRFD's answers, decoded, against answers made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.models.insightface.scrfd import NotScrfd, decoded, fed
from tests.networks import scrfd_answers

BOXES = [(100.0, 120.0, 180.0, 220.0), (300.0, 50.0, 500.0, 310.0), (5.0, 400.0, 45.0, 450.0)]


def test_every_box_comes_back_with_its_score_at_every_stride() -> None:
    found = decoded(scrfd_answers(BOXES))
    assert np.stack([one.corners.ravel() for one in found]) == pytest.approx(np.array(BOXES), abs=1e-3)
    assert [one.score for one in found] == pytest.approx([0.95, 0.94, 0.93])


def test_the_eyes_are_the_first_two_points() -> None:
    first, *_ = decoded(scrfd_answers(BOXES))
    assert first.eyes == pytest.approx(np.array([[126.667, 160.0], [153.333, 160.0]]), abs=1e-2)


def test_without_points_the_eyes_are_guessed_from_the_box() -> None:
    first, *_ = decoded(scrfd_answers(BOXES, points=False))
    assert first.eyes == pytest.approx(np.array([[124.0, 160.0], [156.0, 160.0]]), abs=1e-2)


def test_an_anchor_by_hand() -> None:
    answers = scrfd_answers([])
    answers[1][2 * (3 * 40 + 5) + 1] = 0.8  # stride 16, row 3, column 5, the second anchor
    answers[4][2 * (3 * 40 + 5) + 1] = (1, 2, 3, 4)
    (one,) = decoded(answers)
    assert one.corners.tolist() == [[80 - 16, 48 - 32], [80 + 48, 48 + 64]]


def test_the_order_of_the_answers_and_a_batch_axis_do_not_matter() -> None:
    answers = scrfd_answers(BOXES)
    other = decoded([answer[None] for answer in reversed(answers)])
    assert [one.corners.tolist() for one in other] == [one.corners.tolist() for one in decoded(answers)]


def test_exports_with_five_strides_and_one_anchor_are_read_too() -> None:
    strides = (8, 16, 32, 64, 128)
    answers = [np.zeros(((640 // stride) ** 2, width), np.float32) for width in (1, 4, 10) for stride in strides]
    answers[3][2 * 10 + 4] = 0.9  # stride 64, row 2, column 4
    answers[8][2 * 10 + 4] = (1, 1, 2, 1)
    answers[13][2 * 10 + 4] = (-0.5, 0, 0.5, 0, 0, 0.5, 0, 0, 0, 0)
    (one,) = decoded(answers)
    assert one.corners.tolist() == [[256 - 64, 128 - 64], [256 + 128, 128 + 64]]
    assert one.eyes.tolist() == [[224, 128], [288, 128]]


@pytest.mark.parametrize(
    ("boxes", "count"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([BOXES[0], (104.0, 122.0, 186.0, 224.0)], 1, id="one face seen twice"),
        pytest.param([BOXES[0], (160.0, 120.0, 240.0, 220.0)], 2, id="neighbours that overlap a little"),
        pytest.param([BOXES[0]] * 3, 1, id="one face at all strides"),
    ],
)
def test_each_face_is_found_once(boxes: list[tuple[float, float, float, float]], count: int) -> None:
    assert len(decoded(scrfd_answers(boxes))) == count


@pytest.mark.parametrize("value", [np.nan, np.inf, -9.0], ids=["no number", "infinite", "inside out"])
def test_a_box_that_is_none_is_left_out(value: float) -> None:
    answers = scrfd_answers(BOXES[:1])
    answers[3][answers[3].any(axis=1)] = value
    assert decoded(answers) == []


def test_faint_faces_are_left_out() -> None:
    answers = scrfd_answers(BOXES[:1])
    answers[0] *= 0.5
    assert decoded(answers) == []


@pytest.mark.parametrize(
    "spoil",
    [lambda a: a[:3], lambda _: [], lambda a: [x[:-1] for x in a], lambda a: [np.zeros(3), *a[1:]]],
    ids=["scores alone", "nothing", "another size", "a row"],
)
def test_other_answers_are_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(NotScrfd, match="expected"):
        decoded(spoil(scrfd_answers(BOXES)))


def test_the_picture_goes_in_as_it_was_trained() -> None:
    square = np.zeros((640, 640, 3), np.uint8)
    square[0, 1] = (255, 0, 128)
    planes = fed(square)
    assert planes.shape == (1, 3, 640, 640)
    assert planes[0, :, 0, 1].tolist() == pytest.approx([127.5 / 128, -127.5 / 128, 0.5 / 128])
