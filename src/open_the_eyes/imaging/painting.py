"""A picture with some windows painted anew, held as the old picture and the new windows: whole only if asked for.

A large photo in which two eyes change is then never copied: several variations share its pixels, and what writes
single blocks of a file looks at the windows alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from .arrays import Rgb
from .geometry import Box
from .pyramid import Pyramid


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """The pixels (h, w, 3) that a window, of whole pixels inside its picture, has from now on."""

    window: Box
    pixels: Rgb


class Painting:
    """`base` (H, W, 3) with tiles laid on it; where two of them meet the later one shows. Nobody changes either."""

    def __init__(self, base: Rgb, tiles: Sequence[Tile]) -> None:
        self.base = base
        self.tiles = tuple(tiles)

    @property
    def size_wh(self) -> tuple[int, int]:
        return int(self.base.shape[1]), int(self.base.shape[0])

    def with_tile(self, tile: Tile) -> Painting:
        """The same with one more tile on top."""
        return Painting(self.base, (*self.tiles, tile))

    @cached_property
    def whole(self) -> Rgb:
        """(H, W, 3), read-only: put together when it is first asked for."""
        all_of_it = Box(0, 0, *self.size_wh)
        covered = self.tiles and self.tiles[-1].window == all_of_it
        out = self.tiles[-1].pixels.view() if covered else self.cut(all_of_it)
        out.flags.writeable = False
        return out

    def cut(self, box: Box) -> Rgb:
        """A fresh copy of the pixels inside a whole, clipped box."""
        out = box.cut(self.base).copy()
        for tile in self.tiles:
            common = box.intersection(tile.window)
            if common.area > 0:
                common.seen_from(box).cut(out)[...] = common.seen_from(tile.window).cut(tile.pixels)
        return cast("Rgb", out)

    def level(self, number: int) -> Rgb:
        """What `Pyramid(whole).level(number)` is, without the whole."""
        small = np.array(Pyramid(self.base).level(number))
        h, w, side = small.shape[0], small.shape[1], 1 << number
        for tile in self.tiles:
            at = tile.window
            near = Box(at.left // side, at.top // side, -(-at.right // side), -(-at.bottom // side)).clipped((w, h))
            if near.area > 0:
                around = Box(near.left * side, near.top * side, near.right * side, near.bottom * side)
                near.cut(small)[...] = Pyramid(self.cut(around)).level(number)
        return small
