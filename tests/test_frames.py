"""What speaks against a frame of a burst: blur and smallness, each by its measure."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.frames import BLUR, CLOSED, SMALL, Detail, Shot, _frame, _reduced


@pytest.mark.parametrize(
    ("sharpness", "parts"), [(5.0, 0.0), (1.0, np.log(5)), (0.25, np.log(20)), (0.1, np.log(20)), (0.0, np.log(20))]
)
def test_blur_speaks_against_a_frame_but_not_without_end(sharpness: float, parts: float) -> None:
    shot = Shot("one.jpg", ("already_open",), (64, 64), 20)
    assert _frame(shot, 1, Detail(sharpness), 5.0, 1).problems == pytest.approx(BLUR * parts)


def test_noise_and_compression_speak_against_a_frame_less_than_a_closed_eye() -> None:
    shot = Shot("one.jpg", ("already_open",), (64, 64), 20)
    clean, gritty, worst = (_frame(shot, 1, Detail(5.0, unclean), 5.0, 1).problems for unclean in (0.0, 4.0, 20.0))
    assert 0 == clean < gritty < worst < CLOSED


@pytest.mark.parametrize(
    ("reduced", "times"), [(1, 0.0), (2, 1.0), (4, 3.0), (8, 6.0)], ids=["as large", "half", "a quarter", "an eighth"]
)
def test_the_smaller_a_picture_the_more_speaks_against_it(reduced: float, times: float) -> None:
    frame = _frame(Shot("one.jpg", ("already_open",), (200, 50), 20), 1, Detail(5.0), 5.0, reduced)
    assert frame.problems == pytest.approx(SMALL * times)
    assert frame.to_json()["size_wh"] == [200, 50]


@pytest.mark.parametrize(
    ("size_wh", "face_px", "reduced"),
    [
        ((400, 100), 40, 1),
        ((100, 400), 40, 1),
        ((200, 50), 20, 2),
        ((100, 25), 20, 2),
        ((200, 50), 10, 2),
        ((200, 50), 40, 1),
        ((400, 100), 10, 1),
        ((200, 50), 0, 2),
    ],
    ids=["as it is", "upright", "a copy", "its crop", "a step back", "a crop", "far away", "nobody seen"],
)
def test_a_frame_is_reduced_where_picture_and_faces_are_smaller(
    size_wh: tuple[int, int], face_px: float, reduced: float
) -> None:
    shots = [Shot("large.jpg", ("closed",), (400, 100), 40), Shot("other.jpg", ("closed",), size_wh, face_px)]
    assert _reduced(shots) == [1, pytest.approx(reduced)]
