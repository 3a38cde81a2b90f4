"""From what the finder says of each cell of a window to faces: decoded, and one of each face.

As MediaPipe does it (TensorsToDetectionsCalculator, and NonMaxSuppressionCalculator's weighted algorithm, which is
BlazeFace's: Bazarevsky et al. 2019, arXiv 1907.05047): what overlaps the best detection is averaged with it, by score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points
from .tiles import WINDOW_PX

CELLS: Final = 48
"""Cells on a side of a window, of 4 pixels each."""
SAME_FACE: Final = 0.3
"""Overlap (intersection over union) above which detections are of one face."""
MAX_LOGIT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Detection:
    """One face in a window.

    Args:
        corners: (2, 2) left top and right bottom, shares of the window.
        keypoints: (6, 2) eye on the picture's left, eye on its right, nose tip, mouth, two ears; shares of the window.
        score: 0..1.
    """

    corners: Points
    keypoints: Points
    score: float


def detections_of(places: NDArray[np.float32], logits: NDArray[np.float32], min_score: float) -> list[Detection]:
    """The faces of a window, best first.

    Args:
        places: (2304, 16) of each cell, row by row: middle (from the cell's own), size, and six keypoints of a face, in
            pixels.
        logits: (2304,) how sure it is.
        min_score: of the detections that count, 0..1.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -MAX_LOGIT, MAX_LOGIT)))
    sure = np.flatnonzero((scores >= min_score) & (places[:, 2:4] >= 0).all(axis=1))
    sure = sure[np.argsort(-scores[sure], kind="stable")]
    points = places[sure].astype(np.float64).reshape(-1, 8, 2) / WINDOW_PX
    cells = (np.stack([sure % CELLS, sure // CELLS], axis=1) + 0.5) / CELLS
    points[:, [0, 2, 3, 4, 5, 6, 7]] += cells[:, None]
    half = points[:, 1] / 2
    corners = np.stack([points[:, 0] - half, points[:, 0] + half], axis=1)
    return _merged(corners, points[:, 2:], scores[sure])


def _merged(corners: Points, keypoints: Points, scores: NDArray[np.float64]) -> list[Detection]:
    """(N, 2, 2), (N, 6, 2) and (N,), best first -> one of each face."""
    detections = []
    left: NDArray[np.intp] = np.arange(len(scores))
    while left.size:
        same = _overlap(corners[left[0]], corners[left]) > SAME_FACE
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        mean_corners, mean_keypoints = (np.tensordot(weights, x[group], axes=1) for x in (corners, keypoints))
        detections.append(Detection(mean_corners, mean_keypoints, float(scores[group[0]])))
        left = left[~same]
    return detections


def _overlap(one: Points, others: Points) -> NDArray[np.float64]:
    """Intersection over union of a box, (2, 2), with each of (N, 2, 2)."""
    sides = np.clip(np.minimum(one[1], others[:, 1]) - np.maximum(one[0], others[:, 0]), 0, None)
    shared = sides.prod(axis=1)
    union = (one[1] - one[0]).prod() + (others[:, 1] - others[:, 0]).prod(axis=1) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0), np.float64)
