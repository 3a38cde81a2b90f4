"""Where the detector looks."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.models.tiles import OVERLAP, SIDE, ZOOMS, Overview, worth_looking


@pytest.mark.parametrize(
    ("faces", "long_side", "zooms"),
    [
        pytest.param([2000], 4000, (), id="a portrait: not tiled"),
        pytest.param([1000], 4000, (), id="half-length: not tiled"),
        pytest.param([1000, 300], 4000, (2,), id="a child in the background: one coarse tiling"),
        pytest.param([270, 170], 4000, (2, 3, 5), id="a group: as finely as its faces ask"),
        pytest.param([90, 60], 4000, (2, 3, 5, 8), id="a crowd"),
        pytest.param([], 4000, (2, 3, 5, 8), id="nothing found yet"),
        pytest.param([], 150, (), id="a thumbnail: tiles would be specks"),
        pytest.param([], 1, (), id="one pixel"),
    ],
)
def test_tiling_follows_the_faces(faces: list[float], long_side: float, zooms: tuple[int, ...]) -> None:
    worth = [worth_looking(zoom, faces, 48, long_side) for zoom in ZOOMS]
    assert worth == sorted(worth, reverse=True)
    assert tuple(zoom for zoom, yes in zip(ZOOMS, worth, strict=True) if yes) == zooms


@pytest.mark.parametrize("size_hw", [(600, 900), (900, 600), (700, 700), (1, 2000), (3000, 4000)], ids=str)
@pytest.mark.parametrize("zoom", [2, 3, 5])
def test_tiles_cover_the_photo_and_overlap(size_hw: tuple[int, int], zoom: int) -> None:
    windows = list(Overview.of(np.zeros((*size_hw, 3), np.uint8)).tiles(zoom))
    for name, length in (("left", size_hw[1]), ("top", size_hw[0])):
        starts = sorted({getattr(window, name) for window in windows})
        assert starts[0] == 0
        assert starts[-1] + windows[0].side >= 0.99 * length
        steps = np.diff(starts)
        assert (steps <= (1 - OVERLAP) * windows[0].side + 1.01 * windows[0].side / SIDE).all()


@pytest.mark.parametrize("turns", range(5))
def test_a_turned_window_still_knows_where_it_is(turns: int) -> None:
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[10:14, 70:74] = 255
    window = Overview.of(photo).whole(0.5).turned(turns)
    y, x = (float(np.mean(axis)) for axis in np.nonzero(window.pixels[..., 0] > 128))
    found = window.to_photo(np.array([[(x + 0.5) / SIDE, (y + 0.5) / SIDE]]))
    assert np.abs(found - [[71.5, 11.5]]).max() < 0.6


def test_a_big_photo_is_reduced_once() -> None:
    overview = Overview.of(np.zeros((3000, 4000, 3), np.uint8))
    assert max(overview.pixels.shape) == 8 * SIDE
    assert overview.grow == pytest.approx(4000 / (8 * SIDE))
