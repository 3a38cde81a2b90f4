"""Faces that overlap: the mesh draws a face whole, also where another one is in front of it, and an eye painted there
would lie on that other face. Such an eye is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

import cv2
import numpy as np

from ..imaging.arrays import Rgb
from ..imaging.face.mesh478 import EYE_RING, FACE_OVAL, SIDES, Side
from ..progress import NO_WATCH
from ..roles import Face, FaceDetector, Watch
from .confirm import corner_moves

MIN_SHARE_ON: Final = 0.2
"""Share of an eye's outline above which the eye lies on another face."""

_HIDDEN: Final = "Both eyes are hidden: another face is in front of them."


def with_hidden_eyes(pixels: Rgb, faces: Sequence[Face], detector: FaceDetector, watch: Watch = NO_WATCH) -> list[Face]:
    """The same faces, with eyes behind another face marked as covered.

    Two faces may each seem to lie on the other. The one in front is told by the finder, which is surer of a whole face,
    and by the mesh: where much of a face is hidden, the corners of its eyes move with the place that the mesh looks
    from.
    """
    hidden: dict[int, set[Side]] = {}
    clear: dict[int, float] = {}
    for pair in combinations(range(len(faces)), 2):
        first, second = pair
        on = {first: _sides_on(faces[first], faces[second]), second: _sides_on(faces[second], faces[first])}
        if any(on.values()):
            watch.tell("detect", first / len(faces))
            clear |= {n: _clearness(pixels, faces[n], detector) for n in pair if n not in clear}
            behind = min(pair, key=clear.__getitem__)
            hidden.setdefault(behind, set()).update(on[behind])
    return [_covered(face, hidden.get(n, set())) for n, face in enumerate(faces)]


def _sides_on(face: Face, other: Face) -> set[Side]:
    """The eyes of a face that lie on another one."""
    if face.box.intersection(other.box).area <= 0:
        return set()
    outline = cv2.convexHull(other.landmarks[FACE_OVAL, :2].astype(np.float32))

    def share(side: Side) -> float:
        ring = face.landmarks[EYE_RING[side], :2].tolist()
        return float(np.mean([cv2.pointPolygonTest(outline, (x, y), measureDist=False) >= 0 for x, y in ring]))

    return {side for side in SIDES if share(side) > MIN_SHARE_ON}


def _clearness(pixels: Rgb, face: Face, detector: FaceDetector) -> float:
    """About 1 for a face of which all can be seen, below 0 where hardly any can."""
    return face.confidence - float(np.mean(np.minimum(list(corner_moves(pixels, face, detector)), 1.0)))


def _covered(face: Face, sides: set[Side]) -> Face:
    """The face with some eyes hidden."""
    if not sides:
        return face
    eyes = {
        side: replace(eye, closed_probability=0.0, covered=True) if side in sides else eye
        for side, eye in face.eyes.items()
    }
    if face.refusal is None and all(eye.covered for eye in eyes.values()):
        return replace(face, eyes=eyes, refusal="covered", reason=_HIDDEN)
    return replace(face, eyes=eyes)
