"""A picture and its halves, so that what needs few pixels does not read all of a big photo again."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .arrays import Matrix, Rgb


class Pyramid:
    """Level 0 is the picture itself; each further level halves the one before, and is made when it is first asked for.

    Halving by whole means of 2 x 2 pixels is the one reduction that costs little more than reading the picture.
    """

    def __init__(self, pixels: Rgb) -> None:
        self._levels = [pixels]

    @property
    def pixels(self) -> Rgb:
        """The picture itself."""
        return self._levels[0]

    @property
    def size_wh(self) -> tuple[int, int]:
        return int(self.pixels.shape[1]), int(self.pixels.shape[0])

    def turned(self, quarter_turns: int) -> Pyramid:
        """The same picture, turned counter-clockwise."""
        return Pyramid(np.ascontiguousarray(np.rot90(self.pixels, quarter_turns)))

    def level(self, number: int) -> Rgb:
        """The picture reduced 2 ** number times; an odd last row or column is left out of the next level."""
        while len(self._levels) <= number:
            finer = self._levels[-1]
            h, w = max(finer.shape[0] // 2, 1), max(finer.shape[1] // 2, 1)
            half = cv2.resize(finer[: 2 * h, : 2 * w], (w, h), interpolation=cv2.INTER_AREA)
            self._levels.append(np.asarray(half, np.uint8))
        return self._levels[number]

    def coarsest(self, shrink: float) -> int:
        """The number of the coarsest level that is at most `shrink` times smaller than the picture."""
        return deepest_level(self.size_wh, shrink)


def deepest_level(size_wh: tuple[int, int], shrink: float) -> int:
    """The number of the coarsest level of a picture of this size that is at most `shrink` times smaller."""
    deepest = math.log2(max(min(size_wh), 1))
    return max(0, math.floor(min(math.log2(max(shrink, 1.0)) + 1e-9, deepest)))


def on_level(to_picture: Matrix, number: int) -> Matrix:
    """A transform into the picture's pixels -> the same into the pixels of one of its levels."""
    share = 0.5**number
    moved = to_picture * share
    moved[:, 2] += 0.5 * share - 0.5
    return moved
