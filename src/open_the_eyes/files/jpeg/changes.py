"""Changed pixels -> changed coefficients: what has to be added to a JPEG's blocks to make its picture the new one.

A block keeps its coefficients and gets the transform of the *difference* on top, rounded to steps of the file's own
quantisation table. What did not change adds nothing, so it stays exactly what it was; blocks in which every difference
rounds to nothing are not touched at all.

A viewer may still show pixels outside the change a level or two different: those of a block that is only partly
changed get their share of the rounding, as in any JPEG; and where colour is stored at half the size, viewers smooth it
over the borders of blocks ("fancy upsampling" in libjpeg), so one row or column of pixels next to a changed block takes
some of its colour. The coefficients there are untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from ...imaging.painting import Painting
from ..metadata.orientation import as_stored
from .layout import Grid, NotPatchable

_STRIP: Final = 64
_MCUS_AT_ONCE: Final = 2048
_MAX_MCUS: Final = 50_000
_FEW_MCUS: Final = 2048
"""MCUs that may always change; of a larger picture, a quarter may."""

_TO_YCBCR: Final = np.array(
    [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]]
)
"""Matrix from differences in RGB to those in YCbCr, which have no offset (ITU-T T.871, clause 7)."""

ZIGZAG: Final = np.array(
    sorted(range(64), key=lambda i: (i // 8 + i % 8, i // 8 if (i // 8 + i % 8) % 2 else i % 8)), np.int64
)
"""Place in a block, row by row, of each coefficient as stored (T.81, figure A.6)."""

_COSINES: Final = np.array(
    [[np.cos((2 * x + 1) * u * np.pi / 16) / 2 * (np.sqrt(0.5) if u == 0 else 1) for x in range(8)] for u in range(8)]
)
"""Cosines of the discrete transform, frequency by place (T.81, A.3.3)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is added to some blocks: their numbers in the scan, (n,) ascending, and (n, 64) quantisation steps in zigzag
    order, no row of which is all 0."""

    blocks: Ints
    steps: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Pixels:
    """Pixels that changed: where they are in the picture as stored, and by how much, (n, 3)."""

    x: Ints
    y: Ints
    by: NDArray[np.int16]


def changes(painting: Painting, orientation: int, grid: Grid, *, stored_rgb: bool) -> Changes:
    """The steps that blocks need to have added so that the file decodes to what was painted.

    Args:
        painting: upright, over the pixels as decoded from the file; it is compared with them where it has tiles.
        orientation: the EXIF orientation that made the pixels upright.
        grid: where the file's blocks are in the picture.
        stored_rgb: whether the three components are red, green and blue instead of YCbCr.

    Raises:
        NotPatchable: so much changed that coding the picture anew is the better way, or a grey picture got colour.
    """
    pixels = _differing(painting, orientation, grid)
    width, height = grid.mcu_wh
    row, column = pixels.y // height, pixels.x // width
    mcu = row * grid.mcus_wh[0] + column
    touched = np.zeros(grid.mcus_wh[0] * grid.mcus_wh[1], np.bool_)
    touched[mcu] = True
    mcus = np.flatnonzero(touched)
    by = np.zeros((len(mcus), height, width, 3), np.int16)
    by[(np.cumsum(touched) - 1)[mcu], pixels.y - row * height, pixels.x - column * width] = pixels.by
    blocks: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    steps: list[NDArray[np.int32]] = [np.zeros((0, 64), np.int32)]
    for first in range(0, len(mcus), _MCUS_AT_ONCE):
        some = slice(first, first + _MCUS_AT_ONCE)
        slots = _steps(_to_components(by[some], grid, stored_rgb), mcus[some], grid)
        at, slot = np.nonzero(slots.any(axis=2))
        blocks.append(mcus[some][at] * slots.shape[1] + slot)
        steps.append(slots[at, slot])
    return Changes(np.concatenate(blocks), np.concatenate(steps))


def _differing(painting: Painting, orientation: int, grid: Grid) -> _Pixels:
    found = list(_differing_in_strips(painting, grid))
    if not found:
        return _Pixels(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3), np.int16))
    x, y, by = (np.concatenate(part) for part in zip(*found, strict=True))
    return _Pixels(*as_stored(x, y, orientation, grid.size_wh), by)


def _differing_in_strips(painting: Painting, grid: Grid) -> Iterator[tuple[Ints, Ints, NDArray[np.int16]]]:
    mcus = grid.mcus_wh[0] * grid.mcus_wh[1]
    room = min(_MAX_MCUS, max(_FEW_MCUS, mcus // 4)) * grid.mcu_wh[0] * grid.mcu_wh[1]
    for window in (tile.window for tile in painting.tiles):
        for top in range(int(window.top), int(window.bottom), _STRIP):
            strip = replace(window, top=top, bottom=min(top + _STRIP, window.bottom))
            before, after = strip.cut(painting.base), painting.cut(strip)
            if np.array_equal(before, after):
                continue
            differ = before != after
            y, x = np.nonzero(differ[:, :, 0] | differ[:, :, 1] | differ[:, :, 2])
            room -= len(y)
            if room < 0:
                raise NotPatchable("most of the picture changed")
            yield x + int(window.left), y + top, after[y, x].astype(np.int16) - before[y, x]


def _to_components(by: NDArray[np.int16], grid: Grid, stored_rgb: bool) -> NDArray[np.float32]:
    if len(grid.components) == 1:
        if (by != by[..., :1]).any():
            raise NotPatchable("a grey picture that got colour")
        return by[..., :1].astype(np.float32)
    return by.astype(np.float32) if stored_rgb else by.astype(np.float32) @ _TO_YCBCR.T.astype(np.float32)


def _steps(planes: NDArray[np.float32], mcus: Ints, grid: Grid) -> NDArray[np.int32]:
    """(n, blocks of an MCU, 64): differences of whole MCUs, shrunk, transformed and rounded to steps."""
    inside = _inside(mcus, grid)
    out = []
    for number, component in enumerate(grid.components):
        down, across = planes.shape[1] // (8 * component.down), planes.shape[2] // (8 * component.across)
        pixels = np.maximum(_sums(inside, down, across), 1)
        mean = _sums(planes[..., number], down, across) / pixels
        blocks = mean.reshape(len(mcus), component.down, 8, component.across, 8).transpose(0, 1, 3, 2, 4)
        waves = (_COSINES @ blocks @ _COSINES.T).reshape(len(mcus), -1, 64)[:, :, ZIGZAG]
        out.append(np.rint(waves / np.array(component.steps)).astype(np.int32))
    return np.concatenate(out, axis=1)


def _sums(planes: NDArray[np.float32], down: int, across: int) -> NDArray[np.float32]:
    """Over so many rows and columns."""
    rows = planes if down == 1 else np.add.reduce([planes[:, n::down] for n in range(down)])
    return np.asarray(rows if across == 1 else np.add.reduce([rows[:, :, n::across] for n in range(across)]))


def _inside(mcus: Ints, grid: Grid) -> NDArray[np.float32]:
    """(n, height, width): 1 for pixels in the picture, 0 for those beyond its edge."""
    width, height = grid.mcu_wh
    x = mcus[:, None] % grid.mcus_wh[0] * width + np.arange(width)
    y = mcus[:, None] // grid.mcus_wh[0] * height + np.arange(height)
    inside = (y < grid.size_wh[1])[:, :, None] & (x < grid.size_wh[0])[:, None, :]
    return inside.astype(np.float32)
