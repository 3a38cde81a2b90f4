"""Several callers at once are told what each would be told alone; stderr is quiet while loading, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models import mediapipe_faces
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from open_the_eyes.models.mediapipe_graphs import MESH_SIDE, Graphs, Hit, quiet
from open_the_eyes.models.tiles import Overview
from open_the_eyes.settings import Settings

BLACK: Final = np.zeros((MESH_SIDE, MESH_SIDE, 3), np.uint8)


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    return Graphs(0.45)


def places(hits: list[Hit]) -> list[tuple[float, ...]]:
    return [(hit.score, *hit.corners.ravel(), *hit.keypoints.ravel()) for hit in hits]


def test_faces_are_found_by_many_threads_as_by_one(graphs: Graphs, portrait: Rgb) -> None:
    overview = Overview(Pyramid(portrait))
    windows = [overview.whole(1.0).pixels, *(tile.pixels for tile in overview.tiles(2))]
    windows.append(np.zeros_like(windows[0]))
    alone = [places(graphs.find(window)) for window in windows]
    assert alone[0]
    assert not alone[-1]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda n: places(graphs.find(windows[n % len(windows)])), range(4 * len(windows))))
    assert together == 4 * alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="has no forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "ask",
    [
        lambda graphs: graphs.find(BLACK),
        lambda graphs: graphs.mesh(BLACK),
        lambda _: Graphs(0.45),
        lambda _: MediapipeDetector(Settings()).detect(BLACK),
    ],
    ids=["find", "mesh", "new ones", "a detector"],
)
def test_a_process_forked_from_one_with_graphs_says_what_to_do(graphs: Graphs, ask: Callable[[Graphs], object]) -> None:
    reader, writer = os.pipe()
    with mediapipe_faces._loading:  # as while another thread loads
        child = os.fork()
        if not child:
            signal.alarm(5)
            try:
                ask(graphs)
            except UsageError as error:
                os.write(writer, str(error).encode())
            finally:
                os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    os.waitpid(child, 0)
    assert "multiprocessing.get_context('spawn')" in said
    graphs.find(BLACK)


def test_stderr_comes_back_when_two_threads_are_quiet_at_once() -> None:
    before, kept = os.fstat(2), os.dup(2)
    second_came, first_left = threading.Event(), threading.Event()

    def first() -> None:
        with quiet():
            waiting.start()
            second_came.wait(0.2)  # in vain, if callers wait for each other
        first_left.set()

    def second() -> None:
        with quiet():
            second_came.set()
            first_left.wait(1)

    waiting = threading.Thread(target=second)
    try:
        first()
        waiting.join()
        assert os.path.samestat(before, os.fstat(2))
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@pytest.mark.parametrize(
    "gone",
    ["sys.stderr = None", "sys.stderr.close()", "os.close(2)", "os.close(2); sys.stderr = None"],
    ids=["None", "closed", "no such file", "a daemon's"],
)
def test_a_program_without_stderr_is_quiet_already(gone: str) -> None:
    program = f"""
import os, sys
from open_the_eyes.models import mediapipe_faces
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from open_the_eyes.models.mediapipe_graphs import quiet
{gone}
with quiet():
    print("loaded", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "loaded\n")
