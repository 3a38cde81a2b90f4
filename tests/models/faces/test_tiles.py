"""Where the detector looks."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.tiles import OVERLAP, WINDOW_PX, ZOOMS, Overview, worth_looking


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
    windows = list(Overview(Pyramid(np.zeros((*size_hw, 3), np.uint8))).tiles(zoom))
    for name, length in (("left", size_hw[1]), ("top", size_hw[0])):
        starts = sorted({getattr(window, name) for window in windows})
        assert starts[0] == 0
        assert starts[-1] + windows[0].side >= 0.99 * length
        steps = np.diff(starts)
        assert (steps <= (1 - OVERLAP) * windows[0].side + 1.01 * windows[0].side / WINDOW_PX).all()


@pytest.mark.parametrize("turns", range(5))
def test_a_turned_window_still_knows_where_it_is(turns: int) -> None:
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[10:14, 70:74] = 255
    window = Overview(Pyramid(photo)).whole(0.5).turned(turns)
    y, x = (float(np.mean(axis)) for axis in np.nonzero(window.pixels[..., 0] > 128))
    found = window.to_photo(np.array([[(x + 0.5) / WINDOW_PX, (y + 0.5) / WINDOW_PX]]))
    assert np.abs(found - [[71.5, 11.5]]).max() < 0.6


@pytest.mark.parametrize("size_hw", [(3000, 4000), (2161, 3841), (100, 4001)], ids=str)
def test_windows_of_a_big_photo_know_where_they_are(size_hw: tuple[int, int]) -> None:
    photo = np.zeros((*size_hw, 3), np.uint8)
    x0, y0 = round(0.8 * size_hw[1]), round(0.5 * size_hw[0])
    photo[y0 - 40 : y0 + 40, x0 - 40 : x0 + 40] = 255
    overview = Overview(Pyramid(photo))
    seen = 0
    for window in (overview.whole(1.0), *overview.tiles(3), *overview.tiles(8)):
        light = window.pixels[..., 0].astype(float)
        if light[0].any() or light[-1].any() or light[:, 0].any() or light[:, -1].any() or not light.any():
            continue
        ys, xs = np.mgrid[:WINDOW_PX, :WINDOW_PX]
        middle = np.array([[((xs + 0.5) * light).sum(), ((ys + 0.5) * light).sum()]]) / light.sum() / WINDOW_PX
        assert np.abs(window.to_photo(middle) - [[x0 - 0.5, y0 - 0.5]]).max() < 0.2 * window.side / WINDOW_PX + 1
        seen += 1
    assert seen
