"""The ends of long lashes that hang down from shut lids, below the region that an open eye takes: left alone, they stay
on the cheek as dashes. Only what is thin and dark goes; the skin between and its shading are the photo's own.

Told from wrinkles by their way: lashes hang down, wrinkles run along the lids. Lengths, `u` and `v` are those of
`lash_frame`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from ..arrays import Plane, Points, Rgb, Tones, size_wh_of, to_levels
from ..binary_masks import BinaryMask, between, joined
from ..channels import as_three
from ..geometry import Box, across, along_and_across
from .frame import WIDTH, LashFrame, U, V, darker, disc, lid_line

LID: Final = 0.3
"""Least darkness of lashes within the eye, as a multiple of the line of the lids."""
THIN: Final = 0.05
"""Broadest lash."""
THINNEST: Final = 2.0
"""Least radius of the closing, pixels: the blur of a lash is no thinner."""
FAINT: Final = 0.1
"""Least darkness of the ends of lashes, as a multiple of the line of the lids."""
PLAIN_PERCENTILE: Final = 80
"""Percentile of what is thin and dark in the skin around that tells how dark its own lines are."""
PLAIN_TIMES: Final = 2.5
"""How many times as dark as the skin's own lines (`PLAIN_PERCENTILE`) the ends of lashes are at least."""
GAP: Final = 0.05
"""Longest gap in a lash."""
CORE: Final = (0.62, 0.3)
"""Half axes of an ellipse around the middle between the corners, which a new eye covers anyway."""
LIMITS: Final = ((-0.5, 1.1), (0.0, 0.66))
"""`u` and `v` between which lashes end: what goes on farther is a hair, a frame or a wrinkle."""
LARGEST: Final = 0.03
"""Largest area of one mark that is taken for ends of lashes, squares of an eye's width."""
ENOUGH: Final = 0.002
"""Least area of all ends of lashes that hang down, squares of an eye's width."""
FEWEST: Final = 2.2
"""Least area of all ends of lashes that hang down, pixels of the picture: in small eyes a letter of a watermark has
less."""
MOST: Final = 0.08
"""Largest area of all ends of lashes, squares of an eye's width: where more is thin and dark, it is wrinkles."""
HANGING_FROM: Final = 0.1
"""`u` from which lashes hang down. Ends before it point aside, as wrinkles do there; they go only with the others."""
DOWNWARDS: Final = 0.5
"""Least energy of changes across the face to changes down it; along wrinkles it is 0.3 at most, along lashes about
1."""
BESIDE: Final = (0.001, 0.25, 0.12)
"""ENOUGH, DOWNWARDS and MOST of an eye whose other one has lashes that hang: both have the same."""
NEAR: Final = 0.3
"""How near to an end of a lash another thin, dark mark counts as one, too, though nothing joins it to the lids."""
AROUND: Final = 0.03
"""How far around the end of a lash its blurred edge goes as well."""
BEHIND: Final = (-0.3, 0.4)
"""How far below the line between the corners shut lashes are seen past the face's outline, from and to, eye widths."""
LIFTED: Final = 15.0
"""Levels by which shut lashes past the face's outline are darker than what is behind them, at least."""


def lash_tips(eyes: Sequence[tuple[LashFrame, Plane]]) -> Plane | None:
    """(h, w) 0..1: 1 on the ends of lashes below the shut eyes of a face; None where there are none.

    `eyes` are the frame of each and what is in front of it, (h, w) 0..1, where nothing is taken.
    """
    found = [_tips(frame, max(ENOUGH, FEWEST / frame.width**2), DOWNWARDS, MOST) for frame, _ in eyes]
    if not any(tips.any() for tips in found):
        return None
    out = np.zeros(eyes[0][1].shape, np.float32)
    for (frame, over), told in zip(eyes, found, strict=True):
        tips = told if told.any() else _tips(frame, *BESIDE)
        if tips.any():
            out = np.maximum(out, np.asarray(frame.put_back(tips, AROUND) * (1 - over), np.float32))
    return out


def tips_behind(pixels: Rgb, past: Plane, ends: Points) -> Plane | None:
    """(h, w) 0..1: 1 on ends of shut lashes that are seen `past` (h, w) the face's outline, where that crosses the
    region around an eye with these `ends` (3, 2); None where there are none."""
    width = float(np.linalg.norm(ends[1] - ends[0]))
    there = Box.holding(past)
    if there is None:
        return None
    near = there.moved_out(2 * THIN * width + 2).within(pixels)
    part, behind = near.cut(pixels).astype(np.float32), near.cut(past)
    lift = (_closed(part, width) - part).max(axis=2)
    axis = ends[1] - ends[0]
    _, below = along_and_across(behind.shape, ends[0] - near.offset[:2], axis, across(axis, ends[2] - ends[0]))
    band = between(below, BEHIND)
    marks = (lift > LIFTED) & band & (behind > 0)
    grown = joined(marks, np.asarray(marks & (behind < 1), np.bool_))
    if not grown.any():
        return None
    soft = cv2.GaussianBlur(cv2.dilate(grown.astype(np.float32), disc(2 * AROUND * width + 1)), (0, 0), 0.7)
    out = np.zeros_like(past)
    near.cut(out)[...] = soft * (behind > 0)
    return out


def without_tips(pixels: Rgb, tips: Plane, width: float) -> Rgb:
    """The picture (h, w, 3) with what is thin and dark under `tips` (h, w) as light as the skin beside it; `width` is
    that of an eye."""
    out = pixels.copy()
    there = Box.holding(tips)
    if there is not None:
        near = there.moved_out(2 * max(THIN * width, THINNEST) + 1).within(pixels)
        part = near.cut(pixels).astype(np.float32)
        lift = np.maximum(_closed(part, width) - part, 0)
        near.cut(out)[...] = to_levels(part + lift * as_three(near.cut(tips)))
    return out


def _closed(part: Tones, width: float) -> Tones:
    """The picture with what is thin and dark in it closed; worked out at the frame's size, since the cost grows with
    the fourth power of the eye's width."""
    shrink = max(int(width / WIDTH), 1)
    size_wh = size_wh_of(part)
    small_wh = max(size_wh[0] // shrink, 1), max(size_wh[1] // shrink, 1)
    small = part if shrink == 1 else cv2.resize(part, small_wh, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, disc(2 * max(THIN * width / shrink, THINNEST)))
    skin = closed if shrink == 1 else cv2.resize(closed, size_wh, interpolation=cv2.INTER_LINEAR)
    return np.asarray(skin, np.float32)


def _tips(frame: LashFrame, enough: float, downwards: float, most: float) -> BinaryMask:
    """What of the frame is the end of a lash, (h, w): none if less than `enough` hangs, it goes less than `downwards`,
    or `most` is exceeded."""
    level, dark, depth = frame.level, frame.dark, frame.depth
    nothing = np.zeros(level.shape, np.bool_)
    if depth is None:
        return nothing
    thin = darker(level, THIN)
    skin = between(U, (-0.3, 1.2)) & between(V, (0.55, 0.7)) | (U < -0.55) & between(V, (-0.4, 0.4))
    usual = float(np.percentile(thin[skin], PLAIN_PERCENTILE))
    core = ((U - 0.5) / CORE[0]) ** 2 + (V / CORE[1]) ** 2 < 1
    lines = thin > max(FAINT * depth, PLAIN_TIMES * usual, 5.0)
    marks = (core & (dark > max(LID * depth, 6.0)) | lines).astype(np.uint8)
    whole = np.asarray(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, disc(GAP * WIDTH)) > 0, np.bool_)
    within = between(U, LIMITS[0]) & between(V, LIMITS[1])
    outside = lines & ~core & (LIMITS[1][0] < V)
    below = within & ~core & ~joined(np.asarray(outside, np.bool_), np.asarray(outside & ~within, np.bool_))
    ends = _small(joined(whole, lid_line()) & lines & below)
    aside, down = (np.square(cv2.Sobel(level, cv2.CV_32F, *way)) for way in ((1, 0), (0, 1)))
    hanging = ends & (U > HANGING_FROM)
    if hanging.sum() < enough * WIDTH**2 or aside[hanging].sum() < downwards * down[hanging].sum():
        return nothing
    near = cv2.dilate(ends.astype(np.uint8), disc(2 * NEAR * WIDTH)) > 0
    tips = np.asarray(ends | (lines & below & near), np.bool_)
    return tips if tips.sum() < most * WIDTH**2 else nothing


def _small(marks: BinaryMask) -> BinaryMask:
    """Those of the marks that are no larger than the ends of a few lashes."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < LARGEST * WIDTH**2
    small[0] = False
    return np.asarray(small[labels], np.bool_)
