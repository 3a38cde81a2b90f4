"""Black-and-white and toned photos: one curve from brightness to colour, found and applied."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Rgb, Tones

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
MAX_SPREAD = 4.0
"""Levels of colour left once brightness has explained all it can; photos in colour leave well over 6 on a face."""
_BINS = 24


@dataclass(frozen=True, slots=True)
class Palette:
    """A toned photo's colours: (n,) brightness levels and the (n, 3) colours they stand for."""

    levels: NDArray[np.float32]
    colours: NDArray[np.float32]

    def applied(self, tones: Tones) -> Tones:
        """(H, W, 3) in any colours -> the same brightness in the palette's."""
        level = tones @ LUMA
        channels = [np.interp(level, self.levels, self.colours[:, c]) for c in range(3)]
        return np.asarray(np.stack(channels, axis=-1), np.float32)


def palette_of(pixels: Rgb) -> Palette | None:
    """The palette of a toned picture (h, w, 3), None for one in colour."""
    small = cv2.resize(pixels, (48, 48), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
    level = small @ LUMA
    edges = np.quantile(level, np.linspace(0, 1, _BINS + 1))
    member = np.clip(np.searchsorted(edges, level, side="right") - 1, 0, _BINS - 1)
    filled = [k for k in range(_BINS) if (member == k).sum() >= 4]
    if len(filled) < 2:
        return None
    levels = np.array([level[member == k].mean() for k in filled], np.float32)
    tints = np.array([np.median(small[member == k] - level[member == k, None], axis=0) for k in filled], np.float32)
    fitted = np.stack([np.interp(level, levels, tints[:, c]) for c in range(3)], axis=-1)
    if float(np.percentile(np.abs(small - level[:, None] - fitted), 95)) > MAX_SPREAD:
        return None
    ends = np.concatenate([[0], levels, [255]]).astype(np.float32)
    edge_tints = np.concatenate([np.zeros((1, 3)), tints, np.zeros((1, 3))])
    colours = np.clip(ends[:, None] + edge_tints, 0, 255).astype(np.float32)
    order = np.argsort(ends, kind="stable")
    return Palette(ends[order], colours[order])
