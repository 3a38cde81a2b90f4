"""What hangs over an eye: hair, the edge of a cap, the dark behind a turned cheek. A new eye is painted under it.

Told from lashes, brows' shadows and make-up by three things: it is much darker than the skin, it is broad, and it comes
from outside the region in which an eye is painted, from above or from the side.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Rgb, size_wh_of
from ..binary_masks import BinaryMask, between, joined
from ..geometry import Box, across, along_and_across
from ..luma import luma_of
from .thin_lines import SMALLEST

DARK: Final = 0.5
"""Brightness below which a pixel is no skin, as a multiple of the skin's."""
BROAD: Final = 0.09
"""Least breadth of hair that hangs over an eye, in eye widths: narrower is a lash line, a frame or a single lock."""
CORE: Final = (0.68, 0.3)
"""Half axes of an ellipse around the middle of the line between the corners, in eye widths: what is dark there belongs
to the lids."""
SKIN: Final = (((0.15, 0.85), (0.28, 0.75)), ((0.2, 0.8), (-0.26, -0.08)))
"""Patches that tell how bright skin is, under the eye and on the lid: from and to along the line between the corners
and below it, in eye widths. The darker one counts, since eyes may lie in shadow."""
MOST_OF_LIDS: Final = 0.25
"""Largest covered share of the ellipse `CORE`. More is make-up or shadow: hair over so much of an eye leaves nothing to
open."""
MOST: Final = 0.4
"""Largest dark share of the region: where more is so dark, it is the light and not something in front."""
_FINEST: Final = 40.0
"""Width of an eye, pixels, to which a larger picture is reduced before it is looked at."""


def occluder_mask(pixels: Rgb, mask: Plane, outer: Points, inner: Points, chin: Points) -> Plane:
    """(h, w) 0..1: 1 on what hangs over the region `mask` (h, w) around an eye with corners `outer`, `inner`; `chin`
    says which way is down."""
    width = float(np.linalg.norm(inner - outer))
    region = Box.holding(mask)
    if width < SMALLEST or region is None:
        return np.zeros_like(mask)
    near = region.moved_out(round(0.35 * width)).within(mask)
    part, shown = near.cut(pixels), near.cut(mask)
    shrink = max(width / _FINEST, 1.0)
    size_wh = max(round(part.shape[1] / shrink), 1), max(round(part.shape[0] / shrink), 1)
    small, inside = (cv2.resize(p, size_wh, interpolation=cv2.INTER_AREA) for p in (part, shown))
    level = luma_of(small.astype(np.float32))
    along, below = _along_below(
        level.shape, (np.stack([outer, inner, chin]) - [near.left, near.top] + 0.5) / shrink - 0.5
    )
    over = _in_front(level, np.asarray(inside > 0.02, np.bool_), along, below, width / shrink)
    out = np.zeros_like(mask)
    if over.any():
        soft = np.asarray(cv2.resize(over, size_wh_of(part), interpolation=cv2.INTER_LINEAR), np.float32)
        near.cut(out)[...] = np.clip(cv2.GaussianBlur(soft, (0, 0), max(0.02 * width, 0.6)), 0, 1)
    return out


def _along_below(shape_hw: tuple[int, ...], points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every pixel's place in eye widths: along the line from outer to inner corner, and below it; `points` (3, 2) are
    these corners and the chin."""
    outer, axis = points[0], points[1] - points[0]
    return along_and_across(shape_hw, outer, axis, across(axis, points[2] - outer))


def _in_front(
    level: Plane, inside: BinaryMask, along: NDArray[np.float64], below: NDArray[np.float64], width: float
) -> Plane:
    """What is dark, broad and comes from outside, (h, w) 0 or 1, around an eye `width` pixels wide."""
    skins = [between(along, along_ends) & between(below, below_ends) for along_ends, below_ends in SKIN]
    nothing = np.zeros(level.shape, np.float32)
    if not inside.any() or not all(skin.any() for skin in skins):
        return nothing
    dark = (level < DARK * min(float(np.percentile(level[skin], 80)) for skin in skins)).astype(np.uint8)
    if not dark.any() or float(dark[inside].mean()) > MOST:
        return nothing
    lids = ((along - 0.5) / CORE[0]) ** 2 + (below / CORE[1]) ** 2 < 1
    broad = _opened(dark, BROAD * width)
    outside = ~inside & ((along < 0) | (along > 1) | (below < -0.3))
    if float(joined(broad, outside)[lids].mean()) > MOST_OF_LIDS:
        return nothing
    over = joined(broad & ~lids, outside).astype(np.uint8)
    return np.asarray(cv2.dilate(over, np.ones((3, 3))), np.float32)


def _opened(dark: NDArray[np.uint8], size: float) -> BinaryMask:
    """What of a shape a disc of so many pixels fits into."""
    side = max(round(size), 2) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, disc) > 0, np.bool_)
