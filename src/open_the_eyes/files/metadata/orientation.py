"""Which way up a picture is stored, by EXIF's orientations 1..8: the turns of arrays and of places."""

from __future__ import annotations

from typing import Final, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints

Plane = TypeVar("Plane", NDArray[np.uint8], NDArray[np.uint16])

_UNDONE_BY: Final = {6: 8, 8: 6}
"""Orientation that undoes another one; every other orientation undoes itself."""


def lies(orientation: int) -> bool:
    """Whether the upright picture's rows are stored as columns."""
    return orientation >= 5


def mirrored(orientation: int) -> tuple[bool, bool]:
    """Whether the upright picture is counted from the stored one's right, and from its bottom."""
    return orientation in (2, 3, 7, 8), orientation in (3, 4, 6, 7)


def turned(plane: Plane, orientation: int) -> Plane:
    """(H, W) or (H, W, channels) as stored -> a fresh array, upright."""
    lying, (right, bottom) = lies(orientation), mirrored(orientation)
    if lying and right != bottom:  # in half the time of two turns
        return cast("Plane", cv2.rotate(plane, cv2.ROTATE_90_COUNTERCLOCKWISE if right else cv2.ROTATE_90_CLOCKWISE))
    if right or bottom:
        plane = cast("Plane", cv2.flip(plane, -1 if right and bottom else int(right)))
    elif not lying:
        return plane.copy()
    return cast("Plane", cv2.transpose(plane)) if lying else plane


def turned_back(plane: Plane, orientation: int) -> Plane:
    """(H, W) or (H, W, channels), upright -> a fresh array as it is stored."""
    return turned(plane, _UNDONE_BY.get(orientation, orientation))


def as_stored(x: Ints, y: Ints, orientation: int, size_wh: tuple[int, int]) -> tuple[Ints, Ints]:
    """Where upright pixels are in a stored picture of this size."""
    if lies(orientation):
        x, y = y, x
    right, bottom = mirrored(orientation)
    return (size_wh[0] - 1 - x if right else x), (size_wh[1] - 1 - y if bottom else y)
