"""What speaks against a frame of a burst: blur and smallness, each by its measure."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.frames import BLUR, CLOSED, SMALL, Detail, Shot, frames_of


@pytest.mark.parametrize(
    ("sharpness", "parts"), [(5.0, 0.0), (1.0, np.log(5)), (0.25, np.log(20)), (0.1, np.log(20)), (0.0, np.log(20))]
)
def test_blur_speaks_against_a_frame_but_not_without_end(sharpness: float, parts: float) -> None:
    shots = [Shot(name, ("already_open",), (64, 64), 20) for name in ("sharp.jpg", "other.jpg")]
    sharp, other = frames_of(shots, [Detail(5.0), Detail(sharpness)])
    assert [sharp.problems, other.problems] == pytest.approx([0, BLUR * parts])


def test_noise_and_compression_speak_against_a_frame_less_than_a_closed_eye() -> None:
    shot = Shot("one.jpg", ("already_open",), (64, 64), 20)
    frames = frames_of([shot] * 3, [Detail(5.0, unclean) for unclean in (0.0, 4.0, 20.0)])
    clean, gritty, worst = (frame.problems for frame in frames)
    assert 0 == clean < gritty < worst < CLOSED


@pytest.mark.parametrize(
    ("reduced", "times"), [(1, 0.0), (2, 1.0), (4, 3.0), (8, 6.0)], ids=["as large", "half", "a quarter", "an eighth"]
)
def test_the_smaller_a_picture_the_more_speaks_against_it(reduced: int, times: float) -> None:
    sizes = ((200 * reduced, 50 * reduced), 20 * reduced), ((200, 50), 20)
    _, frame = frames_of([Shot("one.jpg", ("already_open",), *size) for size in sizes], [Detail(5.0)] * 2)
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
    size_wh: tuple[int, int], face_px: float, reduced: int
) -> None:
    shots = [Shot("large.jpg", ("closed",), (400, 100), 40), Shot("other.jpg", ("closed",), size_wh, face_px)]
    whole, other = frames_of(shots, [Detail(5.0)] * 2)
    assert [whole.problems, other.problems] == pytest.approx([CLOSED, CLOSED + SMALL * (reduced - 1)])
