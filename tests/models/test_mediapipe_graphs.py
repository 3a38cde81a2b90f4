"""Several callers at once are told what each would be told alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.mediapipe_graphs import Graphs, Hit
from open_the_eyes.models.tiles import Overview


def places(hits: list[Hit]) -> list[tuple[float, ...]]:
    return [(hit.score, *hit.corners.ravel(), *hit.keypoints.ravel()) for hit in hits]


def test_faces_are_found_by_many_threads_as_by_one(portrait: Rgb) -> None:
    graphs = Graphs(0.45)
    overview = Overview(Pyramid(portrait))
    windows = [overview.whole(1.0).pixels, *(tile.pixels for tile in overview.tiles(2))]
    windows.append(np.zeros_like(windows[0]))
    alone = [places(graphs.find(window)) for window in windows]
    assert alone[0]
    assert not alone[-1]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda n: places(graphs.find(windows[n % len(windows)])), range(4 * len(windows))))
    assert together == 4 * alone
