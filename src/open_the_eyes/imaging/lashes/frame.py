"""A shut eye at one size and upright, with room around it: the frame in which what its lashes leave behind is told.

Lengths are in eye widths; `u` runs from the outer corner (0) to the inner one (1), `v` down the face.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Matrix, Plane, Points, Rgb
from ..binary_masks import BinaryMask, between
from ..geometry import Box, across, from_reduced
from ..luma import luma_of
from ..smooth import smoothed

SMALLEST: Final = 20.0
"""Narrowest eye, pixels, in which single lashes can be told from anything else."""
WIDTH: Final = 80
"""Width of an eye in the frame, pixels."""
LINE: Final = ((0.1, 0.7), (-0.12, 0.32))
"""`u` and `v` between which the dark line of shut lids is found."""
FAINTEST: Final = 0.25
"""How much darker than skin the line of the lids is at least where its lashes can be seen."""
THICK: Final = 0.2
"""Broadest line of lashes, in eye widths."""

_LEFT, _RIGHT, _TOP, _BOTTOM = -0.8, 0.9, -0.7, 0.7
_SIZE_WH: Final = (round((_RIGHT - _LEFT) * WIDTH), round((_BOTTOM - _TOP) * WIDTH))
U: Final[NDArray[np.float64]] = np.broadcast_to(_LEFT + np.arange(_SIZE_WH[0]) / WIDTH, _SIZE_WH[::-1])
"""(h, w): `u` of every pixel of the frame."""
V: Final[NDArray[np.float64]] = np.broadcast_to((_TOP + np.arange(_SIZE_WH[1]) / WIDTH)[:, None], _SIZE_WH[::-1])
"""(h, w): `v` of every pixel of the frame."""


@dataclass(frozen=True)
class LashFrame:
    """The frame of one eye.

    Args:
        near: the part of the picture that it shows.
        to_frame: (2, 3), from that part's pixels.
        width: of the eye, in the picture's pixels.
        picture: (H, W, 3).
    """

    near: Box
    to_frame: Matrix
    width: float
    picture: Rgb

    @cached_property
    def level(self) -> Plane:
        """(h, w): the picture's brightness in the frame."""
        return self.drawn(self.picture)

    @cached_property
    def dark(self) -> Plane:
        """(h, w): by how much each pixel is darker than what lies around what may be lashes."""
        return darker(self.level, THICK)

    @cached_property
    def depth(self) -> float | None:
        """How much darker than skin the line of the lids is; None where it is too faint for lashes to be seen."""
        line = lid_line()
        depth = float(np.percentile(self.dark[line], 92))
        return None if depth < FAINTEST * float(np.median((self.level + self.dark)[line])) else depth

    def drawn(self, picture: NDArray[Any]) -> Plane:
        """The brightness of (H, W, 3), or a plane (H, W), in the frame."""
        part = self.near.cut(picture)
        by = max(int(self.width / WIDTH), 1)
        w, h = max(part.shape[1] // by, 1), max(part.shape[0] // by, 1)
        small: NDArray[Any] = cv2.resize(part[: h * by, : w * by], (w, h), interpolation=cv2.INTER_AREA)
        level = luma_of(small) if small.ndim == 3 else np.asarray(small, np.float32)
        to_frame = from_reduced(self.to_frame, by, by)
        return np.asarray(cv2.warpAffine(level, to_frame, _SIZE_WH, borderMode=cv2.BORDER_REPLICATE), np.float32)

    def put_back(self, marks: BinaryMask, around: float) -> Plane:
        """(H, W) 0..1 of the picture: 1 on the marks, and `around` eye widths more with a soft rim."""
        here_wh, flags = (int(self.near.width), int(self.near.height)), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        wide = cv2.dilate(marks.astype(np.float32), disc(2 * around * WIDTH))
        back = np.asarray(cv2.warpAffine(wide, self.to_frame, here_wh, flags=flags), np.float32)
        out = np.zeros(self.picture.shape[:2], np.float32)
        self.near.cut(out)[...] = np.clip(smoothed(back, max(0.015 * self.width, 0.5)), 0, 1)
        return out


def lash_frame(picture: Rgb, ends: Points) -> LashFrame | None:
    """The frame of an eye in a picture (H, W, 3); None if it is too small, or outside the picture.

    `ends` (3, 2) are the eye's outer and inner corner, and the chin, which says which way is down.
    """
    outer, inner, chin = ends
    axis = inner - outer
    width = float(np.linalg.norm(axis))
    if width < SMALLEST:
        return None
    down = across(axis, chin - outer)
    turned = np.stack([axis, down]) / float(axis @ axis) * WIDTH
    to_frame = np.column_stack([turned, -turned @ outer - np.array([_LEFT, _TOP]) * WIDTH])
    w, h = _SIZE_WH
    corners = np.array([[0, 0], [w, 0], [0, h], [w, h]], np.float64) - to_frame[:, 2]
    there = np.linalg.solve(to_frame[:, :2], corners.T).T
    near = Box.around(there).moved_out(2).within(picture)
    if near.area < 1:
        return None
    return LashFrame(near, to_frame @ np.array([[1, 0, near.left], [0, 1, near.top], [0, 0, 1]]), width, picture)


def darker(level: Plane, than: float) -> Plane:
    """By how much each pixel of the frame is darker than what lies around it; what is broader than `than` eye widths is
    not."""
    return np.asarray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, disc(than * WIDTH)) - level, np.float32)


def lid_line() -> BinaryMask:
    """Where the dark line of shut lids lies in the frame."""
    return between(U, LINE[0]) & between(V, LINE[1])


def disc(size: float) -> NDArray[np.uint8]:
    side = 2 * max(round(size / 2), 1) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
