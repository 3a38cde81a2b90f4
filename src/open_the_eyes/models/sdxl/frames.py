"""The picture that SDXL paints: a crop's eyes upright, at a size that SDXL was trained on, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix
from ...imaging.face.eye_corners import eyes_apart
from ...imaging.face.mesh478 import EYE_RING
from ...imaging.face.pose import roll_of
from ...imaging.geometry import Box, from_reduced, inverted, scale_of, transformed
from ...roles import REACH, Crop

BUCKETS_WH: Final = (
    (640, 1536), (768, 1344), (832, 1216), (896, 1152), (1024, 1024),
    (1152, 896), (1216, 832), (1344, 768), (1536, 640),
)  # fmt: skip
"""Sizes of about a megapixel that SDXL was trained on (Podell et al. 2023, appendix I), the usual ones."""
FRAME_PX: Final = 1024
"""Side of the square whose area the frames have, pixels, as the buckets of SDXL's training."""
_MULTIPLE: Final = 16
"""Divisor of a frame's sides; SDXL's are multiples of 64."""


@dataclass(frozen=True, slots=True)
class UprightFrame:
    """An upright frame on a crop.

    Args:
        from_crop: the similarity from the crop's pixels to the frame's.
        size_wh: of the frame.
    """

    from_crop: Matrix
    size_wh: tuple[int, int]

    @property
    def scale(self) -> float:
        """Pixels of the frame for one of the crop."""
        return scale_of(self.from_crop)

    def taken(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """(h, w) or (h, w, n) of the crop -> the same in the frame; beyond the crop its rim is mirrored."""
        return _resampled(plane, self.from_crop, self.size_wh, cv2.BORDER_REFLECT_101)

    def put_back(self, plane: NDArray[np.float32], shape_hw: tuple[int, int]) -> NDArray[np.float32]:
        """(H, W) or (H, W, n) of the frame -> the crop's shape, at the crop's resolution."""
        return _resampled(plane, inverted(self.from_crop), (shape_hw[1], shape_hw[0]), cv2.BORDER_REPLICATE)


def frame_of(crop: Crop, side: int = FRAME_PX) -> UprightFrame:
    """The frame that holds both eyes and what surrounds them, in the bucket whose shape is nearest.

    Args:
        side: of the square with the bucket's area; SDXL's is 1024.
    """
    roll = math.radians(roll_of(crop.landmarks))
    upright = np.array([[math.cos(roll), math.sin(roll), 0.0], [-math.sin(roll), math.cos(roll), 0.0]])
    eyes = crop.landmarks[[*EYE_RING["left"], *EYE_RING["right"]]]
    reach = REACH * max(eyes_apart(crop.landmarks), 1.0)
    around = Box.around(transformed(eyes, upright))
    width, height = around.width + 2 * reach, around.height + 2 * reach
    size_wh = _bucket(width / height, side)
    scale = min(size_wh[0] / width, size_wh[1] / height)
    turned = upright * scale
    x, y = around.centre_xy
    turned[:, 2] = (size_wh[0] - 1) / 2 - scale * x, (size_wh[1] - 1) / 2 - scale * y
    return UprightFrame(turned, size_wh)


def _bucket(aspect: float, side: int) -> tuple[int, int]:
    w, h = min(BUCKETS_WH, key=lambda wh: abs(math.log(wh[0] / wh[1] / aspect)))
    down = side / FRAME_PX
    return max(round(w * down / _MULTIPLE), 1) * _MULTIPLE, max(round(h * down / _MULTIPLE), 1) * _MULTIPLE


def _resampled(
    plane: NDArray[np.float32], matrix: Matrix, size_wh: tuple[int, int], border: int
) -> NDArray[np.float32]:
    """The picture at `matrix` of its place; where that makes it smaller, each pixel is a mean of what it covers."""
    shrink = max(1, min(round(1 / scale_of(matrix)), *plane.shape[:2]))
    if shrink > 1:
        h, w = plane.shape[0] // shrink, plane.shape[1] // shrink
        matrix = from_reduced(matrix, plane.shape[1] / w, plane.shape[0] / h)
        plane = np.asarray(cv2.resize(plane, (w, h), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.warpAffine(plane, matrix, size_wh, flags=cv2.INTER_CUBIC, borderMode=border), np.float32)
