"""The fine grain of a photo's skin (pores, noise, compression), taken where skin shows and continued elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Tones


def fine_part(tones: Tones, sigma: float) -> Tones:
    """What is finer than a Gaussian of `sigma` pixels."""
    return np.asarray(tones - cv2.GaussianBlur(tones, (0, 0), max(sigma, 0.3)), np.float32)


def continued_grain(tones: Tones, skin: NDArray[np.bool_], wanted: NDArray[np.bool_], sigma: float, seed: int) -> Tones:
    """Grain for the pixels of (h, w, 3) where `wanted` is True, like that of the pixels where `skin` is; 0 elsewhere.

    Small squares of the skin's fine part are laid side by side in random order with soft joints (Efros & Freeman 2001,
    without the seam search: grain has no structure that a joint could break). Hairs, wrinkles and edges are left out by
    clipping at three times the median deviation.
    """
    fine = fine_part(tones, sigma)
    if int(skin.sum()) < 64:
        return np.zeros_like(tones)
    spread = 1.4826 * np.median(np.abs(fine[skin]), axis=0) + 1e-3
    fine = np.clip(fine, -3 * spread, 3 * spread)
    side = int(np.clip(round(8 * sigma), 8, 96))
    whole = cv2.erode(skin.astype(np.uint8), np.ones((side, side))) > 0
    if int(whole.sum()) < 4:
        whole = skin
        side = 8
    laid = _quilted(fine, np.argwhere(whole), side, wanted, np.random.default_rng(seed))
    return np.asarray(np.clip(laid, -3 * spread, 3 * spread) * wanted[..., None], np.float32)


def _quilted(
    fine: Tones, centres: NDArray[np.intp], side: int, wanted: NDArray[np.bool_], rng: np.random.Generator
) -> Tones:
    h, w = fine.shape[:2]
    step, half = max(side * 2 // 3, 1), side // 2
    padded = np.pad(fine, ((half, half + 1), (half, half + 1), (0, 0)), mode="reflect")
    ramp = np.minimum(np.arange(side) + 0.5, np.arange(side)[::-1] + 0.5).clip(max=(side - step) + 0.5)
    window = np.sqrt(np.outer(ramp, ramp)).astype(np.float32)
    total = np.zeros((h + 2 * side, w + 2 * side, 3), np.float32)
    power = np.zeros((h + 2 * side, w + 2 * side), np.float32)
    for top in range(0, h + side, step):
        for left in range(0, w + side, step):
            y, x = centres[rng.integers(len(centres))]
            if not wanted[max(top - half, 0) : top - half + side, max(left - half, 0) : left - half + side].any():
                continue
            tile = padded[y : y + side, x : x + side]
            if rng.random() < 0.5:
                tile = tile[:, ::-1]
            total[top : top + side, left : left + side] += tile * window[..., None]
            power[top : top + side, left : left + side] += window**2
    laid = total / np.sqrt(np.maximum(power, 1e-6))[..., None]
    return np.asarray(laid[half : half + h, half : half + w], np.float32)
