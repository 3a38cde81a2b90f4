"""Pictures to strips and back: alignment, then a warp in which all lids, irises and creases coincide."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points, Tones
from ...imaging.geometry import inverted, scale_of, transformed
from ...imaging.pyramid import on_level
from ...imaging.smooth import SHRINK_BLUR
from ...imaging.warp import ThinPlate, between_nodes, nodes_of
from . import layout

_W, _H = layout.SIZE_WH
_STEP: Final = 4
SOFTENED: Final = 0.3
"""Standard deviation, in the picture's pixels, of the Gaussian through which strips are drawn smaller: less than the
half that theory asks for, since what is painted is soft already."""
CROWDED: Final = 0.5
"""Fraction of its usual distance below which a point that has come nearer to an eye is left out of the warp."""


def to_mean_shape(picture: NDArray[Any], landmarks: Points, points: Points, mean_points: Points) -> Tones:
    """A picture (h, w, 3) drawn on the strip in the mean shape, (H, W, 3).

    `landmarks` (478, 2+) are the picture's; `points` the model's points on the strip, where its eyes are or shall be.
    """
    strip_to_picture = inverted(layout.to_strip(landmarks))
    shrink = scale_of(strip_to_picture)
    spread = (SHRINK_BLUR * shrink) ** 2 if shrink > 1.5 else 0.0
    for _ in range(int(np.log2(max(shrink / 2, 1)))):  # halving is cheap, and its means are part of the blur
        w, h = max(picture.shape[1] // 2, 1), max(picture.shape[0] // 2, 1)
        picture = cv2.resize(picture[: 2 * h, : 2 * w], (w, h), interpolation=cv2.INTER_AREA)
        strip_to_picture = on_level(strip_to_picture, 1)
        spread = (spread - 0.25) / 4
    source = picture.astype(np.float32)
    if spread > 0:
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), float(np.sqrt(spread))), np.float32)
    nodes = _spline_weights(np.ascontiguousarray(mean_points).tobytes()) @ layout.framed(points)
    x, y = between_nodes(nodes, (_H, _W), _STEP)
    at = transformed(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64), strip_to_picture)
    x, y = (at[:, k].reshape(_H, _W).astype(np.float32) for k in (0, 1))
    strip = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(strip, 0, 255), np.float32)


def from_mean_shape(
    planes: NDArray[np.float32], landmarks: Points, points: Points, mean_points: Points, shape_hw: tuple[int, int]
) -> NDArray[np.float32]:
    """A strip in the mean shape (H, W, n) drawn into the picture's frame, (h, w, n); 0 past the strip's edges."""
    picture_to_strip = layout.to_strip(landmarks)
    shrink = scale_of(picture_to_strip)
    if shrink > 1:  # what a small face has no pixels for would come out as specks
        sigma = max(SOFTENED * math.sqrt(shrink**2 - 1), 0.1)
        planes = np.asarray(cv2.GaussianBlur(planes, (0, 0), sigma), np.float32).reshape(planes.shape)
    kept = _not_crowded(points, mean_points)
    anchors = transformed(layout.framed(points)[kept], inverted(picture_to_strip))
    step = max(4, round(4 / max(shrink, 0.1)))
    x, y = ThinPlate.between(anchors, layout.framed(mean_points)[kept]).field(shape_hw, step)
    return np.asarray(
        cv2.remap(planes, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,)), np.float32
    ).reshape(*shape_hw, planes.shape[2])


@lru_cache(maxsize=4)
def _spline_weights(mean_points: bytes) -> NDArray[np.float64]:
    """(nodes, points): the thin-plate weights; a node's place is its row times the places of the framed points.

    They depend on the mean points alone, so they are computed once.
    """
    points = layout.framed(np.frombuffer(mean_points).reshape(-1, 2))
    return ThinPlate.between(points, np.eye(len(points)))(nodes_of((_H, _W), _STEP))


def _not_crowded(points: Points, mean_points: Points) -> NDArray[np.bool_]:
    """Which framed points may pull at the warp: all but those that the turn of the head has pushed onto an eye, such as
    the bridge of the nose in front of the far eye. Those would fold the picture."""
    rings = np.arange(2 * 16)
    others = np.arange(len(rings), len(points))
    usual = np.linalg.norm(mean_points[others, None] - mean_points[None, rings], axis=2)
    here = np.linalg.norm(points[others, None] - points[None, rings], axis=2)
    nearest = usual.argmin(axis=1)
    row = np.arange(len(others))
    kept = np.ones(len(layout.framed(points)), np.bool_)
    kept[others] = (here[row, nearest] > CROWDED * usual[row, nearest]) | (others < len(layout.HIDDEN))
    return kept
