"""Makes clean portraits look like the photos people have: soft, noisy, compressed, toned, badly lit."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import to_levels
from open_the_eyes.imaging.luma import LUMA

Picture = NDArray[np.float32]


def hardened(guess: Picture, truth: Picture, mask: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """(h, w, 3) 0..255 guess and truth -> the same after one random accident; outside the mask they stay equal.

    The truth is degraded whole; the guess keeps its clean middle, so that the network learns to give new eyes the
    softness and grain that it sees around them.
    """
    guess, truth = _lit(guess, truth, rng)
    if rng.random() < 0.06:
        guess, truth = _grey(guess), _grey(truth)
    worse = _degraded(truth, rng)
    soft = mask[..., None]
    return np.clip(guess * soft + worse * (1 - soft), 0, 255), worse


def _lit(guess: Picture, truth: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    gain = np.exp(rng.normal(0, 0.09, 3) + rng.normal(-0.05, 0.22)).astype(np.float32)
    gain = np.minimum(gain, 250.0 / max(float(np.percentile(truth, 97)), 1.0))
    gamma = float(np.exp(rng.normal(0, 0.12)))
    lit = [np.asarray(255 * np.clip(p * gain / 255, 0, 1) ** gamma, np.float32) for p in (guess, truth)]
    return lit[0], lit[1]


def _grey(picture: Picture) -> Picture:
    level = picture @ LUMA
    return np.repeat(level[..., None], 3, axis=2)


def _degraded(picture: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.4:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.8))), np.float32)
    if rng.random() < 0.35:
        grain = rng.normal(0, rng.uniform(1, 9), picture.shape).astype(np.float32)
        if rng.random() < 0.5:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.6
        picture = picture + grain
    if rng.random() < 0.4:
        levels = to_levels(picture)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))]
        stored = cv2.imencode(".jpg", levels[..., ::-1], quality)[1]
        picture = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))[..., ::-1].astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.float32)
