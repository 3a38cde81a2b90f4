"""Lashes on an opened eye: the model and its refiner hint at them, since they lie elsewhere in every picture they have
learnt from. Here they are drawn, about as dark and as long as the shut eyes' own, and no sharper than the photo.

Where each of them grows is told by `strands`. Lengths are in eye widths; `u` runs from the outer corner (0) to the
inner one (1), `v` downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.binary_masks import FIXED_BITS, fixed
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import SIDES
from ....imaging.geometry import Box
from .own_lashes import SEEN_FROM, Lashes
from .strands import Strands, strands

LINER: Final = 0.034
"""Most thickness of a made-up lid's line, in eye widths."""
LINER_ALONG: Final = (0.01, 0.95)
"""Where the line of a made-up lid lies, from and to between the outer corner (0) and the inner one (1)."""
LINER_ONSET: Final = 12.0
"""Share of its thickness that a made-up lid's line gains in an eye width from the outer corner, until it has all."""
LINER_FALL: Final = 0.5
"""Exponent by which a made-up lid's line thins from the outer corner to nothing at the inner one."""
LINER_OPACITY: Final = 0.85
"""Opacity, 0..1, of the line along a lid that is surely made up."""
REACH_ABOVE, REACH_BELOW = 0.3, 0.15
"""How far above and below the lids lashes are drawn, in eye widths."""
ROOM: Final = 0.15
"""Room for lashes on every side of that, in times its longer side."""
SHARPER: Final = 0.3
"""Share of the blur of a lash line's sharpest edge that lashes get: they are thinner than what that is told by."""
LEAST_BLUR: Final = 0.2
"""Least blur (sigma) of drawn lashes, pixels."""
_LAYERS: Final = 3
"""Layers in which lashes are drawn: where two cross, more is covered than by one."""
_DRAWN: Final = 640.0
"""Least eye width at which lashes are drawn, pixels, before they are brought down."""
_MOST_ZOOM: Final = 16
"""Most times as large as the photo that lashes are drawn, so that memory is bounded on tiny eyes."""
_SEED: Final = 23
"""Seed of the lashes' chance: the same eye gets the same lashes each time, and the sides get different ones."""


def with_lashes(pixels: Tones, mask: Plane, eyes: Iterable[EyeShape], lashes: Lashes) -> Tones:
    """The painted pixels (h, w, 3) with lashes on their eyes, under the mask (h, w)."""
    seen = ramp(lashes.width, *SEEN_FROM)
    for shape in eyes:
        cover = _cover((mask.shape[0], mask.shape[1]), shape, lashes) * (seen * mask)
        pixels = pixels + (lashes.colour - pixels) * as_three(cover)
    return pixels


def _cover(shape_hw: tuple[int, int], shape: EyeShape, lashes: Lashes) -> Plane:
    """(h, w) 0..1: how much of each pixel lashes cover."""
    out = np.zeros(shape_hw, np.float32)
    part = _reach(shape).clipped((shape_hw[1], shape_hw[0]))
    if part.area < 1:
        return out
    outer, (axis, down) = shape.ring[0], (way * shape.width for way in shape.axes)
    zoom = int(np.clip(math.ceil(_DRAWN / shape.width), 1, _MOST_ZOOM))
    size_wh = int(part.width), int(part.height)
    bare = np.ones(size_wh[::-1], np.float32)
    for outlines, opaque in _layers(shape, lashes):
        corners = outer + outlines[..., :1] * axis + outlines[..., 1:] * down - part.offset[:2]
        bare *= 1 - _drawn((corners + 0.5) * zoom - 0.5, opaque, size_wh, zoom)
    sigma = max(SHARPER * lashes.softness, LEAST_BLUR)
    part.cut(out)[...] = cv2.GaussianBlur(1 - bare, (0, 0), sigma)
    return out


def _reach(shape: EyeShape) -> Box:
    """The part of a picture that an eye's lashes lie in."""
    down = shape.axes[1] * shape.width
    lids = np.vstack([shape.ring + k * down for k in (-REACH_ABOVE, REACH_BELOW)])
    return Box.around(lids).grown(ROOM).to_whole()


def _layers(shape: EyeShape, lashes: Lashes) -> list[Strands]:
    """What is drawn over each other: lashes in layers and, on a made-up lid, its line."""
    outlines, opaque = strands(shape, lashes, np.random.default_rng(_SEED + SIDES.index(shape.side)))
    layers = [(outlines[n::_LAYERS], opaque[n::_LAYERS]) for n in range(_LAYERS)]
    if lashes.made_up > 0:
        layers.append((_liner(shape, lashes.made_up)[None], np.array([LINER_OPACITY * lashes.made_up])))
    return layers


def _drawn(outlines: NDArray[np.float64], opaque: NDArray[np.float64], size_wh: tuple[int, int], zoom: int) -> Plane:
    """(h, w) 0..1: filled outlines (n, k, 2), drawn `zoom` times as large as `size_wh` and brought down to it."""
    canvas = np.zeros((size_wh[1] * zoom, size_wh[0] * zoom), np.uint8)
    for outline, level in zip(fixed(outlines), opaque.tolist(), strict=True):
        cv2.fillPoly(canvas, [outline], (255 * level,), cv2.LINE_AA, FIXED_BITS)
    return np.asarray(cv2.resize(canvas, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32) / 255)


def _liner(shape: EyeShape, made_up: float) -> NDArray[np.float64]:
    """The outline (n, 2) in (u, v) of the line along a made-up upper lid: thickest outside, nothing at the corners."""
    u = np.linspace(*LINER_ALONG, 32)
    v = np.interp(u, *shape.in_widths(shape.upper).T)
    thick = LINER * made_up * np.minimum(1, LINER_ONSET * u) * (1 - u) ** LINER_FALL
    return np.column_stack([np.append(u, u[::-1]), np.append(v - thick, v[::-1])])
