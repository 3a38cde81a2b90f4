"""The bridge of the nose where it stands in front of a far eye: on a turned head a new eye is painted behind it.

The mesh tells about where the nose's outline runs, and the picture tells exactly: along it the lit bridge meets the
darker socket of the eye behind.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from ..arrays import Plane, Points, Rgb
from ..binary_masks import FIXED_BITS, fixed
from ..face.eye_corners import eye_corners, seen_eye_width
from ..face.mesh478 import NOSE_SIDE, OTHER, Side
from ..geometry import Box
from ..luma import luma_of
from ..smooth import smoothed

NEAR: Final = -0.12
"""How far past the outline of the mesh's nose the inner corner has to lie for the nose to be in front, in eye widths:
in faces that look ahead it is a third of a width short of it."""
OFF: Final = (-0.16, 0.08)
"""How far the picture's outline may lie from the mesh's, in eye widths: towards the eye (negative) and away from it."""
STEP: Final = 6.0
"""Least step in levels from what is behind the nose up to it, for the picture's outline to be believed."""
_TRUST: Final = 6.0
"""Levels by which an outline has to be clearer for each eye width that it is off the mesh's."""
_BESIDE: Final = 0.03
"""How far to both sides of an outline levels are compared, in eye widths."""
_CLEAREST: Final = 40.0
"""Most levels that count at one point: lashes that end at the nose should not outweigh the rest of it."""
_FAR: Final = 3.0
"""How far behind the outline all is the nose, or what it hides, in eye widths: no place for this eye."""
_POINTS: Final = 25
"""Points on an outline."""
_OFFSETS: Final = 13
"""Places tried for each end of an outline."""


def nose_mask(pixels: Rgb, mask: Plane, landmarks: Points, side: Side) -> Plane:
    """(h, w) 0..1: 1 on the nose in front of the region `mask` (h, w) around one eye; `landmarks` (478, 2+) lie in the
    same picture."""
    out = np.zeros_like(mask)
    width, inner = seen_eye_width(landmarks, side), eye_corners(landmarks, side)[1]
    top, bottom, beyond = (landmarks[n, :2] for n in (*NOSE_SIDE[side][1:3], NOSE_SIDE[OTHER[side]][1]))
    away = _across(np.stack([top, bottom]), beyond)[0]
    past = float((inner - top) @ away)
    region = Box.holding(mask)
    if width < 1 or past < NEAR * width or region is None:
        return out
    outline = _drawn(landmarks[NOSE_SIDE[side], :2])
    across = _across(outline, beyond)
    off, step = _seen(pixels, outline, across, width)
    if step >= STEP:
        outline = outline + off
    elif past < 0:
        return out  # the mesh has the corner in front, and the picture shows no nose
    shape = np.concatenate([outline, (outline + _FAR * width * across.mean(axis=0))[::-1]])
    cv2.fillPoly(out, [fixed(shape)], (1.0,), cv2.LINE_8, FIXED_BITS)
    part = region.cut(out)
    part[...] = smoothed(np.ascontiguousarray(part), max(0.015 * width, 0.5))
    return out


def _drawn(corners: Points) -> Points:
    """(n, 2): evenly spread points on a line through corners, which goes on straight at both ends."""
    ends = 2 * corners[[0, -1]] - corners[[1, -2]]
    corners = np.concatenate([ends[:1], corners, ends[1:]])
    at = np.linspace(0, len(corners) - 1, _POINTS)
    return np.stack([np.interp(at, np.arange(len(corners)), corners[:, k]) for k in (0, 1)], axis=1)


def _across(line: Points, towards: Points) -> Points:
    """(n, 2): unit vectors across a line at each of its points, to the side on which a point lies."""
    along = np.gradient(line, axis=0)
    out = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
    return np.asarray(out * np.sign(float(np.mean(out @ (towards - line.mean(axis=0)))) or 1.0), np.float64)


def _seen(pixels: Rgb, outline: Points, across: Points, width: float) -> tuple[Points, float]:
    """How far the picture has the points of an outline elsewhere, (n, 2), and by how many levels it steps up there."""
    near = Box.around(outline).moved_out(0.4 * width).within(pixels)
    if near.area < 1:
        return np.zeros_like(outline), 0.0
    level = smoothed(luma_of(near.cut(pixels).astype(np.float32)), max(0.012 * width, 0.7))
    first, last = (grid.ravel()[:, None] for grid in np.meshgrid(*2 * [np.linspace(*OFF, _OFFSETS)]))
    share = np.linspace(0, 1, len(outline))
    offs = ((1 - share) * first + share * last)[..., None] * across * width
    steps = np.zeros(offs.shape[:2], np.float32)
    for sign in (1, -1):
        at = (outline + offs + sign * _BESIDE * width * across - [near.left, near.top]).astype(np.float32)
        steps += sign * cv2.remap(level, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    clear = np.clip(steps, -_CLEAREST / 4, _CLEAREST).mean(axis=1)
    best = int((clear - _TRUST * (np.abs(first) + np.abs(last) + np.abs(first - last))[:, 0]).argmax())
    return offs[best], float(clear[best])
