"""The noise of a photo, given to new pixels that lack it.

What is painted is clean; in a photo taken in little light eyes would stand out as two calm spots. Noise is told from
texture of skin, and from marks over it, by being the same everywhere: the calmest squares of the cheeks show it too (as
in estimators from the blocks of least texture: Liu, Tanaka, Okutomi, "Single-image noise level estimation for blind
denoising", 2013), and the liveliest show hardly more; the forehead has it, too, where it is as bright. Letters of a
watermark may lie evenly over the cheeks, but seldom over all of a face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Tones, size_wh_of
from ..channels import as_three, clipped
from ..easing import ramp
from ..face.cheeks import cheek_places, cheeks, forehead_places
from ..geometry import Box
from ..luma import luma_of
from ..smooth import smoothed
from .grain import MAD_TO_SIGMA, continued_grain, fine_part

FINE: Final = 0.8
"""Standard deviation of a Gaussian, pixels: noise is measured by what is finer."""
GRAIN: Final = 2.0
"""Standard deviation of a Gaussian, pixels: what is finer is copied as noise."""
SEEN: Final = (1.4, 2.0)
"""Standard deviations of measured noise in luma, 0..255, between which it comes to be seen (`training.noise`)."""
CALM, LIVELY = 0.25, 0.75
"""Quantiles of the squares' noise that stand for calm and for lively skin."""
EVEN: Final = (0.62, 0.75)
"""Ratios of the noise of calm squares to that of lively ones, between which it comes to be surely noise."""
ELSEWHERE: Final = (0.3, 0.5)
"""Ratios of the noise of the forehead's calm squares to that of the cheeks', between which it comes to be surely noise
of the photo."""
AS_BRIGHT: Final = (0.6, 1.6)
"""Least and largest brightness of a forehead's squares that tell of noise, in times the cheeks' median: hair, a hat and
burnt out skin have another noise."""
CLIPPED: Final = 245.0
"""Level in luma above which a square is taken for burnt out, and tells nothing of noise."""
CALM_SKIN: Final = 1.5
"""Most variation of skin from which noise is copied, in times the noise's level."""
SQUARE_PX, MARGIN_PX = 8, 2
"""Side of a square of skin that is measured, and the margin around it that its blur looks at, pixels."""
ENOUGH, MANY = 12, 24
"""Fewest squares that tell the noise, and how many are looked at across the face at most."""
FEWER: Final = 80
"""Fewest rows, or columns, of larger eyes that are looked at in what was painted: the noise of every second or third
pixel tells as much."""
ERODED: Final = 1.1
"""Factor on the least of nine neighbouring medians. In noise alone 1.2 would make it the usual one, but then small
eyes, full of edges, get too little (`training.noise`)."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A photo's noise around a face.

    Args:
        level: its standard deviation in luma, 0..255, as far as it is finer than `FINE`.
        seen: 0..1, how far it is seen, and surely is noise.
        skin: (h, w), where nothing else is seen and it can be copied from; None where it is not seen.
    """

    level: float
    seen: float
    skin: NDArray[np.bool_] | None = None


def noise_of(levels: NDArray[Any], covered: NDArray[np.bool_], landmarks: Points) -> Noise:
    """What the skin of a face tells of the noise of its picture (h, w, 3); none is seen where there is too little skin.

    Args:
        covered: (h, w), what is no skin of the face's own.
        landmarks: (478, 2+) of the face, in the same pixels.
    """
    each, bright = _squares(levels, covered, cheek_places(landmarks, SQUARE_PX / 2, MANY))
    if len(each) < ENOUGH:
        return Noise(0.0, 0.0)
    calm, lively = (float(level) for level in np.quantile(each, (CALM, LIVELY)))
    seen = ramp(calm, *SEEN) * ramp(calm / max(lively, 1e-3), *EVEN)
    if seen > 0:
        above, its_bright = _squares(levels, covered, forehead_places(landmarks, SQUARE_PX / 2, MANY))
        low, high = np.array(AS_BRIGHT) * np.median(bright)
        above = above[(its_bright > low) & (its_bright < min(high, CLIPPED))]
        if len(above) >= ENOUGH:
            seen *= ramp(float(np.quantile(above, CALM)) / max(calm, 1e-3), *ELSEWHERE)
    return Noise(calm, seen, _calm(levels, cheeks(landmarks, covered), CALM_SKIN * calm) if seen > 0 else None)


def _squares(levels: NDArray[Any], covered: NDArray[np.bool_], places: Points) -> tuple[Plane, Plane]:
    """Of the squares around those of the `places` (n, 2) that the picture has and nothing covers: the standard
    deviation of what is fine in each, and its mean brightness, (m,) both."""
    reach = np.arange(-SQUARE_PX // 2 - MARGIN_PX, SQUARE_PX // 2 + MARGIN_PX)
    at = np.rint(places).astype(np.intp)
    at = at[((at + reach[0] >= 0) & (at + reach[-1] < size_wh_of(levels))).all(axis=1)]
    rows, columns = at[:, 1, None, None] + reach[:, None], at[:, 0, None, None] + reach
    free = ~covered[rows, columns].any(axis=(1, 2))
    if not free.any():
        return np.empty(0, np.float32), np.empty(0, np.float32)
    squares = luma_of(levels[rows[free], columns[free]].astype(np.float32))
    fine = fine_part(squares.reshape(-1, len(reach)), FINE).reshape(squares.shape)
    inner = np.s_[:, MARGIN_PX : MARGIN_PX + SQUARE_PX, MARGIN_PX : MARGIN_PX + SQUARE_PX]
    return np.sqrt(np.mean(fine[inner] ** 2, axis=(1, 2))), np.mean(squares[inner], axis=(1, 2))


def with_noise(painted: Tones, photo: NDArray[Any], new: NDArray[np.bool_], noise: Noise, seed: int) -> Tones:
    """The painted pixels (h, w, 3) with the photo's `noise` where they are `new` (h, w) and lack it.

    The same picture comes back where the photo has no noise that is seen.
    """
    part = Box.holding(new)
    if noise.skin is None or part is None:
        return painted
    out = painted.copy()
    part.cut(out)[...] = noisy_part(part.cut(painted), part, photo, new, noise, seed)
    return out


def noisy_part(
    painted: Tones, part: Box, photo: NDArray[Any], new: NDArray[np.bool_], noise: Noise, seed: int
) -> Tones:
    """The same for a part (h, w, 3), around all that is new in the photo (H, W, 3)."""
    if noise.skin is None:
        return painted
    grain = part.cut(continued_grain(photo, noise.skin, new, GRAIN, seed))
    strength = MAD_TO_SIGMA * float(np.median(np.abs(_fine_luma(grain)[part.cut(new)])))
    louder = min(noise.level / max(strength, 1e-3), 1.2)
    share = np.asarray(noise.seen * louder * _lacking(painted, noise.level), np.float32)
    noisy = np.asarray(painted + grain * as_three(share), np.float32)
    return clipped(noisy, np.zeros(3, np.float32), np.full(3, 255, np.float32))


def _calm(photo: NDArray[Any], skin: NDArray[np.bool_], most: float) -> NDArray[np.bool_]:
    """(h, w): the skin whose fine part has a standard deviation of so many levels at most."""
    out, there = skin.copy(), Box.holding(skin)
    if there is not None:
        there.cut(out)[...] &= smoothed(_fine_luma(there.cut(photo)) ** 2, GRAIN) < most**2
    return out


def _lacking(painted: Tones, level: float) -> Plane:
    """(h, w) 0..1: the noise to be added, as a share of `level`, for what is there to become as noisy.

    Lashes and the edges of an iris are fine, too, but hardly move the least of several medians.
    """
    step = max(min(painted.shape[:2]) // FEWER, 1)
    some = np.ascontiguousarray(np.abs(_fine_luma(painted))[::step, ::step])
    usual = cv2.erode(cv2.medianBlur(some, 5), np.ones((3, 3)))
    share = ERODED * MAD_TO_SIGMA * smoothed(np.asarray(usual, np.float32), 2.0) / level
    lacking = np.sqrt(np.clip(1 - share**2, 0, 1))
    size_wh = size_wh_of(painted)
    return np.asarray(lacking if step == 1 else cv2.resize(lacking, size_wh), np.float32)


def _fine_luma(picture: NDArray[Any]) -> Plane:
    return fine_part(luma_of(picture), FINE)
