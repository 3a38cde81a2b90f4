"""Where to look for faces: which windows, at which sizes, so that small faces are found and big photos stay cheap."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import Points, Rgb
from ...imaging.pyramid import Pyramid

WINDOW_PX: Final = 192
"""Side of what the full-range face network sees, pixels: a window is brought to this size before it is looked at."""

SMALLEST_SHARE: Final = 0.09
"""The smallest face, as a share of the window's side, that the network finds dependably."""

WORTHWHILE: Final = 0.9
"""Share of the smallest face of the tiling before, below which a finer one is made: it costs as much as all before it,
too much for faces a tenth smaller."""

ZOOMS: Final = (2, 3, 5, 8)
"""Windows along the photo's long side, coarse to fine."""

OVERLAP: Final = 0.28
"""Overlap of two windows, as a share of a window: a face at one's rim is whole in the next; what is bigger than this
was found one zoom earlier."""

KEPT_FINER: Final = 1.5
"""How much finer a level of the photo's pyramid is than what is made of it, at least, so that nothing is drawn
blurred."""

BIGGEST_TO_SMALLEST: Final = 5.0
"""Largest ratio between the faces of people who belong to one photo."""
NEXT_SMALLER: Final = 2.0
"""Largest factor from a face in the photo to the next smaller one: a row of faces half the size of the smallest one
known is the furthest that may still hide."""


@dataclass(frozen=True, slots=True)
class Window:
    """A square of the photo, brought to `WINDOW_PX` x `WINDOW_PX`, perhaps turned.

    Args:
        pixels: (WINDOW_PX, WINDOW_PX, 3).
        left, top: of the square, photo pixels.
        side: of the square, photo pixels.
        quarter_turns: counter-clockwise turns already made.
    """

    pixels: Rgb
    left: float
    top: float
    side: float
    quarter_turns: int = 0

    def to_photo(self, points: Points) -> Points:
        """(N, 2) shares of the window 0..1 -> (N, 2) photo pixels."""
        x, y = points[:, 0], points[:, 1]
        for _ in range(self.quarter_turns):
            x, y = 1 - y, x
        return np.column_stack([self.left + x * self.side - 0.5, self.top + y * self.side - 0.5])

    def turned(self, quarter_turns: int) -> Window:
        """The same square, turned counter-clockwise."""
        pixels = np.ascontiguousarray(np.rot90(self.pixels, quarter_turns))
        return Window(pixels, self.left, self.top, self.side, self.quarter_turns + quarter_turns)


@dataclass(frozen=True, slots=True)
class Overview:
    """The photo as the windows see it, drawn from its pyramid, so that a big photo's own pixels are read only once."""

    photo: Pyramid

    def whole(self, share: float) -> Window:
        """The whole photo in one window, centred on black, its longer side taking `share` of the window's.

        A share below 1 is for faces that fill the frame: the network was not trained on those.
        """
        small, grow = self._reduced(share * WINDOW_PX)
        h, w = small.shape[:2]
        left, top = (WINDOW_PX - w) // 2, (WINDOW_PX - h) // 2
        return Window(on_black(small, WINDOW_PX, left, top), -left * grow, -top * grow, WINDOW_PX * grow)

    def tiles(self, zoom: int) -> Iterator[Window]:
        """Overlapping windows over the photo whose side is its longer side / `zoom`."""
        small, grow = self._reduced(zoom * WINDOW_PX)
        for left, top, part in overlapping(small, WINDOW_PX, OVERLAP):
            yield Window(part, left * grow, top * grow, WINDOW_PX * grow)

    def _reduced(self, long_side: float) -> tuple[Rgb, float]:
        """The photo with a longer side of about `long_side`, and how many photo pixels its pixels are wide."""
        grow = max(self.photo.size_wh) / long_side
        return reduced(self.photo, grow), grow


def worth_looking(zoom: int, faces: Sequence[float], min_face: float, long_side: float) -> bool:
    """Whether faces that are still worth finding may be too small for every zoom before this one.

    With a big face in the picture nobody looks for specks behind it, so a portrait is hardly tiled, and a group is
    tiled as finely as its own faces ask. `faces` are the sizes found so far; all lengths in photo pixels.
    """
    target = max([min_face, max(faces) / BIGGEST_TO_SMALLEST, min(faces) / NEXT_SMALLER] if faces else [min_face])
    before = (1, *ZOOMS)[ZOOMS.index(zoom)]
    return target < WORTHWHILE * SMALLEST_SHARE * long_side / before and long_side / zoom >= WINDOW_PX / 2


def reduced(photo: Pyramid, shrink: float) -> Rgb:
    """The photo `shrink` times smaller, at least one pixel each way, drawn from the level of its pyramid that suits."""
    number = photo.coarsest(shrink / KEPT_FINER)
    level, factor = photo.level(number), 2**number / shrink
    size_wh = max(1, round(level.shape[1] * factor)), max(1, round(level.shape[0] * factor))
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(level, size_wh, interpolation=interpolation), dtype=np.uint8)


def overlapping(picture: Rgb, side: int, overlap: float) -> Iterator[tuple[int, int, Rgb]]:
    """Left, top and pixels (side, side, 3) of evenly spread squares that cover a picture; neighbours share at least
    `overlap` of their side. What lies beyond a small picture is black."""
    for top in _starts(picture.shape[0], side, overlap):
        for left in _starts(picture.shape[1], side, overlap):
            yield left, top, on_black(picture[top : top + side, left : left + side], side)


def on_black(part: Rgb, side: int, left: int = 0, top: int = 0) -> Rgb:
    """(side, side, 3), black but for a picture that lies there."""
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    return canvas


def _starts(length: int, side: int, overlap: float) -> list[int]:
    if length <= side:
        return [0]
    count = 1 + math.ceil((length - side) / (side * (1 - overlap)))
    return [round(i * (length - side) / (count - 1)) for i in range(count)]
