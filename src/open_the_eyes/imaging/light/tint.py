"""Brings painted pixels to the light of the pixels around them, through a gain that varies slowly."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Tones
from ..easing import unit_smoothstep
from ..normalized_convolution import normalized_convolution

MAX_GAIN: Final = 1.35
"""Largest gain of a whole eye."""
MAX_GAIN_AT_RIM: Final = 3.0
"""Largest gain at the rim. Where light changes across an eye, or skin is burnt out, an eye's surroundings may be far
from what suits its middle."""
_FINEST: Final = 8.0
"""Reach in pixels to which the picture is reduced before the gain is worked out: it is as smooth as that."""


def tinted(painted: Tones, around: Tones, mask: Plane, reach: float) -> Tones:
    """`painted` (H, W, 3) multiplied so that at the rim of `mask` (H, W) 0..1 it meets `around`.

    Ratios are read where both pictures show the same skin, on the mask's soft rim, and spread inwards over
    `reach` pixels.
    """
    return np.asarray(painted * np.exp(_log_gain(painted, around, mask, reach, MAX_GAIN)), np.float32)


def met_at_rim(painted: Tones, around: Tones, mask: Plane, reach: float) -> Tones:
    """`painted` (H, W, 3) with what still parts it from `around` at the rim of `mask` (H, W) 0..1 taken out there.

    For what `tinted` has matched on the whole: a gain of the rim's own, averaged over `reach` pixels along it so that
    lashes across it do not count, which fades out within twice as many pixels inwards.
    """
    gain = _log_gain(painted, around, mask, reach, MAX_GAIN_AT_RIM)
    depth = cv2.distanceTransform((mask > 0.02).astype(np.uint8), cv2.DIST_L2, 3)
    near = unit_smoothstep(np.asarray(1 - depth / (2 * reach), np.float32))
    return np.asarray(painted * np.exp(gain * near[..., None]), np.float32)


def _log_gain(painted: Tones, around: Tones, mask: Plane, reach: float, most: float) -> NDArray[np.float32]:
    """(H, W, 3) logarithms of the gain, none beyond that of `most`."""
    h, w = mask.shape
    shrink = max(reach / _FINEST, 1.0)
    small_wh = (max(round(w / shrink), 1), max(round(h / shrink), 1))
    a, b, m = (
        np.asarray(cv2.resize(p, small_wh, interpolation=cv2.INTER_AREA), np.float32) for p in (around, painted, mask)
    )
    reach /= shrink
    rim = np.asarray(np.clip(4 * m * (1 - m), 0, 1) * (m < 0.6), np.float32)
    soft = max(0.12 * reach, 0.5)
    a, b = (np.asarray(cv2.GaussianBlur(p, (0, 0), soft), np.float32) for p in (a, b))
    limit = float(np.log(most))
    ratio = np.log((np.maximum(a, 0) + 4) / (np.maximum(b, 0) + 4))
    ratio = np.asarray(np.clip(ratio, -1.5 * limit, 1.5 * limit), np.float32)
    gain = np.asarray(np.clip(normalized_convolution(ratio, rim, reach), -limit, limit), np.float32)
    return np.asarray(cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
