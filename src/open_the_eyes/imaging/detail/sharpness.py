"""How sharp skin, hair and edges are drawn, and how much blur makes one picture as soft as another."""

from __future__ import annotations

import math
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Tones
from ..luma import luma_of

BLURS: Final = (0.0, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0)
"""Gaussians that are tried, standard deviations in pixels."""
NOISE_IN_FINE: Final = 0.42
"""Share of noise (`imaging.detail.noise`) that `fine_energy` sees: where pixels are noisy each for itself, 0.334
of the standard deviation lie between Gaussians of 0.7 and 2 pixels, and 0.792 beyond one of 0.8."""


def fine_energy(tones: Tones, where: NDArray[np.bool_], noise: float = 0.0) -> float:
    """Levels: the middle size of what is finer than about two pixels, relative to the brightness there; without the
    picture's `noise`, levels as `imaging.detail.noise` tells them, which would pass for detail."""
    level = luma_of(tones)
    fine = cv2.GaussianBlur(level, (0, 0), 0.7) - cv2.GaussianBlur(level, (0, 0), 2.0)
    if not where.any():
        return 0.0
    squared = float(np.mean(np.clip(fine[where], -24, 24) ** 2)) - (NOISE_IN_FINE * noise) ** 2
    return math.sqrt(max(squared, 0.0)) / max(float(level[where].mean()), 8.0) * 100


def blur_to_match(sharp: Tones, soft: Tones, where: NDArray[np.bool_], tolerance: float = 1.08) -> float:
    """The Gaussian (pixels) that makes `sharp` as fine as `soft` where both show the same; 0 if it is no sharper.

    `tolerance` times as much detail counts as no sharper.
    """
    wanted = fine_energy(soft, where)
    before, last = fine_energy(sharp, where), 0.0
    if before <= tolerance * wanted or wanted <= 0:
        return 0.0
    for sigma in BLURS[1:]:
        now = fine_energy(np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.float32), where)
        if now <= wanted:
            share = (before - wanted) / max(before - now, 1e-6)
            return float(last + (sigma - last) * share)
        before, last = now, sigma
    return BLURS[-1]


def edge_blur(level: NDArray[Any], where: NDArray[np.bool_]) -> float:
    """The blur of the sharpest edge in a part of a plane (h, w), as the sigma of a Gaussian, pixels.

    A blurred step's steepest slope tells it.
    """
    steepest = float(np.percentile(np.hypot(*np.gradient(level))[where], 99.5))
    contrast = float(np.percentile(level[where], 99) - np.percentile(level[where], 1))
    return contrast / max(steepest, 1e-3) / math.sqrt(2 * math.pi)
