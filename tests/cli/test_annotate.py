"""Faces drawn on a photo."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.cli.annotate import FaceMark, Kind, annotate
from open_the_eyes.imaging.geometry import Box


def photo(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((height, width, 3), 128, np.uint8)


def mark(left: float, top: float, right: float, bottom: float, kind: Kind = "closed") -> FaceMark:
    ring = np.array([[left, top], [right, top], [right, bottom]], np.float64)
    return FaceMark(Box(left, top, right, bottom), 1, kind, kind, (ring,))


def test_the_photo_itself_is_left_as_it_was() -> None:
    pixels = photo(200, 100)
    pixels.flags.writeable = False
    drawn = annotate(pixels, [mark(50, 40, 90, 80)])
    assert (pixels == 128).all()
    assert drawn.flags.writeable
    assert not np.shares_memory(drawn, pixels)


def test_without_faces_the_copy_is_the_photo() -> None:
    np.testing.assert_array_equal(annotate(photo(20, 10), []), photo(20, 10))


@pytest.mark.parametrize(
    ("size_wh", "one"),
    [
        pytest.param((1, 1), mark(0, 0, 1, 1), id="one pixel"),
        pytest.param((40, 30), mark(10, 10, 20, 20), id="narrower than the words"),
        pytest.param((300, 200), mark(-50, -50, 100, 100), id="over the top left corner"),
        pytest.param((300, 200), mark(250, 150, 400, 300), id="over the bottom right corner"),
        pytest.param((300, 200), mark(0, 0, 300, 200), id="fills the photo"),
        pytest.param((4000, 3000), mark(1000, 1000, 2000, 2200), id="12 megapixels"),
    ],
)
def test_any_face_in_any_photo_can_be_drawn(size_wh: tuple[int, int], one: FaceMark) -> None:
    drawn = annotate(photo(*size_wh), [one])
    assert drawn.shape == (size_wh[1], size_wh[0], 3)
    assert drawn.dtype == np.uint8
    assert (drawn != 128).any()


def test_letters_grow_with_the_photo() -> None:
    def ink_rows(side: int) -> int:
        drawn = annotate(photo(side, side), [mark(0.3 * side, 0.3 * side, 0.6 * side, 0.6 * side)])
        return int((drawn.max(axis=2) < 60).any(axis=1).sum())

    assert ink_rows(400) >= 7
    assert ink_rows(4000) > 6 * ink_rows(400)


def test_each_state_has_its_colour() -> None:
    kinds: tuple[Kind, ...] = ("open", "closed", "unsure", "refused")
    colours = {tuple(annotate(photo(200, 200), [mark(20, 90, 180, 180, kind)])[180, 100]) for kind in kinds}
    assert len(colours) == 4
