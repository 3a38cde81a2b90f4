"""The upright square crop that a face network wants, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ..arrays import Matrix, Points, Rgb
from ..geometry import Box, scale_of, transformed
from ..pyramid import Pyramid, on_level
from .pose import roll_of

CROP_FACTOR: Final = 1.5
"""Side of the square that the mesh wants, in sizes of the face (MediaPipe's face_landmark_landmarks_to_roi)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A turned square in a photo: centre and side in pixels, `roll_deg` positive clockwise."""

    x: float
    y: float
    side: float
    roll_deg: float

    def to_photo(self, crop_side: int) -> Matrix:
        """(2, 3): pixels of the upright crop -> pixels of the photo."""
        scale = self.side / crop_side
        c, s = scale * math.cos(math.radians(self.roll_deg)), scale * math.sin(math.radians(self.roll_deg))
        half = (crop_side - 1) / 2
        return np.array([[c, -s, self.x - c * half + s * half], [s, c, self.y - s * half - c * half]])


def place_around(landmarks: Points) -> Place:
    """The upright square around a mesh, as MediaPipe cuts it while tracking."""
    roll = roll_of(landmarks)
    c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    upright = Box.around(landmarks[:, :2] @ np.array([[c, -s], [s, c]]))
    x, y = upright.centre_xy
    return Place(c * x - s * y, s * x + c * y, CROP_FACTOR * max(upright.width, upright.height), roll)


def warped(pixels: Rgb, crop_to_photo: Matrix, size_wh: tuple[int, int], *, beyond: int = cv2.BORDER_REPLICATE) -> Rgb:
    """The part of the photo that `crop_to_photo` takes a picture of `size_wh` to, (h, w, 3).

    Where it shrinks, a pixel is the mean of what it covers, so nothing flickers. Outside the photo its rim is repeated,
    or what OpenCV's border mode `beyond` says.
    """
    scale = scale_of(crop_to_photo)
    factor = max(1, round(scale))
    corners = np.array([[0, 0], [size_wh[0], 0], [0, size_wh[1]], size_wh], dtype=np.float64)
    around = Box.around(transformed(corners, crop_to_photo))
    window = around.grown(2 * scale / max(scale * max(size_wh), 1)).within(pixels)  # about two of the crop's pixels
    if window.width < 1 or window.height < 1:
        return np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    part = window.cut(pixels)
    steps = max(1, part.shape[1] // factor), max(1, part.shape[0] // factor)
    if factor > 1:
        part = cv2.resize(part, steps, interpolation=cv2.INTER_AREA)
    fx, fy = part.shape[1] / window.width, part.shape[0] / window.height
    matrix = crop_to_photo.copy()
    matrix[0] *= fx
    matrix[1] *= fy
    matrix[0, 2] += (0.5 - window.left) * fx - 0.5
    matrix[1, 2] += (0.5 - window.top) * fy - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, matrix, size_wh, flags=flags, borderMode=beyond), np.uint8)


def drawn(photo: Pyramid, crop_to_photo: Matrix, size_wh: tuple[int, int]) -> Rgb:
    """The same crop from the photo's halves: as good, for none of them is coarser than half a pixel of the crop.

    Where it leaves the photo it is black, as windows of it are: a rim that goes on in streaks hides a face from the
    networks that look for it, one that is cut off by the photo's edge most of all.
    """
    scale = scale_of(crop_to_photo)
    number = photo.coarsest(scale / 2)
    return warped(photo.level(number), on_level(crop_to_photo, number), size_wh, beyond=cv2.BORDER_CONSTANT)


def lifted(points: Points, crop_to_photo: Matrix) -> Points:
    """(N, 3) crop pixels -> (N, 3) photo pixels: depth is scaled like the rest."""
    scale = scale_of(crop_to_photo)
    return np.column_stack([transformed(points, crop_to_photo), points[:, 2] * scale])
