"""What shut eyes tell of how dark a face's lashes are.

Lengths are in eye widths; darkness goes from 0, as bright as the skin below the eye, to 1, black.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape, LidDistances, lid_distances
from ....imaging.face.mesh478 import Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ..skin.shut_eye_regions import lash_line_mask, skin_below_mask
from .shut_lashes import DARKEST

ALIKE: Final = 0.1
"""Most by which one shut eye's lash line is taken to be darker than the other's: hair and shadows darken one side,
make-up both."""
HIDDEN: Final = (0.9, 0.78)
"""Brightness of a shut lash line, as a multiple of that of the lids beside it, between which it comes to be believed:
one that is hardly darker is hidden, or lost in the blur."""
LIDS_BESIDE: Final = (0.08, 0.15)
"""Where the lids beside a shut lash line are looked at, from and to above and below it, in eye widths."""
UP_TO: Final = (100.0, 160.0)
"""Eye widths in pixels between which the matching ends: larger eyes have lashes drawn one by one, and a made-up lid's
line."""
DARKEST_SKIN: Final = 12.0
"""Brightness of skin, 0..255, below which nothing is told."""
ALONG: Final = (0.15, 0.85)
"""Where lashes are measured, from and to between the outer corner (0) and the inner one (1)."""
MIN_PIXELS: Final = 8
"""Fewest pixels that tell a darkness."""


@dataclass(frozen=True, slots=True)
class ShutLine:
    """What a shut eye tells.

    Args:
        darkness: of the darkest pixels of its lash line.
        skin: brightness of the skin below, 0..255.
        belief: 0..1, how sure it is that this is the lash line.
    """

    darkness: float
    skin: float
    belief: float = 1.0


def shut_lines(shut: Iterable[tuple[Tones, EyeShape]]) -> dict[Side, ShutLine]:
    """The lines of a face's shut eyes, told by a picture (h, w, 3) of each; without those that cannot be measured."""
    each = [(shape.side, shut_line(photo, shape)) for photo, shape in shut if shape.width < UP_TO[1]]
    found = {side: line for side, line in each if line is not None}
    most = min((line.darkness for line in found.values()), default=0.0) + ALIKE
    return {side: replace(line, darkness=min(line.darkness, most)) for side, line in found.items()}


def shut_line(photo: Tones, shut: EyeShape) -> ShutLine | None:
    """What one shut eye in a picture (h, w, 3) tells; None where too little of it is seen, or in the dark."""
    eye = EyeInPicture.of(photo, shut, 0.8)
    if eye is None:
        return None
    width = max(shut.width, 1e-3)
    skin, line = skin_below_mask(eye.distances, width, ALONG), lash_line_mask(eye.distances, width, ALONG)
    away = np.abs(eye.below)
    lids = eye.between & (away > LIDS_BESIDE[0]) & (away < LIDS_BESIDE[1])
    if min(skin.sum(), line.sum(), lids.sum()) < MIN_PIXELS:
        return None
    usual, beside = (float(np.median(eye.level[there])) for there in (skin, lids))
    if usual < DARKEST_SKIN:
        return None
    darkness = darkest(1 - eye.level[line] / usual)
    return ShutLine(darkness, usual, ramp((1 - darkness) * usual / max(beside, 1), *HIDDEN))


def darkest(darkness: NDArray[np.float32]) -> float:
    """The mean of the darkest few pixels."""
    return float(darkness[darkness >= np.percentile(darkness, 100 - DARKEST)].mean())


@dataclass(frozen=True, slots=True)
class EyeInPicture:
    """An eye in a picture.

    Args:
        part: the picture's part with the eye.
        level: (h, w) of it, 0..255.
        distances: of its pixels, in pixels.
        along: (h, w) from the outer corner to the inner one, eye widths.
        below: (h, w) under the upper lid's edge, eye widths.
        above: (h, w) over the lower lid's edge, eye widths.
        between: (h, w), the columns in which lashes are measured.
    """

    part: Box
    level: Plane
    distances: LidDistances
    along: Plane
    below: Plane
    above: Plane
    between: NDArray[np.bool_]

    @classmethod
    def of(cls, picture: Tones, shape: EyeShape, grown: float) -> EyeInPicture | None:
        """The eye with so many times its size around it; None outside of the picture."""
        part = Box.around(shape.ring).grown(grown).within(picture)
        if part.area < MIN_PIXELS:
            return None
        distances, width = lid_distances(shape, part), max(shape.width, 1e-3)
        along, below, above = (way / width for way in (distances.along, distances.below_upper, distances.above_lower))
        between = (along > ALONG[0]) & (along < ALONG[1])
        return cls(part, luma_of(part.cut(picture)), distances, along, below, above, between)
