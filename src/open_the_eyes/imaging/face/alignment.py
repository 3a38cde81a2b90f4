"""The upright square that face networks are trained on, found from the mesh, and the way back."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Matrix, Plane, Points, Tones
from ..binary_masks import filled
from ..geometry import inverted, scale_of
from .eye_corners import eye_middle
from .mesh478 import FACE_OVAL, MOUTH_CORNERS, NOSE_TIP, SIDES

ALIGNED_PX: Final = 512
"""Side of the aligned square that face restorers are trained on, pixels."""

FFHQ: Final = np.array(
    [[0.37692, 0.46865], [0.62286, 0.46913], [0.50124, 0.61332], [0.39309, 0.72541], [0.61150, 0.72490]]
)
"""Eye centres, nose tip and mouth corners of faces aligned as in FFHQ (Karras et al. 2019), as shares of the side."""

ARCFACE: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""The five points of `FFHQ` in the 112-pixel square of ArcFace (Deng et al. 2019)."""


def five_points(landmarks: Points) -> Points:
    """(478, 2+) -> (5, 2): eye centres, nose tip, mouth corners, each left one first.

    An eye's centre is the middle of its corners, which a blink does not move.
    """
    eyes = [eye_middle(landmarks, side) for side in SIDES]
    return np.stack([*eyes, landmarks[NOSE_TIP, :2], *(landmarks[corner, :2] for corner in MOUTH_CORNERS)])


def similarity_between(source: Points, target: Points) -> Matrix:
    """(2, 3): the rotation, one scale and shift that carry (N, 2) points nearest to (N, 2) others.

    Least squares, never a mirror image (Umeyama 1991). Points that all coincide give a mere shift.
    """
    from_middle, to_middle = source.mean(axis=0), target.mean(axis=0)
    a, b = source - from_middle, target - to_middle
    u, stretch, vt = np.linalg.svd(b.T @ a)
    upright = np.diag([1.0, np.sign(np.linalg.det(u @ vt))])
    spread = float((a**2).sum())
    scale = float((stretch * np.diag(upright)).sum()) / spread if spread > 1e-12 else 1.0
    linear = scale * (u @ upright @ vt)
    return np.column_stack([linear, to_middle - linear @ from_middle])


def to_ffhq(landmarks: Points) -> Matrix:
    """(2, 3): pixels of the photo -> pixels of the restorers' square; a pixel's centre has whole coordinates."""
    return similarity_between(five_points(landmarks), FFHQ * ALIGNED_PX - 0.5)


def to_arcface(landmarks: Points) -> Matrix:
    """(2, 3): pixels of the photo -> pixels of ArcFace's square of 112."""
    return similarity_between(five_points(landmarks), ARCFACE)


def carried_back(change: Tones, photo_to_square: Matrix, size_wh: tuple[int, int]) -> Tones:
    """A change (512, 512, 3) of the square -> the same in the photo's pixels, (h, w, 3); 0 beyond the square.

    Smoothed first where the photo has fewer pixels than the square, so that nothing flickers.
    """
    shrink = scale_of(photo_to_square)
    smooth = cv2.GaussianBlur(change, (0, 0), 0.5 * shrink) if shrink > 1.2 else change
    back = cv2.warpAffine(smooth, inverted(photo_to_square), size_wh, flags=cv2.INTER_LINEAR)
    return np.asarray(back, np.float32)


def oval_mask(landmarks: Points, shape_hw: tuple[int, int], feather: float) -> Plane:
    """(h, w) 0..1: 1 well inside the face's oval, falling to 0 at its line over `feather` pixels, 0 outside."""
    inside = filled(shape_hw, landmarks[FACE_OVAL])
    framed = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE)  # the face goes on beyond the photo's edge
    depth: NDArray[Any] = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(np.clip((depth - 1) / max(feather, 1.0), 0, 1), np.float32)
