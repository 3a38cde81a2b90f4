"""Black-and-white and toned photos: one curve from brightness to colour, found and applied."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Rgb, Tones
from ..luma import luma_of

MAX_SPREAD: Final = 4.0
"""Most levels of colour left in a toned photo once brightness has explained all it can; photos in colour leave well
over 6 on a face."""
USUAL_LEVEL: Final = 100.0
"""Middle level below which `MAX_SPREAD` falls in proportion: in darker photos colours lie closer together."""
ONE_HUE: Final = 0.3
"""Least cosine between two tints of a plain toning, both at least `CLEAR` levels off grey. Green in the dark and pink
in the light are grass and a face, unless brightness explains them twice as well."""
CLEAR: Final = 3.0
"""Least distance of a tint from grey that tells its hue, levels."""
_BINS: Final = 24
_SIDE: Final = 48
"""Side of the small picture that tells a palette, pixels."""


@dataclass(frozen=True, slots=True)
class Palette:
    """A toned photo's colours: (n,) brightness levels and the (n, 3) colours they stand for."""

    levels: NDArray[np.float32]
    colours: NDArray[np.float32]

    def applied(self, tones: Tones) -> Tones:
        """(H, W, 3) in any colours -> the same brightness in the palette's."""
        level = luma_of(tones)
        channels = [np.interp(level, self.levels, self.colours[:, c]) for c in range(3)]
        return np.asarray(np.stack(channels, axis=-1), np.float32)


def palette_of(pixels: Rgb) -> Palette | None:
    """The palette of a toned picture (h, w, 3), None for one in colour."""
    small: NDArray[np.float32] = _reduced(pixels).reshape(-1, 3).astype(np.float32)
    level = luma_of(small)
    order = np.argsort(level, kind="stable")
    small, level = small[order], level[order]
    inner = np.quantile(level, np.linspace(0, 1, _BINS + 1))[1:-1]
    starts = [0, *np.searchsorted(level, inner, side="left"), len(level)]
    bins = [slice(first, behind) for first, behind in pairwise(starts) if behind - first >= 4]
    if len(bins) < 2:
        return None
    levels = np.array([level[one].mean() for one in bins], np.float32)
    tints = np.array([np.median(small[one] - level[one, None], axis=0) for one in bins], np.float32)
    fitted = np.stack([np.interp(level, levels, tints[:, c]) for c in range(3)], axis=-1)
    left = float(np.percentile(np.abs(small - level[:, None] - fitted), 95))
    most = MAX_SPREAD * min(float(np.median(level)) / USUAL_LEVEL, 1.0)
    if left > (most if _of_one_hue(tints) else most / 2):
        return None
    ends = np.concatenate([[0], levels, [255]]).astype(np.float32)
    edge_tints = np.concatenate([np.zeros((1, 3)), tints, np.zeros((1, 3))])
    colours = np.clip(ends[:, None] + edge_tints, 0, 255).astype(np.float32)
    upwards = np.argsort(ends, kind="stable")
    return Palette(ends[upwards], colours[upwards])


def lacks_colour(pixels: Rgb, beside: Rgb) -> bool:
    """Whether a picture is toned, and the other one in colour."""
    return palette_of(pixels) is not None and palette_of(beside) is None


def _of_one_hue(tints: NDArray[np.float32]) -> bool:
    """Whether (n, 3) tints, levels off grey, all lie on one side of it."""
    strength = np.linalg.norm(tints, axis=1, keepdims=True)
    clear = (tints / np.maximum(strength, 1e-6))[strength[:, 0] > CLEAR]
    return not len(clear) or float((clear @ clear.T).min()) >= ONE_HUE


def _reduced(pixels: Rgb) -> Rgb:
    """48 pixels wide and high; of a large picture without its last rows and columns, which would make means slow."""
    h, w = pixels.shape[:2]
    if min(h, w) >= 10 * _SIDE:
        pixels = pixels[: h - h % _SIDE, : w - w % _SIDE]
    return np.asarray(cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
