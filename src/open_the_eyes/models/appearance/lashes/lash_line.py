"""Lashes along both lids and the pupil of an opened eye, as dark as its photo has them.

The model and its refiner paint what is likely, so that fair lashes come out too dark, black or made up ones and those
of a hard photo too pale. The shut eye tells how dark they are: the darkest along an open eye's upper lid is as dark as
the darkest of the shut lash line; lower lashes and pupils go with it (`training.lash_line`). The darkest pixels change
most, so that a line keeps the shape that was painted. Lengths are in eye widths; darkness goes from 0, as bright as the
skin below the eye, to 1, black.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from ....imaging.face.lids import EyeShape, LidDistances, lid_distances
from ....imaging.face.mesh478 import Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ..refiner import PaintedEyes
from ..skin.shut_eye_regions import lash_line_mask, skin_below_mask
from .shut_lashes import DARKEST

BLACKEST: Final = 0.95
"""Most darkness that anything gets: no photo's black is quite black."""


class Follows(NamedTuple):
    """How a part of an open eye follows the darkness of the shut lash line.

    Args:
        multiple, added: its darkness is that multiple of the line's, and what is added to it.
        share: of what a painted one is off it changes by.
    """

    multiple: float
    added: float
    share: float

    def off(self, shut: float, painted: float) -> float:
        """How much darker it is to be than it was painted, all of it."""
        return min(self.multiple * shut + self.added, BLACKEST) - painted


UPPER: Final = Follows(multiple=1.08, added=-0.07, share=0.85)
"""Lashes along the upper lid."""
LOWER: Final = Follows(multiple=0.6, added=0.02, share=0.4)
"""Lashes along the lower lid, which the shut eye tells less surely."""
PUPIL: Final = Follows(multiple=0.61, added=0.4, share=0.85)
"""The pupil, which is dark beside fair lashes, too."""
PUPIL_PALED: Final = 0.08
"""Most darkness that an iris with its pupil loses: beside fair lashes it would look blind."""
ALIKE: Final = 0.1
"""Most by which one shut eye's lash line is taken to be darker than the other's: hair and shadows darken one side,
make-up both."""
FAINTEST: Final = (0.2, 0.35)
"""Darkness of a shut lash line between which it comes to be believed: one that is fainter is hidden."""
UP_TO: Final = (100.0, 160.0)
"""Eye widths in pixels between which the matching ends: larger eyes have lashes drawn one by one, and a made-up lid's
line."""
DARKEST_SKIN: Final = 12.0
"""Brightness of skin, 0..255, below which nothing is told."""
BESIDE: Final = 0.1
"""How far from a lid's edge its lashes are measured, in eye widths."""
REACH: Final = (-0.03, 0.02, 0.1, 0.14)
"""How far from a lid's edge lashes begin to change, wholly change, cease to wholly change and change no more, in eye
widths."""
ALONG: Final = (0.15, 0.85)
"""Where lashes are measured, from and to between the outer corner (0) and the inner one (1)."""
OUTER_END: Final = (-0.06, 0.06)
"""Places between which the change begins: 0 is the outer corner, 1 the inner one."""
INNER_END: Final = (0.65, 1.0)
"""Places between which the change ends: 0 is the outer corner, 1 the inner one."""
DARKENED_FROM: Final = 0.4
"""Least darkness of pixels that are darkened, as a multiple of that of the lashes."""
MOST: Final = (-0.6, 1.0)
"""Most by which lashes are paled and darkened, as multiples of what they are darker than the lid beside them: paled
more they would be light lines, and where nothing stands out there are none to darken."""
LEAST_RISE: Final = 0.05
"""Least difference in darkness over which pixels come to count as lashes."""
PUPIL_FROM: Final = 0.7
"""Least darkness of a pupil's pixels, as a multiple of the pupil's: an iris is not to become one."""
PUPIL_RIM: Final = (0.95, 1.15)
"""Distances from the iris' centre between which the darkening of a pupil ends, in radii of the iris."""
IRIS_SEEN: Final = 0.5
"""Share of a pixel that is iris and seen, from which on it tells how dark a pupil is."""
OPENED_OVER: Final = 0.04
"""Distance from the lids' edges over which an iris comes to be wholly seen, in eye widths."""
PALEST: Final = 2.5
"""Most that a pixel's brightness is multiplied by."""
MIN_PIXELS: Final = 8
"""Fewest pixels that tell a darkness."""


@dataclass(frozen=True, slots=True)
class ShutLine:
    """What a shut eye tells.

    Args:
        darkness: of the darkest pixels of its lash line.
        skin: brightness of the skin below, 0..255.
    """

    darkness: float
    skin: float


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
    if min(skin.sum(), line.sum()) < MIN_PIXELS:
        return None
    usual = float(np.median(eye.level[skin]))
    return None if usual < DARKEST_SKIN else ShutLine(_darkest(1 - eye.level[line] / usual), usual)


def with_lash_lines(painted: Sequence[PaintedEyes], shut: Mapping[Side, ShutLine]) -> list[PaintedEyes]:
    """The pieces of one photo with lashes and pupils as dark as the shut eyes tell, under their masks; both irises
    change alike."""
    pieces = [_matched_eyes(eyes, shut) for eyes in painted]
    pupils = [off for piece in pieces for eye in piece if (off := eye.pupil_off) is not None]
    pupil_off = PUPIL.share * max(fmean(pupils), -PUPIL_PALED) if pupils else 0.0
    out = []
    for eyes, piece in zip(painted, pieces, strict=True):
        pixels = eyes.pixels.copy()
        for eye in piece:
            share = ramp(eye.shape.width, *UP_TO[::-1]) * ramp(eye.shut.darkness, *FAINTEST)
            gain = 1 + (eye.gain(pupil_off) - 1) * (share * eye.seen.part.cut(eyes.mask))
            eye.seen.part.cut(pixels)[...] *= as_three(np.asarray(gain, np.float32))
        out.append(replace(eyes, pixels=pixels))
    return out


def _matched_eyes(eyes: PaintedEyes, shut: Mapping[Side, ShutLine]) -> list[MatchedEye]:
    """Those of a piece whose shut eyes tell how dark they are."""
    found = []
    for side, shape in eyes.shapes.items():
        seen = EyeInPicture.of(eyes.pixels, shape, 0.4) if side in shut and shape.width < UP_TO[1] else None
        if seen is not None:
            found.append(MatchedEye(seen, shape, shut[side]))
    return found


def lashes_of_lid(eye: EyeInPicture, beside: Plane, skin: float) -> tuple[float, float] | None:
    """How dark the lid beside the edge of an open eye is, and the lashes on it, at skin so bright; None where too
    little is seen.

    Args:
        beside: (h, w), distance from the lid's edge, away from the eye, eye widths.
    """
    there = eye.inside & (beside > 0) & (beside < BESIDE)
    if np.count_nonzero(there) < MIN_PIXELS:
        return None
    darkness = 1 - eye.level[there] / skin
    return float(np.median(darkness)), _darkest(darkness)


def _darkest(darkness: NDArray[np.float32]) -> float:
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
        inside: (h, w) where lashes are measured.
    """

    part: Box
    level: Plane
    distances: LidDistances
    along: Plane
    below: Plane
    above: Plane
    inside: NDArray[np.bool_]

    @classmethod
    def of(cls, picture: Tones, shape: EyeShape, grown: float) -> EyeInPicture | None:
        """The eye with so many times its size around it; None outside of the picture."""
        part = Box.around(shape.ring).grown(grown).within(picture)
        if part.area < MIN_PIXELS:
            return None
        distances, width = lid_distances(shape, part), max(shape.width, 1e-3)
        along, below, above = (way / width for way in (distances.along, distances.below_upper, distances.above_lower))
        inside = (along > ALONG[0]) & (along < ALONG[1])
        return cls(part, luma_of(part.cut(picture)), distances, along, below, above, inside)


@dataclass(frozen=True)
class MatchedEye:
    """A painted eye, and what the shut one tells of it."""

    seen: EyeInPicture
    shape: EyeShape
    shut: ShutLine

    @cached_property
    def darkness(self) -> Plane:
        """(h, w) of the part."""
        return 1 - self.seen.level / self.shut.skin

    @cached_property
    def iris(self) -> Plane:
        """(h, w) 0..1: where the iris is, and seen."""
        within = smoothstep(self.seen.distances.to_iris / max(self.shape.iris_radius, 1e-3), *PUPIL_RIM[::-1])
        return within * self.seen.distances.aperture(OPENED_OVER * self.shape.width)

    @cached_property
    def pupil(self) -> float | None:
        """The darkness of the pupil; None where too little is seen."""
        seen = self.darkness[self.iris > IRIS_SEEN]
        return _darkest(seen) if seen.size >= MIN_PIXELS else None

    @property
    def pupil_off(self) -> float | None:
        """How much darker it is to be."""
        return None if self.pupil is None else PUPIL.off(self.shut.darkness, self.pupil)

    def gain(self, pupil_off: float) -> Plane:
        """(h, w): how bright each pixel is to be, as a multiple; its pupil gets darker by `pupil_off`."""
        lashes = self._lashes(-self.seen.below, UPPER) + self._lashes(-self.seen.above, LOWER)
        made = self.darkness + lashes * (1 - self.iris) + self._iris(pupil_off)
        made = np.minimum(made, np.maximum(self.darkness, BLACKEST))
        return np.asarray(np.clip((1 - made) / np.maximum(1 - self.darkness, 0.02), 0, PALEST), np.float32)

    def _lashes(self, beside: Plane, follows: Follows) -> Plane:
        """(h, w): how much darker the lashes of a lid become; `beside` as for `lashes_of_lid`."""
        found = lashes_of_lid(self.seen, beside, self.shut.skin)
        if found is None:
            return np.zeros_like(self.darkness)
        lid, lashes = found
        paler, darker = (most * (lashes - lid) for most in MOST)
        off = follows.share * min(max(follows.off(self.shut.darkness, lashes), paler), darker)
        along = self.seen.along
        there = smoothstep(beside, *REACH[:2]) * smoothstep(beside, *REACH[:1:-1])
        there *= smoothstep(along, *OUTER_END) * smoothstep(along, *INNER_END[::-1])
        least = lid if off < 0 else DARKENED_FROM * lashes
        return np.asarray(off * there * smoothstep(self.darkness, least, max(lashes, least + LEAST_RISE)), np.float32)

    def _iris(self, off: float) -> Plane:
        """(h, w): how much darker the pupil becomes, or all of the iris where it becomes paler."""
        if self.pupil is None:
            return np.zeros_like(self.darkness)
        least = 0 if off < 0 else PUPIL_FROM * self.pupil
        return np.asarray(
            off * self.iris * smoothstep(self.darkness, least, max(self.pupil, least + LEAST_RISE)), np.float32
        )
