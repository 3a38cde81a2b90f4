"""What is thin and dark around an eye, seen at one size: frames of glasses and strands of hair are told from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Rgb
from ..binary_masks import BinaryMask
from ..geometry import Box

THIN: Final = 0.16
"""Thickness below which something dark is a line, in eye widths."""
ROOM: Final = 0.3
"""How far lines are followed beyond the region around an eye, in eye widths."""
SMALLEST: Final = 16.0
"""Narrowest eye, pixels, around which lines can be told apart."""
DARKEST_SKIN: Final = 20.0
"""Least brightness that skin counts as, levels: in the dark, noise would be lines."""
ABOVE_NOISE: Final = 2.5
"""How many times as dark a line is as what is thin is in the middle (median): where that is noise, lines could be drawn
through it anywhere. Of real blinks without much noise that is 5 levels at most, and hardly ever counts."""
_FINEST: Final = 50.0
"""Width of an eye, pixels, to which a larger picture is reduced: the cost of looking for thin lines grows with the
fourth power of its size."""


@dataclass(frozen=True)
class ReducedEye:
    """The region around an eye, and room around it, reduced.

    Args:
        shape_hw: of the picture.
        near: the part of the picture that it shows, whole pixels.
        eye_px: how wide the eye is in the picture.
        shrink: how many times smaller it is.
        pixels: (h, w, 3), reduced.
        region: (h, w) 0..1, reduced.
        corners: (2, 2) in reduced pixels, the eye's outer one and its inner one.
    """

    shape_hw: tuple[int, int]
    near: Box
    eye_px: float
    shrink: int
    pixels: Rgb
    region: Plane
    corners: Points

    @classmethod
    def of(cls, pixels: Rgb, region: Plane, outer: Points, inner: Points) -> ReducedEye | None:
        """Of a picture (H, W, 3) and the `region` (H, W) 0..1 around an eye with corners `outer`, `inner`; None where
        the eye is too small, or no region is there."""
        width = float(np.linalg.norm(inner - outer))
        there = Box.holding(region)
        if width < SMALLEST or there is None:
            return None
        near = there.moved_out(round(ROOM * width)).within(region)
        shrink = max(int(width / _FINEST), 1)
        small_wh = max(int(near.width) // shrink, 1), max(int(near.height) // shrink, 1)
        small, inside = (cv2.resize(near.cut(p), small_wh, interpolation=cv2.INTER_AREA) for p in (pixels, region))
        corners = (np.stack([outer, inner]) - [near.left, near.top] + 0.5) / shrink - 0.5
        shape_hw = (region.shape[0], region.shape[1])
        return cls(shape_hw, near, width, shrink, np.asarray(small, np.uint8), np.asarray(inside, np.float32), corners)

    @property
    def width(self) -> float:
        """Of the eye, in reduced pixels."""
        return self.eye_px / self.shrink

    @cached_property
    def level(self) -> NDArray[np.uint8]:
        """(h, w): brightness."""
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def dark(self) -> NDArray[np.uint8]:
        """(h, w): by how many levels what is thin is darker than what surrounds it."""
        side = max(round(THIN * self.width), 3) | 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        return np.asarray(cv2.morphologyEx(self.level, cv2.MORPH_BLACKHAT, disc), np.uint8)

    def lines(self, contrast: float) -> BinaryMask:
        """(h, w): what is thin, and darker than what surrounds it by so much of the skin's brightness."""
        skin = max(float(np.median(self.level)), DARKEST_SKIN)
        return np.asarray(self.dark > max(contrast * skin, ABOVE_NOISE * float(np.median(self.dark))), np.bool_)

    def put_back(self, over: NDArray[Any]) -> Plane:
        """(h, w) of 0 and 1 -> (H, W) 0..1 of the picture, with soft rims."""
        size_wh = int(self.near.width), int(self.near.height)
        large = cv2.resize(over.astype(np.float32), size_wh, interpolation=cv2.INTER_LINEAR)
        soft = cv2.GaussianBlur(large, (0, 0), max(0.012 * self.eye_px, 0.6))
        out = np.zeros(self.shape_hw, np.float32)
        self.near.cut(out)[...] = np.clip(soft * 1.6, 0, 1)
        return out
