"""Rectangles and similarity transforms as values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Matrix, Points, size_wh_of


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left and top belong to it, right and bottom do not."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    @property
    def centre_xy(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def offset(self) -> Points:
        """(3,): its left top corner, and no depth; landmarks less this count from there."""
        return np.array([self.left, self.top, 0.0])

    @classmethod
    def of(cls, picture: NDArray[Any]) -> Box:
        """All of a picture (H, W, ...)."""
        return cls(0, 0, *size_wh_of(picture))

    @classmethod
    def around(cls, points: Points) -> Box:
        """The smallest box that holds all (N, 2+) points."""
        (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        return cls(float(left), float(top), float(right), float(bottom))

    @classmethod
    def holding(cls, plane: NDArray[Any]) -> Box | None:
        """The smallest whole box that holds all values of (h, w) above 0, None where there are none."""
        left, top, width, height = cv2.boundingRect((plane > 0).view(np.uint8))
        return cls(left, top, left + width, top + height) if width else None

    def grown(self, by: float) -> Box:
        """The same centre, every side moved outwards by `by` times the longer side."""
        return self.moved_out(by * max(self.width, self.height))

    def moved_out(self, by: float) -> Box:
        """Every side moved outwards by so many pixels."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def clipped(self, size_wh: tuple[int, int]) -> Box:
        """The part that lies inside a picture of `size_wh`."""
        w, h = size_wh
        return Box(
            min(max(self.left, 0), w), min(max(self.top, 0), h), min(max(self.right, 0), w), min(max(self.bottom, 0), h)
        )

    def within(self, picture: NDArray[Any]) -> Box:
        """The whole pixels of a picture (H, W, ...) that it touches."""
        return self.to_whole().clipped(size_wh_of(picture))

    def to_whole(self) -> Box:
        """The smallest box with whole sides that holds this one."""
        return Box(math.floor(self.left), math.floor(self.top), math.ceil(self.right), math.ceil(self.bottom))

    def intersection(self, other: Box) -> Box:
        """What lies in both; its area is 0 where nothing does."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def seen_from(self, origin: Box) -> Box:
        """The same box, counted from the left top corner of another."""
        return Box(self.left - origin.left, self.top - origin.top, self.right - origin.left, self.bottom - origin.top)

    def placed_in(self, origin: Box) -> Box:
        """The way back: a box counted from the left top corner of `origin`, counted from where that is counted from."""
        return Box(self.left + origin.left, self.top + origin.top, self.right + origin.left, self.bottom + origin.top)

    def intersection_over_union(self, other: Box) -> float:
        inter = self.intersection(other).area
        union = self.area + other.area - inter
        return inter / union if union > 0 else 0.0

    def cut(self, picture: NDArray[Any]) -> NDArray[Any]:
        """A view of the pixels of `picture` (H, W, ...) inside this whole, clipped box."""
        return picture[int(self.top) : int(self.bottom), int(self.left) : int(self.right)]


def quarter_turned(axis: Points) -> Points:
    """(2,), clockwise as the picture is seen: what points right points down."""
    return np.array([-axis[1], axis[0]])


def across(axis: Points, towards: Points) -> Points:
    """(2,) as long as `axis`, at a right angle to it, to the side that `towards` points to."""
    turned = quarter_turned(axis)
    return turned if turned @ towards > 0 else -turned


def along_and_across(
    shape_hw: tuple[int, ...], origin: Points, axis: Points, down: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(h, w) each: every pixel's place, counted from `origin` along `axis` and along `down`, in lengths of these; all
    are (2,), and `down` is as long as `axis`, at a right angle to it."""
    xs, ys = (np.arange(length) - start for length, start in zip(shape_hw[1::-1], origin, strict=True))
    u, v = (np.add.outer(ys * way[1], xs * way[0]) for way in (axis / (axis @ axis), down / (axis @ axis)))
    return u, v


def similarity_from_two(
    source_a: NDArray[Any], source_b: NDArray[Any], target_a: NDArray[Any], target_b: NDArray[Any]
) -> Matrix:
    """The similarity transform (rotation, one scale, shift) that carries two points onto two others."""
    s = complex(*(source_b - source_a)[:2])
    c = complex(*(target_b - target_a)[:2]) / s
    linear = np.array([[c.real, -c.imag], [c.imag, c.real]])
    return np.column_stack([linear, target_a[:2] - linear @ source_a[:2]])


def transformed(points: Points, by: Matrix) -> Points:
    """(N, 2+) points -> (N, 2) points after an affine (2, 3) matrix."""
    return np.asarray(points[:, :2] @ by[:, :2].T + by[:, 2])


def inverted(matrix: Matrix) -> Matrix:
    """The affine way back."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def from_reduced(matrix: Matrix, across: float, down: float) -> Matrix:
    """A map from a picture's pixels -> the same map from the pixels of a reduced picture, which is so many times
    narrower and lower."""
    to_picture = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1.0]])
    return np.asarray(matrix @ to_picture)


def scale_of(matrix: Matrix) -> float:
    """How many target pixels one source pixel becomes, for a similarity."""
    return float(math.sqrt(abs(np.linalg.det(matrix[:, :2]))))
