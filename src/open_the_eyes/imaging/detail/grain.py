"""The fine grain of a photo's skin (pores, noise, compression), taken where skin shows and continued elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Tones
from ..channels import as_three, clipped
from ..geometry import Box
from ..smooth import smoothed

MAD_TO_SIGMA: Final = 1.4826
"""Ratio of the standard deviation of a normal distribution to the median of absolute values."""


def fine_part(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """(h, w) or (h, w, 3): what is finer than a Gaussian of `sigma` pixels."""
    soft = smoothed(picture, sigma)
    return np.asarray(np.subtract(picture, soft, out=soft), np.float32)


def continued_grain(
    levels: NDArray[Any],
    skin: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    sigma: float,
    seed: int,
    side: int | None = None,
) -> Tones:
    """Grain for the pixels of (h, w, 3) where `wanted` is True, like that of the pixels where `skin` is; 0 elsewhere.

    Small squares of the skin's fine part are laid side by side in random order with soft joints (Efros & Freeman 2001,
    without the seam search: grain has no structure that a joint could break). Hairs, wrinkles and edges are left out by
    clipping at three standard deviations, told by the median one. The squares are `side` pixels wide, or as large as
    the skin has room for.
    """
    out = np.zeros(levels.shape, np.float32)
    there, where = Box.holding(skin), Box.holding(wanted)
    if there is None or where is None or int(skin.sum()) < 64:
        return out
    fine, skin, wanted = _fine_near(levels, there, sigma), there.cut(skin), where.cut(wanted)
    seen = fine.reshape(-1, 3)[_some(np.flatnonzero(skin))]
    spread = MAD_TO_SIGMA * np.median(np.abs(seen.T, order="C"), axis=1) + 1e-3
    most = np.asarray(3 * spread, np.float32)
    fine = clipped(fine, -most, most)
    sides = [(max(24 * sigma, 8), 64), (max(8 * sigma, 8), 4)] if side is None else [(side, 4)]
    side, centres = _squares(skin, sides)
    laid = _quilted(fine, centres, side, wanted, np.random.default_rng(seed))
    where.cut(out)[...] = clipped(laid, -most, most) * as_three(wanted.astype(np.float32))
    return out


def _fine_near(levels: NDArray[Any], part: Box, sigma: float) -> Tones:
    """The fine part of a part of a picture, blurred with what lies around it."""
    around = part.moved_out(math.ceil(3 * max(sigma, 0.3))).within(levels)
    fine = fine_part(around.cut(levels).astype(np.float32), sigma)
    return np.asarray(part.seen_from(around).cut(fine), np.float32)


def _some(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Evenly spread places, enough for a median."""
    return places[:: max(len(places) // 20_000, 1)]


def _squares(skin: NDArray[np.bool_], sides: Sequence[tuple[float, int]]) -> tuple[int, NDArray[np.intp]]:
    """The first of the sides for which skin has room for enough squares, and where their middles can lie."""
    for wanted, enough in sides:
        side = min(round(wanted), 96)
        whole = cv2.erode(skin.astype(np.uint8), np.ones((side, side))) > 0
        if int(whole.sum()) >= enough:
            return side, np.argwhere(whole)
    return 8, np.argwhere(skin)


def _quilted(
    fine: Tones, centres: NDArray[np.intp], side: int, wanted: NDArray[np.bool_], rng: np.random.Generator
) -> Tones:
    h, w = wanted.shape
    step, half = max(side * 2 // 3, 1), side // 2
    if min(fine.shape[:2]) < side:
        padded = cv2.copyMakeBorder(fine, half, half + 1, half, half + 1, cv2.BORDER_REFLECT_101)
        fine = np.asarray(padded, np.float32)
        centres = centres + half
    corners = np.clip(centres - half, 0, [n - side for n in fine.shape[:2]])
    ramp = np.minimum(np.arange(side) + 0.5, np.arange(side)[::-1] + 0.5).clip(max=(side - step) + 0.5)
    window = np.sqrt(np.outer(ramp, ramp)).astype(np.float32)
    weight = as_three(window)
    total = np.zeros((h + 2 * side, w + 2 * side, 3), np.float32)
    power = np.zeros((h + 2 * side, w + 2 * side), np.float32)
    tops, lefts = range(0, h + side, step), range(0, w + side, step)
    chosen = corners[rng.integers(len(corners), size=(len(tops), len(lefts)))]
    mirrored = rng.random((len(tops), len(lefts))) < 0.5
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            if not wanted[max(top - half, 0) : top - half + side, max(left - half, 0) : left - half + side].any():
                continue
            y, x = chosen[i, j]
            tile = fine[y : y + side, x : x + side]
            there = np.s_[top : top + side, left : left + side]
            cv2.accumulateProduct(cv2.flip(tile, 1) if mirrored[i, j] else tile, weight, total[there])  # in place
            cv2.accumulateSquare(window, power[there])
    here = np.s_[half : half + h, half : half + w]
    return np.asarray(total[here] * as_three(1 / np.sqrt(np.maximum(power[here], 1e-6))), np.float32)
