"""What the shut eyes of a face tell of its lashes. Lengths are in eye widths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.detail.sharpness import edge_blur
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape, lid_distances
from ....imaging.geometry import Box
from ....imaging.luma import LUMA, luma_of
from ..skin.shut_eye_regions import lash_line_mask, skin_below_mask
from .shut_lashes import DARKEST, LINE

SEEN_FROM: Final = (36.0, 64.0)
"""Eye widths in pixels between which lashes come to be seen."""
CONTRASTS: Final = (0.3, 1.1)
"""How much darker than skin a shut eye's darkest pixels are, as a share: where lashes count as faint, and where as
painted black."""
MADE_UP: Final = (0.6, 0.9)
"""Darkness of a shut eye between 0.04 and 0.1 under its darkest line, as a multiple of that line's, between which
lashes come to count as made up: natural ones let skin through there, mascara and false lashes do not."""
TOLD_FROM: Final = (80.0, 110.0)
"""Eye widths in pixels between which make-up comes to be believed; in small pictures all lashes run together."""
MIN_PIXELS: Final = 20
"""Fewest pixels that tell of lashes, or of the skin below them."""
_ALONG: Final = (0.1, 0.85)
"""Where a shut eye's lashes are measured, from and to between the outer corner (0) and the inner one (1)."""
_MEASURED: Final = 200.0
"""Widest eye that is measured at full size, pixels; a larger one is reduced to this."""


@dataclass(frozen=True, slots=True)
class Lashes:
    """What shut eyes tell of their lashes.

    Args:
        colour: (3,) 0..255.
        strength: how much darker than the skin they are, 0..1.
        length: how far they hang down, eye widths.
        softness: the blur (sigma) of the sharpest edge there, pixels.
        made_up: how closed a band they are, 0..1.
        width: of an eye, pixels.
    """

    colour: NDArray[np.float32]
    strength: float
    length: float
    softness: float
    made_up: float
    width: float


def measured_lashes(shut: Iterable[tuple[Tones, EyeShape]]) -> Lashes | None:
    """The lashes of a face's shut eyes, told by a picture (h, w, 3) of each; None where none can be seen or measured.

    Both eyes of a face get the same, whatever the light does to one of them.
    """
    found = [_measured(photo, shape) for photo, shape in shut if shape.width > SEEN_FROM[0] / 2]
    eyes = [lashes for lashes in found if lashes is not None]
    if not eyes or np.mean([eye.width for eye in eyes]) <= SEEN_FROM[0]:
        return None
    return Lashes(
        colour=np.mean([eye.colour for eye in eyes], axis=0),
        strength=float(np.mean([eye.strength for eye in eyes])),
        length=float(np.mean([eye.length for eye in eyes])),
        softness=float(np.mean([eye.softness for eye in eyes])),
        made_up=float(np.mean([eye.made_up for eye in eyes])),
        width=float(np.mean([eye.width for eye in eyes])),
    )


def _measured(photo: Tones, shut: EyeShape) -> Lashes | None:
    shrink = max(shut.width / _MEASURED, 1.0)
    size_wh = max(round(photo.shape[1] / shrink), 1), max(round(photo.shape[0] / shrink), 1)
    photo = np.asarray(cv2.resize(photo, size_wh, interpolation=cv2.INTER_AREA), np.float32)
    small = shut.reduced(shrink)
    lids = lid_distances(small, Box(0, 0, *size_wh))
    along, below = lids.along / small.width, lids.below_upper / small.width
    inside = (along > _ALONG[0]) & (along < _ALONG[1])
    line = lash_line_mask(lids, small.width, _ALONG)
    skin = skin_below_mask(lids, small.width, _ALONG)
    if line.sum() < MIN_PIXELS or skin.sum() < MIN_PIXELS:
        return None
    level = luma_of(photo)
    bright = np.median(photo[skin], axis=0)
    dark = photo[line & (level <= np.percentile(level[line], DARKEST))].mean(axis=0)
    usual = max(float(bright @ LUMA), 1.0)
    contrast = 1 - float(dark @ LUMA) / usual
    strength = ramp(contrast, *CONTRASTS)
    colour = np.asarray(np.minimum(dark * 0.9, bright * 0.5), np.float32)
    near = inside & (np.abs(below) < 0.2)
    hanging, closed = _band(1 - level / usual, inside, below)
    certainty = ramp(shut.width, *TOLD_FROM)
    made_up = certainty * min(4 * strength, 1.0) * ramp(closed, *MADE_UP)
    strength += (1 - strength) * 0.6 * made_up
    return Lashes(colour, strength, hanging, _softness(level, near) * shrink, made_up, shut.width)


def _band(darkness: Plane, inside: NDArray[np.bool_], below: Plane) -> tuple[float, float]:
    """How far under the lash line, where it is darkest, the darkness falls to two fifths; and how dark it is on the way
    there, as a multiple of the line's."""
    bands = np.arange(-LINE, 0.2, 0.02)
    rows = [darkness[inside & (below > b) & (below <= b + 0.02)] for b in bands]
    profile = np.array([float(row.mean()) if row.size else 0.0 for row in rows])
    peak = int(np.argmax(profile[:6]))
    faint = np.flatnonzero(profile[peak:] < 0.4 * profile[peak])
    closed = float(profile[peak + 2 : peak + 6].mean()) / max(float(profile[peak]), 1e-3)
    return 0.02 * (int(faint[0]) if len(faint) else len(profile) - peak), closed


def _softness(level: Plane, near: NDArray[np.bool_]) -> float:
    """The blur of the sharpest edge there, pixels; 0 where too little is seen of it."""
    part = Box.holding(near)
    if part is None or min(part.width, part.height) < 3:
        return 0.0
    return edge_blur(part.cut(level), part.cut(near))
