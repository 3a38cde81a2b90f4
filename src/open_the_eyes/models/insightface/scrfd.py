"""SCRFD's answers, decoded (Guo et al. 2021, "Sample and Computation Redistribution for Efficient Face Detection").

At strides 8, 16 and 32 every cell of the picture has two anchors; in some exports, at 64 and 128 as well, one. Each
anchor says how surely it lies on a face, how far the face's four sides are, and, in most exports, where its five points
are; all in strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points, Rgb

INPUT_PX: Final = 640
"""Side of the square that the detector looks at, pixels, as in training."""
LAYOUTS: Final = ((2, (8, 16, 32)), (1, (8, 16, 32, 64, 128)))
"""Layouts of the output: anchors of a cell, and strides."""
MIN_SCORE: Final = 0.5
"""Least score of a face, as InsightFace sets it."""
MAX_OVERLAP: Final = 0.4
"""Overlap (intersection over union) above which two boxes are one face, as InsightFace sets it."""
_EYES: Final = np.array([[0.3, 0.4], [0.7, 0.4]])
"""Where the eyes are in a box of which nothing else is known."""


@dataclass(frozen=True, slots=True)
class Found:
    """A face in the square: corners (2, 2) left top and right bottom, both eyes (2, 2) left one first, score 0..1."""

    corners: Points
    eyes: Points
    score: float


class NotScrfd(ValueError):
    """Answers of another shape than SCRFD's."""


def fed(square: Rgb) -> NDArray[np.float32]:
    """(INPUT_PX, INPUT_PX, 3) -> (1, 3, INPUT_PX, INPUT_PX), as it was trained."""
    return np.ascontiguousarray((square.astype(np.float32).transpose(2, 0, 1)[None] - 127.5) / 128)


def decoded(answers: Sequence[NDArray[Any]]) -> list[Found]:
    """The faces in a INPUT_PX square, surest first, each once; `answers` in any order, told apart by their shapes.

    Raises:
        NotScrfd: the shapes are not those of SCRFD.
    """
    flat = [np.asarray(a, np.float64).reshape(-1, a.shape[-1]) for a in answers if a.ndim >= 2]
    anchors, strides = next((layout for layout in LAYOUTS if _rows(*layout) <= {len(a) for a in flat}), LAYOUTS[0])
    found = [one for stride in strides for one in _at_stride(stride, anchors, _by_width(flat, stride, anchors))]
    return _each_once(sorted(found, key=lambda one: -one.score))


def _rows(anchors: int, strides: Sequence[int]) -> set[int]:
    return {anchors * (INPUT_PX // stride) ** 2 for stride in strides}


def _by_width(answers: Sequence[NDArray[np.float64]], stride: int, anchors: int) -> dict[int, NDArray[np.float64]]:
    """One stride's answers by what an anchor says: 1 score, 4 distances, 10 coordinates."""
    rows = anchors * (INPUT_PX // stride) ** 2
    by_width = {a.shape[1]: a for a in answers if len(a) == rows}
    if not {1, 4} <= set(by_width):
        shapes = ", ".join(str(a.shape) for a in answers)
        raise NotScrfd(f"expected ({rows}, 1) scores and ({rows}, 4) boxes among the answers, got {shapes}")
    return by_width


def _at_stride(stride: int, per_cell: int, said: dict[int, NDArray[np.float64]]) -> list[Found]:
    scores = said[1][:, 0]
    sure = np.flatnonzero(np.isfinite(scores) & (scores >= MIN_SCORE))
    cells = INPUT_PX // stride
    cell = sure // per_cell
    anchors = np.column_stack([cell % cells, cell // cells]) * float(stride)
    sides = said[4][sure] * stride
    corners = np.stack([anchors - sides[:, :2], anchors + sides[:, 2:]], axis=1)
    if 10 in said:
        eyes = anchors[:, None] + said[10][sure].reshape(-1, 5, 2)[:, :2] * stride
    else:
        eyes = corners[:, :1] + _EYES * (corners[:, 1:] - corners[:, :1])
    found = [Found(c, e, float(s)) for c, e, s in zip(corners, eyes, scores[sure], strict=True)]
    return [one for one in found if _is_box(one)]


def _is_box(found: Found) -> bool:
    plain = np.isfinite(found.corners).all() and np.isfinite(found.eyes).all()
    return bool(plain and (found.corners[1] > found.corners[0]).all())


def _each_once(found: list[Found]) -> list[Found]:
    """Without the fainter ones of boxes that overlap (non-maximum suppression)."""
    kept: list[Found] = []
    for one in found:
        if all(_overlap(one.corners, other.corners) <= MAX_OVERLAP for other in kept):
            kept.append(one)
    return kept


def _overlap(a: Points, b: Points) -> float:
    inner = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
    shared = float(np.prod(np.maximum(inner, 0)))
    return shared / float(np.prod(a[1] - a[0]) + np.prod(b[1] - b[0]) - shared)
