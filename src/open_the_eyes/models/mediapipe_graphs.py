"""MediaPipe's two face networks, loaded once and quietly: where faces are, and the 478-point mesh of one face.

The mesh network is fed its upright crop directly, by MediaPipe's own `FaceLandmarkCpu` sub-graph: no second face
detection inside the crop (which fails on some shut or half-hidden faces), half the time, and the network's own opinion
of whether it saw a face comes out too.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from ..errors import UsageError
from ..imaging.arrays import Points, Rgb
from ..parallel import thread_count
from .mediapipe_light import load_parts

MESH_SIDE: Final = 192
"""What the mesh network sees, in pixels."""
FINDERS: Final = 2
"""At most so many, of 20 MB each: one a core."""

FINDER_GRAPH: Final = "mediapipe/modules/face_detection/face_detection_full_range_cpu.binarypb"
_FINDER_MIN_SCORE: Final = "facedetectionfullrange__facedetection__TensorsToDetectionsCalculator.min_score_thresh"
"""Set here, because `FaceDetection(min_detection_confidence=...)` leaves the full-range model at 0.6 in any case."""

MESH_GRAPH: Final = """
input_stream: "image"
input_stream: "roi"
input_side_packet: "with_attention"
output_stream: "landmarks"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""
_PRESENCE: Final = "facelandmarkcpu__face_presence_score"


@dataclass(frozen=True, slots=True)
class Hit:
    """One face in a window.

    Args:
        corners: (2, 2) left top and right bottom, shares of the window.
        keypoints: (6, 2) eye on the picture's left, eye on its right, nose tip, mouth, two ears; shares of the window.
        score: 0..1.
    """

    corners: Points
    keypoints: Points
    score: float


_quiet_one: Final = threading.Lock()
"""There is one stderr: a second caller in between would keep the first one's silence, and bring that back last."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing written to stderr, by the C++ libraries either: they log while loading and offer no switch.

    One caller at a time, in all threads. A program without stderr, as daemons and windowed programs are, is quiet
    already.
    """
    with _quiet_one:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # None, a broken pipe, closed
            sys.stderr.flush()
        try:
            kept = os.dup(2)
        except OSError:
            yield
            return
        try:
            with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device, not a path
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


_forked: Final = threading.Event()
"""Set in a process that was forked from one with graphs: there MediaPipe dies, or waits for ever, without a word."""


@cache
def _watch_forks() -> None:
    """From now on, processes that are forked from this one know that they were."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forked.set)


def check_not_forked() -> None:
    """Raises:
    UsageError: this process was forked from one with graphs.
    """
    if _forked.is_set():
        raise UsageError(
            "expected a process of its own, got one that was forked from a process that has looked at photos already; "
            "start it with multiprocessing.get_context('spawn')."
        )


class Graphs:
    """Both networks, for any number of callers: one at a time for the mesh, and for the search, which has more to do,
    one a finder.

    Raises:
        UsageError: also at a call, later: this process was forked from one with graphs.
    """

    def __init__(self, min_score: float) -> None:
        check_not_forked()
        _watch_forks()
        self._finders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        """Those that nobody uses now."""
        self._mesh_lock = threading.Lock()
        with quiet():
            load_parts()
            from mediapipe.framework.formats import rect_pb2
            from mediapipe.python.solution_base import PacketDataType, SolutionBase

            self._mesh: Any = SolutionBase(
                graph_config=MESH_GRAPH,
                side_inputs={"with_attention": True},
                outputs=["landmarks", _PRESENCE],
                stream_type_hints={
                    "image": PacketDataType.IMAGE_FRAME,
                    "roi": PacketDataType.PROTO,
                    "landmarks": PacketDataType.PROTO,
                },
            )
            self._all = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1, rotation=0)
            black = np.zeros((MESH_SIDE, MESH_SIDE, 3), np.uint8)
            self.mesh(black)
            for _ in range(min(FINDERS, thread_count())):
                finder = SolutionBase(
                    binary_graph_path=FINDER_GRAPH,
                    outputs=["detections"],
                    calculator_params={_FINDER_MIN_SCORE: min_score},
                )
                finder.process({"image": black})
                self._finders.put(finder)

    def find(self, window: Rgb) -> list[Hit]:
        """(192, 192, 3) -> faces, best first."""
        check_not_forked()
        finder = self._finders.get()
        try:
            found = finder.process({"image": window}).detections or []
        finally:
            self._finders.put(finder)
        hits = []
        for one in found:
            data = one.location_data
            box = data.relative_bounding_box
            corners = np.array([[box.xmin, box.ymin], [box.xmin + box.width, box.ymin + box.height]])
            points = np.array([[p.x, p.y] for p in data.relative_keypoints])
            hits.append(Hit(corners, points, float(one.score[0])))
        return sorted(hits, key=lambda hit: -hit.score)

    def mesh(self, crop: Rgb) -> tuple[Points | None, float]:
        """(192, 192, 3) upright crop, 1.5 times the face -> (478, 3) crop pixels (None: no face), and presence 0..1."""
        check_not_forked()
        with self._mesh_lock:
            seen = self._mesh.process({"image": crop, "roi": self._all})
            presence = getattr(seen, _PRESENCE)
            landmarks = seen.landmarks
        score = float(presence) if presence is not None else 0.0
        if landmarks is None:
            return None, score
        points = np.array([[p.x, p.y, p.z] for p in landmarks.landmark], dtype=np.float64) * MESH_SIDE
        points[:, :2] -= 0.5
        return points, score
