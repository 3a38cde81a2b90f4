"""Lashes on an opened eye: the model and its refiner hint at them, since they lie elsewhere in every picture they have
learnt from. Here they are drawn, about as dark and as long as the shut eyes' own, and no sharper than the photo.

All lengths are in eye widths; `u` runs from the outer corner (0) to the inner one (1), `v` downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Points, Tones
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import SIDES
from ....imaging.geometry import Box
from ....imaging.marks import FIXED_BITS, fixed
from ....imaging.threefold import threefold
from .own_lashes import SEEN_FROM, Lashes

Strands: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Outlines (n, 16, 2) of lashes in (u, v), and how opaque each is, (n,) 0..1."""

UPPER: Final = 84
"""Lashes of the upper lid, as small eyes show them."""
LOWER: Final = 26
"""Lashes of the lower lid, as small eyes show them."""
LOWER_ALONG: Final = (0.06, 0.8)
"""Where lower lashes grow, from and to between the outer corner (0) and the inner one (1)."""
LOWER_ROOTS: Final = 0.03
"""Distance between the eye and its lower lashes, in eye widths: the lid's wet edge."""
LOWER_LENGTH: Final = 0.7
"""Length of the lower lashes, in times the upper ones'."""
FINER: Final = (110.0, 2.2)
"""Eye width in pixels from which on lashes become, in proportion, thinner and more, and the most times as many: a small
eye's run together by twos."""
MASCARA: Final = 0.5
"""How much longer made-up upper lashes are, as a share, on eyes as wide as `SINGLE`: in small pictures their thin ends
are not seen."""
SINGLE: Final = (120.0, 200.0)
"""Eye widths in pixels between which lashes come to be seen one by one."""
CORNER: Final = 10
"""Additional upper lashes at the outer corner, as a small eye shows them: they lie over each other, nearly level."""
CORNER_ALONG: Final = (-0.005, 0.12)
"""Where the additional lashes of the outer corner grow, from and to between it (0) and the inner corner (1)."""
CORNER_LEAN: Final = (-1.75, -1.1)
"""Slant of the additional lashes of the outer corner, from and to in radians from upright."""
LINER: Final = 0.034
"""Most thickness of a made-up lid's line, in eye widths."""
SHARPER: Final = 0.3
"""Share of the blur of a lash line's sharpest edge that lashes get: they are thinner than what that is told by."""
_LAYERS: Final = 3
"""Layers in which lashes are drawn: where two cross, more is covered than by one."""
_DRAWN: Final = 640.0
"""Least eye width at which lashes are drawn, pixels, before they are brought down."""


def with_lashes(pixels: Tones, mask: Plane, eyes: Iterable[EyeShape], lashes: Lashes) -> Tones:
    """The painted pixels (h, w, 3) with lashes on their eyes, under the mask (h, w)."""
    seen = ramp(lashes.width, *SEEN_FROM)
    for shape in eyes:
        cover = _cover((mask.shape[0], mask.shape[1]), shape, lashes) * (seen * mask)
        pixels = pixels + (lashes.colour - pixels) * threefold(cover)
    return pixels


def _cover(shape_hw: tuple[int, int], shape: EyeShape, lashes: Lashes) -> Plane:
    """(h, w) 0..1: how much of each pixel lashes cover."""
    outer, (axis, down) = shape.ring[0], (way * shape.width for way in shape.axes)
    reach = Box.around(np.vstack([shape.ring + k * down for k in (-0.3, 0.15)])).grown(0.15).to_whole()
    part = reach.clipped((shape_hw[1], shape_hw[0]))
    out = np.zeros(shape_hw, np.float32)
    if part.area < 1:
        return out
    zoom = int(np.clip(math.ceil(_DRAWN / shape.width), 1, 16))
    size_wh = int(part.width), int(part.height)
    bare = np.ones(size_wh[::-1], np.float32)
    strands, opaque = _strands(shape, lashes, np.random.default_rng(23 + SIDES.index(shape.side)))
    layers = [(strands[n::_LAYERS], opaque[n::_LAYERS]) for n in range(_LAYERS)]
    if lashes.made_up > 0:
        layers.append((_liner(shape, lashes.made_up)[None], np.array([0.85 * lashes.made_up])))
    for outlines, levels in layers:
        canvas = np.zeros((size_wh[1] * zoom, size_wh[0] * zoom), np.uint8)
        corners = outer + outlines[..., :1] * axis + outlines[..., 1:] * down - part.offset[:2]
        for outline, level in zip(fixed((corners + 0.5) * zoom - 0.5), levels.tolist(), strict=True):
            cv2.fillPoly(canvas, [outline], (255 * level,), cv2.LINE_AA, FIXED_BITS)
        bare *= 1 - cv2.resize(canvas, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    sigma = max(SHARPER * lashes.softness, 0.2)
    part.cut(out)[...] = cv2.GaussianBlur(1 - bare, (0, 0), sigma)
    return out


def _liner(shape: EyeShape, made_up: float) -> NDArray[np.float64]:
    """The outline (n, 2) in (u, v) of the line along a made-up upper lid: thickest outside, nothing at the corners."""
    u = np.linspace(0.01, 0.95, 32)
    v = np.interp(u, *shape.in_widths(shape.upper).T)
    thick = LINER * made_up * np.minimum(1, 12 * u) * (1 - u) ** 0.5
    return np.column_stack([np.append(u, u[::-1]), np.append(v - thick, (v + 0.15 * thick)[::-1])])


def _strands(shape: EyeShape, lashes: Lashes, rng: np.random.Generator) -> Strands:
    """All lashes of one eye."""
    longest = (0.05 + 0.35 * float(np.clip(lashes.length, 0.06, 0.2))) * (0.75 + 0.5 * lashes.strength)
    finer = float(np.clip(shape.width / FINER[0], 1, FINER[1]))
    above = longest * (1 + MASCARA * lashes.made_up * ramp(shape.width, *SINGLE))
    upper, lower = shape.in_widths(shape.upper), shape.in_widths(shape.lower)
    each = [_uppers(upper, lashes, above, finer, rng), _corners(upper, lashes, above, finer, rng)]
    each.append(_lowers(lower, lashes, longest, finer, rng))
    return np.concatenate([outlines for outlines, _ in each]), np.concatenate([opaque for _, opaque in each])


def _uppers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those of the upper lid (9, 2), in tufts of two to four that lean together, longest at the outer corner."""
    count = round(UPPER * finer)
    ends, number = np.cumsum(rng.integers(2, 5, count)), np.arange(count)
    tuft = np.searchsorted(ends, number, side="right")
    swayed, grown = rng.normal(0, 0.16, count)[tuft], rng.uniform(0.75, 1.1, count)[tuft]
    u = np.clip(np.linspace(0.02, 0.9, count) + rng.normal(0, 0.006, count), 0, 0.93)
    v = np.interp(u, *lid.T) + rng.normal(0.006, 0.004, count)
    length = longest * (1.2 - 0.95 * u) * np.minimum(1, 0.5 + 5 * u) * grown * rng.uniform(0.7, 1.1, count)
    lean = -1.05 + 1.3 * u + swayed + 0.05 * (number - ends[tuft] + 1.5) + rng.normal(0, 0.06, count)
    outlines = _outlines(u, v, -length, lean, (0.0035 + 0.002 * (lashes.strength + lashes.made_up)) / finer)
    return outlines, (0.28 + 0.5 * lashes.strength + 0.15 * lashes.made_up) * rng.uniform(0.6, 1.0, count)


def _corners(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those that lie nearly level over each other at the upper lid's outer corner."""
    count = round(CORNER * finer)
    u = rng.uniform(*CORNER_ALONG, count)
    v = np.interp(u, *lid.T) + rng.normal(0.006, 0.004, count)
    length = 0.8 * longest * rng.uniform(0.5, 1.1, count)
    outlines = _outlines(u, v, -length, rng.uniform(*CORNER_LEAN, count), 0.0035 / finer)
    return outlines, (0.24 + 0.36 * lashes.strength) * rng.uniform(0.6, 1.0, count)


def _lowers(lid: Points, lashes: Lashes, longest: float, finer: float, rng: np.random.Generator) -> Strands:
    """Those under the lower lid's (9, 2) wet edge: fewer, shorter, fainter, and single or by two and three."""
    count = round(LOWER * finer)
    ends = np.minimum(np.cumsum(rng.integers(1, 4, count)), count - 1)
    tuft = np.searchsorted(ends, np.arange(count), side="right").clip(max=count - 1)
    u = np.linspace(*LOWER_ALONG, count) + rng.normal(0, 0.015, count)
    u += 0.5 * (u[ends[tuft]] - u)
    v = np.interp(u, *lid.T) + rng.normal(LOWER_ROOTS, 0.004, count)
    lean = -0.95 + 1.35 * u + rng.normal(0, 0.18, count)[tuft] + rng.normal(0, 0.1, count)
    outlines = _outlines(u, v, LOWER_LENGTH * longest * rng.uniform(0.5, 1.1, count), lean, 0.003 / finer)
    return outlines, (0.16 + 0.33 * lashes.strength) * rng.uniform(0.5, 1.0, count)


def _outlines(
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    length: NDArray[np.float64],
    lean: NDArray[np.float64],
    half: float,
) -> NDArray[np.float64]:
    """(n, 16, 2): tapered lashes from their roots, up where `length` is negative; they straighten towards their tips.

    `lean` is the slant at the root in radians, towards the nose when positive; `half` is half the width there.
    """
    way = np.linspace(0, 1, 8)
    slant = lean[:, None] * (1.25 - 0.6 * way)
    step = length[:, None] / 7
    spine = np.stack(
        [
            u[:, None] + np.cumsum(np.sin(slant) * abs(step), axis=1),
            v[:, None] + np.cumsum(np.cos(slant) * step, axis=1),
        ],
        axis=2,
    )
    across = np.stack([np.cos(slant), np.sin(slant)], axis=2) * (half * (1 - way) ** 0.6)[:, None]
    return np.concatenate([spine - across, (spine + across)[:, ::-1]], axis=1)
