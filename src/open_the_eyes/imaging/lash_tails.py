"""What the lashes of a shut eye, or the line drawn along them, leave beyond the region in which an eye is painted: a
dark tail past the outer corner, which would stand alone on the skin once the eye is open. It is painted over with skin.

Told from hair, frames and wrinkles by three things: it grows out of the dark line of the shut lids, it is nearly as
dark as that line, and it ends soon. Lengths are in eye widths; `u` runs from the outer corner (0) to the inner one (1),
`v` down the face.
"""

from __future__ import annotations

import math
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Points, Rgb
from .geometry import Box
from .palette import LUMA
from .threefold import threefold
from .tint import spread

LINE: Final = ((0.1, 0.7), (-0.12, 0.32))
"""`u` and `v` between which the dark line of shut lids is found."""
THICK: Final = 0.2
"""What is broader is no lashes."""
FAINTEST: Final = 0.25
"""How much darker than skin the line of the lids has to be for its tail to be seen."""
AS_DARK: Final = (0.3, 0.48)
"""How dark a tail is at least, as a multiple of the line it grows out of: everywhere, and on the whole. Wrinkles are
lighter."""
ENOUGH: Final = 0.004
"""The least area of a tail, squares of an eye's width."""
REACH: Final = (0.1, 0.4)
"""What ends sooner past the outer corner is painted over anyway; what goes on farther is a hair, a frame or a
wrinkle."""
SLANT: Final = (0.14, 0.75)
"""A tail lies within so much of the corner's height, and as much more for each width past it."""
AROUND: Final = 0.045
"""Its blurred edge is painted over as well."""
FILL: Final = 1.2
"""Skin is continued over it from around, by a Gaussian of so many times its half thickness."""
SMALLEST: Final = 36.0
"""Pixels an eye is wide for tails to be told from anything else."""
_FRAME: Final = (-0.8, 0.9, -0.7, 0.7)
"""The part of `u` and `v` that is looked at, at `_WIDTH` pixels an eye."""
_WIDTH: Final = 80


def lash_tails(pixels: Rgb, mask: Plane, ends: Points) -> Plane | None:
    """(h, w) 0..1: 1 on the tail of a shut eye that leaves what `mask` (h, w) covers; None where none does.

    `ends` (3, 2) are the eye's outer and inner corner, and the chin, which says which way is down.
    """
    width = float(np.linalg.norm(ends[1] - ends[0]))
    if width < SMALLEST:
        return None
    to_frame, frame_wh = _to_frame(ends)
    near = _seen(to_frame, frame_wh, mask.shape)
    if near.area < 1:
        return None
    to_frame = to_frame @ np.array([[1, 0, near.left], [0, 1, near.top], [0, 0, 1]])
    level, covered = (_drawn(p, to_frame, frame_wh, width) for p in (near.cut(pixels), near.cut(mask)))
    tail = _tail(level)
    if not (tail & (covered < 0.98)).any():
        return None
    here_wh, flags = (int(near.width), int(near.height)), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    back = cv2.warpAffine(tail.astype(np.float32), to_frame, here_wh, flags=flags)
    wide = cv2.dilate(back, _disc(2 * AROUND * width))
    out = np.zeros_like(mask)
    near.cut(out)[...] = np.clip(cv2.GaussianBlur(wide, (0, 0), max(0.015 * width, 0.5)), 0, 1)
    return out


def without_tails(pixels: Rgb, tails: Plane) -> Rgb:
    """The picture (h, w, 3) with the skin around tails (h, w) continued over them."""
    out = pixels.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats((tails > 0.02).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        left, top, w, h = (int(n) for n in stats[number, :4])
        shape = np.pad(labels[top : top + h, left : left + w] == number, 1).astype(np.uint8)
        depth = cv2.distanceTransform(shape, cv2.DIST_L2, 3)
        sigma = FILL * max(float(depth.max()), 1.0)
        near = Box(left, top, left + w, top + h).moved_out(math.ceil(4 * sigma))
        near = near.clipped((pixels.shape[1], pixels.shape[0]))
        part, over = near.cut(out).astype(np.float32), near.cut(tails)
        filled = spread(part, np.asarray(over <= 0.02, np.float32), sigma)
        near.cut(out)[...] = np.clip(np.rint(part + (filled - part) * threefold(over)), 0, 255).astype(np.uint8)
    return out


def _to_frame(ends: Points) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The map (2, 3) from pixels to the frame, and the frame's size."""
    outer, inner, chin = ends
    axis = inner - outer
    down = np.array([-axis[1], axis[0]])
    down = down if down @ (chin - outer) > 0 else -down
    left, right, top, bottom = _FRAME
    square = float(axis @ axis)
    turned = np.stack([axis, down]) / square * _WIDTH
    shift = -turned @ outer - np.array([left, top]) * _WIDTH
    return np.column_stack([turned, shift]), (round((right - left) * _WIDTH), round((bottom - top) * _WIDTH))


def _drawn(part: NDArray[Any], to_frame: NDArray[np.float64], frame_wh: tuple[int, int], width: float) -> Plane:
    """A picture's brightness, or a plane, in the frame."""
    by = max(int(width / _WIDTH), 1)
    w, h = max(part.shape[1] // by, 1), max(part.shape[0] // by, 1)
    small: NDArray[Any] = cv2.resize(part[: h * by, : w * by], (w, h), interpolation=cv2.INTER_AREA)
    level = np.asarray(small @ LUMA if small.ndim == 3 else small, np.float32)
    shift = (by - 1) / 2
    to_frame = to_frame @ np.array([[by, 0, shift], [0, by, shift], [0, 0, 1]])
    return np.asarray(cv2.warpAffine(level, to_frame, frame_wh, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _seen(to_frame: NDArray[np.float64], size_wh: tuple[int, int], shape_hw: tuple[int, ...]) -> Box:
    """The part of the picture that the frame shows."""
    w, h = size_wh
    corners = np.array([[0, 0], [w, 0], [0, h], [w, h]], np.float64) - to_frame[:, 2]
    there = np.linalg.solve(to_frame[:, :2], corners.T).T
    return Box.around(there).moved_out(2).to_whole().clipped((shape_hw[1], shape_hw[0]))


def _tail(level: Plane) -> NDArray[np.bool_]:
    """What of the frame (h, w) is a tail."""
    left, _, top, _ = _FRAME
    u = left + np.arange(level.shape[1]) / _WIDTH
    v = (top + np.arange(level.shape[0]) / _WIDTH)[:, None]
    skin = cv2.morphologyEx(level, cv2.MORPH_CLOSE, _disc(THICK * _WIDTH))
    dark = skin - level
    line = _between(u, LINE[0]) & _between(v, LINE[1])
    depth = float(np.percentile(dark[line], 92))
    nothing = np.zeros(level.shape, np.bool_)
    if depth < FAINTEST * float(np.median(skin[line])):
        return nothing
    grown = _joined(dark > max(AS_DARK[0] * depth, 6.0), line)
    past = grown & (u < 0)
    corner = grown & _between(u, (0.0, 0.15)) & _between(v, LINE[1])
    if not corner.any() or (past & (u < -REACH[1])).any():
        return nothing
    height = float(np.mean(np.broadcast_to(v, level.shape)[corner]))
    tail = past & (np.abs(v - height) < SLANT[0] - SLANT[1] * u)
    far = tail & (u < -REACH[0])
    if int(far.sum()) < ENOUGH * _WIDTH**2 or float(dark[far].mean()) < AS_DARK[1] * depth:
        return nothing
    return np.asarray(tail, np.bool_)


def _disc(size: float) -> NDArray[np.uint8]:
    side = 2 * max(round(size / 2), 1) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _joined(shapes: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected shapes that have a part in `start`."""
    _, labels = cv2.connectedComponents(shapes.astype(np.uint8), connectivity=8)
    return np.asarray(np.isin(labels, np.setdiff1d(labels[start], 0)), np.bool_)


def _between(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    return np.asarray((values > limits[0]) & (values < limits[1]), np.bool_)
