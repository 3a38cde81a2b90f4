"""What the lashes of a shut eye, or the line drawn along them, leave beyond the region in which an eye is painted: a
dark tail past the outer corner, which would stand alone on the skin once the eye is open. It is painted over with skin.

Told from hair, frames and wrinkles by three things: it grows out of the dark line of the shut lids, it is nearly as
dark as that line, and it ends soon. One that is drawn, a wing of eyeliner, rises in one stroke. Lengths, `u` and `v`
are those of `lash_frame`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ..arrays import Plane, Rgb, Tones, size_wh_of, to_levels
from ..binary_masks import BinaryMask, between, joined
from ..channels import as_three
from ..geometry import Box
from ..normalized_convolution import normalized_convolution
from ..smooth import reduced, shrink_for
from .frame import LINE, WIDTH, LashFrame, U, V, lid_line

SMALLEST: Final = 28.0
"""Pixels an eye is wide for its corner to be told from what lies beside it: a face's edge, hair."""
AS_DARK: Final = (0.3, 0.48)
"""Least darkness of a tail, as a multiple of the line that it grows out of: at each pixel, and on average. Wrinkles are
lighter."""
ENOUGH: Final = 0.004
"""Least area of a tail, squares of an eye's width."""
REACH: Final = (0.1, 0.4)
"""How far past the outer corner a tail ends, in eye widths. Shorter ones are painted over anyway; a longer one is a
hair, a frame or a wrinkle."""
SLANT: Final = (0.14, 0.75)
"""How far above or below the corner a tail may lie, in eye widths, and how much more for each width past it."""
RISES: Final = 0.4
"""Least rise of a wing for each width that it goes outwards."""
SHORTEST: Final = 0.2
"""Least length of a wing, in eye widths."""
BROADEST: Final = 0.13
"""Most breadth of a wing on average, in eye widths."""
STRAIGHT: Final = 0.045
"""Most that a wing leaves a straight line, in eye widths (standard deviation)."""
ROOT: Final = 0.06
"""How far past the corner a wing's shape is told from, in eye widths: nearer, it may run along the lid."""
AROUND: Final = 0.045
"""How far around a tail its blurred edge is painted over, in eye widths."""
FILL: Final = 1.2
"""Standard deviation of the Gaussian that carries skin over a tail, in half thicknesses of the tail."""


@dataclass(frozen=True, slots=True)
class LashTail:
    """What the line of a shut eye leaves beside it.

    Args:
        cover: (h, w) of the picture, 0..1: 1 on it.
        wing: it is a wing of eyeliner, which belongs to the open eye, too.
    """

    cover: Plane
    wing: bool


def lash_tail(frame: LashFrame, mask: Plane) -> LashTail | None:
    """The tail of a shut eye that leaves what `mask` (h, w) of the picture covers; None where none does."""
    tail = _tail(frame)
    if not (tail & (frame.drawn(mask) < 0.98)).any():
        return None
    return LashTail(frame.put_back(tail, AROUND), _is_wing(frame, tail))


def without_tails(pixels: Rgb, tails: Plane) -> Rgb:
    """The picture (h, w, 3) with the skin around tails (h, w) continued over them."""
    out = pixels.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats((tails > 0.02).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        left, top, w, h = (int(n) for n in stats[number, :4])
        shape = np.pad(labels[top : top + h, left : left + w] == number, 1).astype(np.uint8)
        depth = cv2.distanceTransform(shape, cv2.DIST_L2, 3)
        sigma = FILL * max(float(depth.max()), 1.0)
        near = Box(left, top, left + w, top + h).moved_out(math.ceil(4 * sigma)).within(pixels)
        part, over = near.cut(out).astype(np.float32), near.cut(tails)
        filled = _continued(part, np.asarray(over <= 0.02, np.float32), sigma)
        near.cut(out)[...] = to_levels(part + (filled - part) * as_three(over))
    return out


def _continued(picture: Tones, known: Plane, sigma: float) -> Tones:
    """The picture (h, w, 3) carried on from where it is `known` (h, w); over wide gaps at a smaller size, which is as
    smooth."""
    shrink, size_wh = shrink_for(sigma), size_wh_of(known)
    weight = reduced(known, shrink)
    small = reduced(picture * as_three(known), shrink) / as_three(np.maximum(weight, 1e-6))
    filled = normalized_convolution(np.asarray(small, np.float32), weight, sigma / shrink)
    if shrink > 1:
        filled = np.asarray(cv2.resize(filled, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)
    return filled


def _tail(frame: LashFrame) -> BinaryMask:
    """What of the frame is a tail, (h, w)."""
    dark, depth = frame.dark, frame.depth
    nothing = np.zeros(dark.shape, np.bool_)
    if depth is None or frame.width < SMALLEST:
        return nothing
    grown = joined(dark > max(AS_DARK[0] * depth, 6.0), lid_line())
    past = grown & (U < 0)
    corner = grown & between(U, (0.0, 0.15)) & between(V, LINE[1])
    if not corner.any() or (past & (-REACH[1] > U)).any():
        return nothing
    tail = past & (np.abs(V - float(np.mean(V[corner]))) < SLANT[0] - SLANT[1] * U)
    far = tail & (-REACH[0] > U)
    if int(far.sum()) < ENOUGH * WIDTH**2 or float(dark[far].mean()) < AS_DARK[1] * depth:
        return nothing
    return np.asarray(tail, np.bool_)


def _is_wing(frame: LashFrame, tail: BinaryMask) -> bool:
    """Whether a tail is one narrow, straight stroke that rises outwards."""
    far = joined(tail, tail & (-REACH[0] > U)) & (-ROOT > U)
    u, v = U[far], V[far]
    if not far.any() or -float(u.min()) < SHORTEST:
        return False
    rises, height = np.polyfit(u, v, 1, w=frame.dark[far])
    breadth = len(u) / WIDTH**2 / (-ROOT - float(u.min()))
    return bool(rises > RISES and breadth < BROADEST and float(np.std(v - rises * u - height)) < STRAIGHT)
