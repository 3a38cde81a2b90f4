"""Changed pixels -> changed coefficients: what has to be added to a JPEG's blocks to make its picture the new one.

A block keeps its coefficients and gets the DCT of the *difference* on top, quantised with the file's own table.
What did not change adds nothing, so it stays exactly what it was; blocks in which every difference rounds to nothing
are not touched at all.

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
from .frame import Frame, NotPatchable

_STRIP_ROWS: Final = 64
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
"""Index in a block, row by row, of each coefficient in zigzag order (T.81 figure A.6)."""

_DCT: Final = np.array(
    [[np.cos((2 * x + 1) * u * np.pi / 16) / 2 * (np.sqrt(0.5) if u == 0 else 1) for x in range(8)] for u in range(8)]
)
"""(8, 8) matrix of the discrete cosine transform, frequency by position (T.81 A.3.3)."""


@dataclass(frozen=True, slots=True)
class CoefficientChanges:
    """What is added to the quantised coefficients of some blocks.

    Args:
        blocks: (n,), their numbers in the scan, ascending.
        coefficients: (n, 64) in zigzag order; no row is all 0.
    """

    blocks: Ints
    coefficients: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _ChangedPixels:
    """Pixels that changed: where they are in the picture as stored, and by how much, (n, 3)."""

    x: Ints
    y: Ints
    difference: NDArray[np.int16]


def changes(painting: Painting, orientation: int, frame: Frame, *, stored_rgb: bool) -> CoefficientChanges:
    """What the quantised coefficients need to have added so that the file decodes to what was painted.

    Args:
        painting: upright, over the pixels as decoded from the file; it is compared with them where it has tiles.
        orientation: the EXIF orientation that made the pixels upright.
        frame: the file's, which says where its blocks are in the picture.
        stored_rgb: whether the three components are red, green and blue instead of YCbCr.

    Raises:
        NotPatchable: so much changed that coding the picture anew is the better way, or a grey picture got colour.
    """
    pixels = _changed_pixels(painting, orientation, frame)
    width, height = frame.mcu_wh
    row, column = pixels.y // height, pixels.x // width
    mcu = row * frame.mcus_wh[0] + column
    touched = np.zeros(frame.mcus_wh[0] * frame.mcus_wh[1], np.bool_)
    touched[mcu] = True
    mcus = np.flatnonzero(touched)
    difference = np.zeros((len(mcus), height, width, 3), np.int16)
    difference[(np.cumsum(touched) - 1)[mcu], pixels.y - row * height, pixels.x - column * width] = pixels.difference
    blocks: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    coefficients: list[NDArray[np.int32]] = [np.zeros((0, 64), np.int32)]
    for first in range(0, len(mcus), _MCUS_AT_ONCE):
        some = slice(first, first + _MCUS_AT_ONCE)
        slots = _quantised(_to_components(difference[some], frame, stored_rgb), mcus[some], frame)
        at, slot = np.nonzero(slots.any(axis=2))
        blocks.append(mcus[some][at] * slots.shape[1] + slot)
        coefficients.append(slots[at, slot])
    return CoefficientChanges(np.concatenate(blocks), np.concatenate(coefficients))


def _changed_pixels(painting: Painting, orientation: int, frame: Frame) -> _ChangedPixels:
    found = list(_changed_in_strips(painting, frame))
    if not found:
        return _ChangedPixels(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3), np.int16))
    x, y, difference = (np.concatenate(part) for part in zip(*found, strict=True))
    return _ChangedPixels(*as_stored(x, y, orientation, frame.size_wh), difference)


def _changed_in_strips(painting: Painting, frame: Frame) -> Iterator[tuple[Ints, Ints, NDArray[np.int16]]]:
    mcus = frame.mcus_wh[0] * frame.mcus_wh[1]
    room = min(_MAX_MCUS, max(_FEW_MCUS, mcus // 4)) * frame.mcu_wh[0] * frame.mcu_wh[1]
    for window in (tile.window for tile in painting.tiles):
        for top in range(int(window.top), int(window.bottom), _STRIP_ROWS):
            strip = replace(window, top=top, bottom=min(top + _STRIP_ROWS, window.bottom))
            before, after = strip.cut(painting.base), painting.cut(strip)
            if np.array_equal(before, after):
                continue
            differ = before != after
            y, x = np.nonzero(differ[:, :, 0] | differ[:, :, 1] | differ[:, :, 2])
            room -= len(y)
            if room < 0:
                raise NotPatchable("most of the picture changed")
            yield x + int(window.left), y + top, after[y, x].astype(np.int16) - before[y, x]


def _to_components(difference: NDArray[np.int16], frame: Frame, stored_rgb: bool) -> NDArray[np.float32]:
    if len(frame.components) == 1:
        if (difference != difference[..., :1]).any():
            raise NotPatchable("a grey picture that got colour")
        return difference[..., :1].astype(np.float32)
    return (
        difference.astype(np.float32) if stored_rgb else difference.astype(np.float32) @ _TO_YCBCR.T.astype(np.float32)
    )


def _quantised(differences: NDArray[np.float32], mcus: Ints, frame: Frame) -> NDArray[np.int32]:
    """(n, blocks of an MCU, 64): pixel differences of whole MCUs, subsampled, transformed (FDCT) and quantised."""
    inside = _inside_picture(mcus, frame)
    out = []
    for number, component in enumerate(frame.components):
        down, across = (
            differences.shape[1] // (8 * component.vertical),
            differences.shape[2] // (8 * component.horizontal),
        )
        pixels = np.maximum(_box_sums(inside, down, across), 1)
        mean = _box_sums(differences[..., number], down, across) / pixels
        blocks = mean.reshape(len(mcus), component.vertical, 8, component.horizontal, 8).transpose(0, 1, 3, 2, 4)
        frequencies = (_DCT @ blocks @ _DCT.T).reshape(len(mcus), -1, 64)[:, :, ZIGZAG]
        out.append(np.rint(frequencies / np.array(component.quantisation)).astype(np.int32))
    return np.concatenate(out, axis=1)


def _box_sums(differences: NDArray[np.float32], down: int, across: int) -> NDArray[np.float32]:
    """Sums over boxes of so many rows and columns."""
    rows = differences if down == 1 else np.add.reduce([differences[:, n::down] for n in range(down)])
    return np.asarray(rows if across == 1 else np.add.reduce([rows[:, :, n::across] for n in range(across)]))


def _inside_picture(mcus: Ints, frame: Frame) -> NDArray[np.float32]:
    """(n, height, width): 1 for pixels in the picture, 0 for those beyond its edge."""
    width, height = frame.mcu_wh
    x = mcus[:, None] % frame.mcus_wh[0] * width + np.arange(width)
    y = mcus[:, None] // frame.mcus_wh[0] * height + np.arange(height)
    inside = (y < frame.size_wh[1])[:, :, None] & (x < frame.size_wh[0])[:, None, :]
    return inside.astype(np.float32)
