"""The package's face networks say what MediaPipe's own graphs say, to every thread and to forked processes."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.detections import Detection
from open_the_eyes.models.faces.mediapipe_faces import MediapipeDetector
from open_the_eyes.models.faces.networks import MESH_PX, FaceNetworks
from open_the_eyes.models.faces.tiles import Overview
from open_the_eyes.settings import Settings

BLACK: Final = np.zeros((MESH_PX, MESH_PX, 3), np.uint8)
TOLD: Final = Path(__file__).parent / "expected" / "mediapipe_portrait.npz"
"""By `python -m training.face_networks.compare --keep` with MediaPipe 0.10.21."""


@pytest.fixture(scope="module")
def networks() -> FaceNetworks:
    return FaceNetworks(0.45)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    with np.load(TOLD) as archive:
        return dict(archive)


def places(detections: list[Detection]) -> list[tuple[float, ...]]:
    return [(*detection.corners.ravel(), *detection.keypoints.ravel(), detection.score) for detection in detections]


@pytest.mark.parametrize(("view", "factor", "step"), [("as it is", 1, 1), ("mirrored", 1, -1), ("dark", 4, 1)])
def test_they_say_what_mediapipe_says(
    networks: FaceNetworks, told: dict[str, Any], view: str, factor: int, step: int
) -> None:
    crop = np.ascontiguousarray(told["crop"][:, ::step] // factor)
    assert np.allclose(places(networks.find(crop)), told[f"{view}: hits"], rtol=0, atol=1e-5)
    points, presence = networks.mesh(crop)
    assert np.allclose(points, told[f"{view}: points"], rtol=0, atol=0.002)
    assert presence == pytest.approx(told[f"{view}: presence"], abs=1e-5)


def test_nobody_is_seen_in_the_dark(networks: FaceNetworks) -> None:
    assert networks.find(BLACK) == []
    points, presence = networks.mesh(BLACK)
    assert np.isfinite(points).all()
    assert presence < 0.5


def test_faces_are_found_by_many_threads_as_by_one(networks: FaceNetworks, portrait: Rgb) -> None:
    overview = Overview(Pyramid(portrait))
    windows = [overview.whole(1.0).pixels, *(tile.pixels for tile in overview.tiles(2)), BLACK]

    def seen(window: Rgb) -> tuple[object, ...]:
        return places(networks.find(window)), networks.mesh(window)[0].tobytes()

    alone = [seen(window) for window in windows]
    assert alone[0][0]
    assert not alone[-1][0]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda n: seen(windows[n % len(windows)]), range(4 * len(windows))))
    assert together == 4 * alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="has no forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_process_forked_from_one_that_has_looked_at_photos_looks_at_more(portrait: Rgb) -> None:
    """As a web server's are that has loaded the program before it forks its workers."""
    detector = MediapipeDetector(Settings())
    before = [face.landmarks.tobytes() for face in detector.detect(portrait)]
    assert before
    child = os.fork()
    if not child:
        signal.alarm(60)
        same = [face.landmarks.tobytes() for face in detector.detect(portrait)] == before
        os._exit(0 if same else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
