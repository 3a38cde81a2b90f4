"""One eye, upright, outer corner to the left, at a chosen size: the frame in which eyes are refined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix, Plane
from ...imaging.face.lids import EyeShape, lid_distances
from ...imaging.face.mesh478 import RING_INNER, RING_OUTER
from ...imaging.geometry import Box, inverted, scale_of, similarity_from_two, transformed
from ...imaging.smooth import SHRINK_BLUR

MIN_EYE, MAX_EYE = 40.0, 110.0
"""Eye widths, pixels, between which the refiner works; larger eyes are reduced to the largest."""
REACH_WH: Final = (1.8, 1.4)
"""Size of the frame in eye widths, enough for all of the mask; 80 px eyes lie in 144 x 112 px."""
SIZE_ZERO: Final = 66.0
"""Eye width, pixels, at which the plane that tells the eye's size is 0; the network was trained with it."""
_MULTIPLE: Final = 8
_CUBIC: Final = 3.0
"""Frame pixels beyond its edge that a cubic filter may look at."""
_REACH: Final = 4.0
"""Reach of OpenCV's Gaussian of floats, in standard deviations."""


@dataclass(frozen=True, slots=True)
class RefinerFrame:
    """The frame around one eye that is to be refined.

    Args:
        from_picture: the similarity (mirroring for right eyes) from the picture to the frame.
        size_wh: pixels, multiples of 8.
        shape: the eye in the frame's pixels, always a left one.
        mirrored: whether the frame shows the eye in a mirror.
    """

    from_picture: Matrix
    size_wh: tuple[int, int]
    shape: EyeShape
    mirrored: bool

    @property
    def seen(self) -> Box:
        """All of the picture that `taken` looks at and `put_back` reaches."""
        (w, h), more = self.size_wh, _CUBIC
        corners = np.array([[-more, -more], [w + more, -more], [-more, h + more], [w + more, h + more]])
        return Box.around(transformed(corners, inverted(self.from_picture)))

    def taken(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """(h, w) or (h, w, n) of the picture -> the same in the frame."""
        shrink = 1 / max(scale_of(self.from_picture), 1e-6)
        if shrink > 1.3:
            picture = self._blurred_near(picture, SHRINK_BLUR * shrink)
        return np.asarray(
            cv2.warpAffine(
                picture, self.from_picture, self.size_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
            ),
            np.float32,
        )

    def _blurred_near(self, picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
        """The picture blurred where the frame, and what a cubic filter needs around it, lies; elsewhere anything."""
        size_wh, seen = (picture.shape[1], picture.shape[0]), self.seen
        if seen.clipped(size_wh) != seen:  # beyond its edge the picture is mirrored, from anywhere in it
            return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
        margin, needed = _REACH * sigma + 1, seen.to_whole().clipped(size_wh)
        around = needed.moved_out(margin).to_whole().clipped(size_wh)
        blurred = np.empty_like(picture)
        needed.cut(blurred)[...] = needed.seen_from(around).cut(cv2.GaussianBlur(around.cut(picture), (0, 0), sigma))
        return blurred

    def put_back(self, plane: NDArray[np.float32], shape_hw: tuple[int, int]) -> NDArray[np.float32]:
        """(H, W) or (H, W, n) of the frame -> the picture's frame, 0 outside."""
        h, w = shape_hw
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(plane, self.from_picture, (w, h), flags=flags), np.float32)

    def geometry(self) -> NDArray[np.float32]:
        """What the refiner is told about the shape, (4, H, W) of -1..1: distance to the iris' edge, depth under the
        upper lid, height over the lower lid, and the eye's size."""
        lids = lid_distances(self.shape, Box(0, 0, *self.size_wh))
        w = self.shape.width
        planes: list[Plane] = [
            np.clip(lids.to_iris / self.shape.iris_radius - 1, -1, 1),
            np.tanh(lids.below_upper / (0.1 * w)),
            np.tanh(lids.above_lower / (0.1 * w)),
            np.full(lids.along.shape, np.log2(w / SIZE_ZERO), np.float32),
        ]
        return np.stack(planes).astype(np.float32)


def eye_frame(shape: EyeShape, roll: Matrix, eye_px: float | None = None) -> RefinerFrame:
    """The frame of one eye of a picture; upright along `roll`, any similarity from the picture to an upright one."""
    mirrored = shape.side == "right"
    width = shape.width
    size = float(np.clip(width if eye_px is None else eye_px, MIN_EYE, MAX_EYE))
    size_wh = tuple(round(size * r / _MULTIPLE) * _MULTIPLE for r in REACH_WH)
    centre = (shape.ring[RING_OUTER] + shape.ring[RING_INNER]) / 2
    axis = roll[:, :2].T @ np.array([1.0, 0.0])
    axis = axis / np.linalg.norm(axis)
    middle = np.array([size_wh[0] / 2 - 0.5, size_wh[1] / 2 - 0.5])
    to_frame = similarity_from_two(centre, centre + axis * width, middle, middle + np.array([size, 0.0]))
    if mirrored:
        to_frame = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ to_frame + np.array([[0, 0, size_wh[0] - 1.0], [0, 0, 0]])
    ring = transformed(shape.ring, to_frame)
    iris = transformed(np.array([shape.iris_xy]), to_frame)[0]
    in_frame = EyeShape(ring, (float(iris[0]), float(iris[1])), shape.iris_radius * size / width, "left")
    return RefinerFrame(to_frame, (size_wh[0], size_wh[1]), in_frame, mirrored)
