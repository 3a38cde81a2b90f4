"""Confirm that a face's eyes are where its mesh has them, before anything is painted there.

Hair, a hand or water across a face can lead the landmarks astray, and verification would go astray with them: it looks
where they are. A mesh that is right comes out the same from a place beside the face's own; one that is wrong does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..imaging.arrays import Points, Rgb
from ..imaging.face.eye_corners import true_eye_width
from ..imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER, SIDES
from ..imaging.geometry import Box
from ..progress import NO_WATCH
from ..roles import Face, FaceDetector, Watch
from .choose import Decision

BESIDE: Final = ((0.1, 0.0), (-0.1, 0.0), (0.0, -0.1))
"""Moves of the view from which a face is looked at again, as shares of its longer side."""

MAX_MOVE: Final = 0.13
"""Most that a corner of the eyes may move from view to view, in eye widths."""

_UNCERTAIN: Final = "where the eyes are is uncertain, since something hides part of the face."
_CORNERS: Final = [corner[side] for side in SIDES for corner in (OUTER_CORNER, INNER_CORNER)]


def confirmed(
    pixels: Rgb, decisions: Sequence[Decision], detector: FaceDetector, watch: Watch = NO_WATCH
) -> list[Decision]:
    """The same decisions, but no eye is opened on a face whose mesh no second look confirms."""
    sure = []
    for done, d in enumerate(decisions):
        watch.tell("confirm", done / len(decisions))
        uncertain = d.to_open and astray(pixels, d.face, detector)
        sure.append(replace(d, outcome="kept_original", reason=_UNCERTAIN, to_open=()) if uncertain else d)
    return sure


def astray(pixels: Rgb, face: Face, detector: FaceDetector) -> bool:
    """Whether the mesh puts the corners of the eyes elsewhere from each of the places beside the face's own."""
    return all(move > MAX_MOVE for move in corner_moves(pixels, face, detector))


def corner_moves(pixels: Rgb, face: Face, detector: FaceDetector) -> Iterator[float]:
    """How far the mesh moves the corners of the eyes, in eye widths, when it looks from each of the places beside the
    face's own in turn; infinity where it sees no face from there."""
    part = face.box.grown(0.5).within(pixels)
    landmarks = face.landmarks - part.offset
    side = max(face.box.width, face.box.height)
    for right, down in BESIDE:
        nudged = landmarks + np.array([right * side, down * side, 0.0])
        box = Box.around(nudged)
        again = detector.measure(part.cut(pixels), replace(face, landmarks=nudged, box=box, embedding=None))
        yield math.inf if again is None else _move(landmarks, again.landmarks)


def _move(before: Points, after: Points) -> float:
    """The farthest that a corner of the eyes has come, in eye widths."""
    width = float(np.mean([true_eye_width(before, side) for side in SIDES]))
    away = before[_CORNERS, :2] - after[_CORNERS, :2]
    return float(np.linalg.norm(away, axis=1).max()) / max(width, 1e-6)
