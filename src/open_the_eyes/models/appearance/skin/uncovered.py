"""A face without the cloth over its lower half: what eyes are predicted from sees skin there.

The view of the whole face is left out. To the network that tells its traits a mask is one of them, and skin in its
place is no better.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Rgb, Tones, joint, to_levels, to_tones
from ....imaging.binary_masks import BinaryMask, between
from ....imaging.channels import as_three
from ....imaging.face.mesh478 import CHIN, FOREHEAD, OUTER_CORNER, SIDES
from ....imaging.geometry import across, along_and_across
from ....imaging.lashes.tips import without_tips
from ....imaging.smooth import reduced, shrink_for, smoothed
from ....roles import Crop
from ..pieces import larger_eye_width

REACH: Final = 0.12
"""Standard deviation of a Gaussian by which skin goes on under the cloth, in distances between the outer eye
corners."""
FAR: Final = 0.05
"""Weight of the skin on the whole beside the skin nearby."""
ABOVE: Final = 0.12
"""How far above the line between the outer corners the skin on the whole begins, in their distance: it is what lies
between them down to the cloth, shut lids and the bridge of the nose."""
HAIR: Final = 0.25
"""Largest difference from the colour of the skin on the whole, in logarithms of any of the three: more is hair or what
is behind the face."""


def uncovered(crop: Crop) -> Crop:
    """The crop with skin where cloth is, and without a view; and with skin past the face's outline beside an eye.
    Itself where there is neither."""
    over = joint(crop.cloth, crop.behind)
    if over is None:
        return crop
    seen = over < 0.05
    left, right = (crop.landmarks[OUTER_CORNER[side], :2] for side in SIDES)
    axis = right - left
    down = across(axis, crop.landmarks[CHIN, :2] - crop.landmarks[FOREHEAD, :2])
    along, below = along_and_across(seen.shape, left, axis, down)
    skin = crop.pixels[seen & between(along, (0, 1)) & (below > -ABOVE)]
    if not len(skin):
        return crop
    usual, reach = np.median(skin, axis=0).astype(np.float32), REACH * float(np.hypot(*axis))
    pixels = _filled(crop.pixels, over, seen & (crop.mask == 0), usual, reach)
    mask = crop.mask if crop.behind is None else np.asarray(crop.mask * (1 - crop.behind), np.float32)
    return replace(crop, pixels=pixels, mask=mask, view=crop.view if crop.cloth is None else None)


def lashless_behind(crop: Crop) -> Rgb:
    """The crop's pixels without the ends of lashes that are seen past the face's outline."""
    if crop.behind is None or crop.tips is None:
        return crop.pixels
    width = larger_eye_width(crop)
    return without_tips(crop.pixels, np.asarray(crop.tips * (crop.behind > 0), np.float32), width)


def _filled(pixels: Rgb, cloth: Plane, beside: BinaryMask, usual: NDArray[np.float32], reach: float) -> Rgb:
    """Normalised convolution (Knutsson & Westin 1993) of the skin that is seen `beside` the eyes; (3,) is `usual`."""
    shrink = shrink_for(reach)
    small = reduced(pixels, shrink)
    unlike = np.abs(np.log((small + 1) / (usual + 1))).max(axis=2)
    skin = reduced(beside.astype(np.float32), shrink) * (unlike < HAIR)
    near: Tones = smoothed(small * as_three(skin), reach / shrink)
    small_fill = (near + FAR * usual) / as_three(smoothed(skin, reach / shrink) + np.float32(FAR))
    tones = to_tones(pixels)
    fill = np.asarray(
        cv2.resize(small_fill, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32
    )
    return to_levels(tones + (fill - tones) * as_three(cloth))
