"""What a face looks like without its eyes: edges of brows, nose, mouth and jaw, and colours of skin, hair and clothes.

Everything that a blink changes is left out, so that a face with shut eyes can be held against one with open eyes.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Matrix, Points, Rgb, size_wh_of
from ..binary_masks import filled
from ..geometry import from_reduced, inverted, scale_of, similarity_from_two, transformed
from ..smooth import shrink_for
from .mesh478 import CHIN, FACE_OVAL, FOREHEAD, INNER_CORNER, MOUTH_CORNERS, NASION, OUTER_CORNER, SIDES

Row = NDArray[np.float32]

_UNDER_NOSE: Final = 2
_LIPS: Final = 13
_CORNERS: Final = [*(OUTER_CORNER[side] for side in SIDES), *(INNER_CORNER[side] for side in SIDES)]
_HELD: Final = [*_CORNERS, _UNDER_NOSE, CHIN, FOREHEAD, NASION, *MOUTH_CORNERS]
_HELD_AT: Final = np.array(
    [[24.0, 45.7], [72.0, 45.7], [38.8, 46.3], [57.2, 46.3], [48.0, 68.7],
     [48.2, 106.7], [48.2, 16.0], [48.1, 42.4], [33.9, 80.9], [62.2, 80.6]]
)  # fmt: skip
_TRUST: Final = np.array([2, 2, 2, 2, 2, 0.5, 0.5, 2, 0.3, 0.3])
"""Mesh points, where they lie on the aligned face (the mean of 100 faces), and how far each leads the alignment."""
_ALIGNED_WH: Final = (96, 115)
_CELL: Final = 8
_BINS: Final = 9
_ROWS, _COLUMNS = 14, 12

_COLOUR_WH: Final = (96, 144)
COLOURS: Final = 3
"""Regions whose colour is taken: skin, hair, clothes."""


def edges_of(pixels: Rgb, landmarks: Points) -> Row:
    """(1242,): histograms of edge directions over the aligned face (Dalal & Triggs 2005), without the eyes' cells."""
    face = cv2.cvtColor(_aligned(pixels, landmarks), cv2.COLOR_RGB2GRAY).astype(np.float32)
    face = np.asarray(cv2.GaussianBlur(face, (0, 0), 1.0), np.float32)
    dx, dy = (cv2.Sobel(face, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    size, angle = np.hypot(dx, dy), (np.arctan2(dy, dx) % np.pi) / np.pi * _BINS
    planes = []
    for k in range(_BINS):
        off = np.abs(angle - k)
        votes = size * np.clip(1 - np.minimum(off, _BINS - off), 0, 1)
        votes = cv2.GaussianBlur(votes.astype(np.float32), (0, 0), _CELL / 2)
        planes.append(cv2.resize(votes, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA))
    cells = np.stack(planes, axis=-1)
    energy = np.sqrt(cv2.GaussianBlur((cells**2).sum(axis=-1), (0, 0), 1.5))[..., None] + 1e-3
    return np.asarray(np.sqrt(np.minimum(cells / energy, 0.6))[~_EYES].ravel(), np.float32)


def colours_of(pixels: Rgb, landmarks: Points) -> Row:
    """(9,): the middle colour of skin, hair and clothes in L*a*b* (lightness halved), NaN where none is seen."""
    left, right = (landmarks[OUTER_CORNER[side]] for side in SIDES)
    to_view = similarity_from_two(left, right, np.array([32.0, 56.0]), np.array([64.0, 56.0]))
    view = cv2.cvtColor(_drawn(pixels, to_view, _COLOUR_WH), cv2.COLOR_RGB2LAB).astype(np.float32)
    inside = _within(size_wh_of(pixels), to_view, _COLOUR_WH)
    out = np.full((COLOURS, 3), np.nan, np.float32)
    for k, region in enumerate(_regions(transformed(landmarks, to_view))):
        seen = view[region & inside]
        if len(seen) >= 50:
            out[k] = np.median(seen, axis=0) * [0.5, 1, 1]
    return out.ravel()


def _within(photo_wh: tuple[int, int], to_view: Matrix, view_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w) of the view: which of its pixels' centres lie in the photo, however large that is."""
    w, h = view_wh
    ys, xs = np.mgrid[:h, :w]
    at = transformed(np.stack([xs, ys], axis=-1).reshape(-1, 2).astype(np.float64), inverted(to_view))
    return np.asarray(((at >= -0.5) & (at < np.array(photo_wh) - 0.5)).all(axis=1).reshape(h, w), np.bool_)


def _regions(points: Points) -> list[NDArray[np.bool_]]:
    w, h = _COLOUR_WH
    face = filled((h, w), points[FACE_OVAL])
    eyes = np.zeros((h, w), np.uint8)
    for k in (*_CORNERS, _LIPS):
        cv2.circle(eyes, (int(points[k, 0]), int(points[k, 1])), 10, (1.0,), -1)
    top, chin = float(points[FOREHEAD, 1]), float(points[CHIN, 1])
    ys, xs = np.mgrid[:h, :w]
    tall = chin - top
    hair = (face == 0) & (ys < top + 0.25 * tall) & (ys > top - 0.35 * tall) & (np.abs(xs - 48) < 30)
    clothes = (ys > chin + 0.35 * tall) & (ys < chin + tall)
    skin = (cv2.erode(face, np.ones((9, 9))) > 0) & (eyes == 0)
    return [skin, hair, clothes]


def _aligned(pixels: Rgb, landmarks: Points) -> Rgb:
    """The face brought to one place by the affine map that fits its stiff points best."""
    rows = np.column_stack([landmarks[_HELD, :2], np.ones(len(_HELD))]) * _TRUST[:, None]
    to_face = np.linalg.lstsq(rows, _HELD_AT * _TRUST[:, None], rcond=None)[0].T
    return _drawn(pixels, to_face, _ALIGNED_WH)


def _drawn(pixels: Rgb, matrix: Matrix, size_wh: tuple[int, int]) -> Rgb:
    """The picture after an affine map, averaged where it shrinks."""
    scale = scale_of(matrix)
    linear = np.linalg.inv(matrix[:, :2])
    corners = (np.array([[0, 0], [size_wh[0], 0], [0, size_wh[1]], size_wh]) - matrix[:, 2]) @ linear.T
    pad = 3 / max(scale, 1e-3)
    (left, top), (right, bottom) = corners.min(axis=0) - pad, corners.max(axis=0) + pad
    h, w = pixels.shape[:2]
    x0, y0 = int(np.clip(left, 0, w - 1)), int(np.clip(top, 0, h - 1))
    part = pixels[y0 : int(np.clip(bottom, y0 + 1, h)), x0 : int(np.clip(right, x0 + 1, w))]
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ [x0, y0]
    if scale < 0.7:
        part, moved = _blurred(part, moved, 0.45 / scale)
    how = cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(part, moved, size_wh, flags=how, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _blurred(part: Rgb, matrix: Matrix, sigma: float) -> tuple[Rgb, Matrix]:
    """A picture blurred over so many of its pixels, and the map from it; a large one is reduced first, to whole means
    that are a part of the blur."""
    shrink = shrink_for(sigma)
    if shrink > 1:
        h, w = (max(side // shrink, 1) * shrink for side in part.shape[:2])
        part = np.asarray(cv2.resize(part[:h, :w], (w // shrink, h // shrink), interpolation=cv2.INTER_AREA), np.uint8)
        matrix = from_reduced(matrix, shrink, shrink)
        sigma = float(np.sqrt(sigma**2 - (shrink**2 - 1) / 12)) / shrink
    return np.asarray(cv2.GaussianBlur(part, (0, 0), sigma), np.uint8), matrix


def _eye_cells() -> NDArray[np.bool_]:
    ys, xs = np.mgrid[:_ROWS, :_COLUMNS] * _CELL + _CELL / 2
    return np.asarray((np.abs(ys - 46) < 11) & (np.abs(xs - 48) > 6), np.bool_)


_EYES: Final = _eye_cells()
