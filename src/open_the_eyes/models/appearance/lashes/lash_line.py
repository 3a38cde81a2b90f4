"""Lashes along both lids and the pupil of an opened eye, as dark as its photo has them.

The model and its refiner paint what is likely, so that fair lashes come out too dark, black or made up ones and those
of a hard photo too pale. The shut eye tells how dark they are: the darkest along an open eye's upper lid is as dark as
the darkest of the shut lash line; lower lashes and pupils go with it (`training.lash_line`). The darkest pixels change
most, so that a line keeps the shape that was painted. Lengths are in eye widths; darkness goes from 0, as bright as the
skin below the eye, to 1, black.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from ....imaging.arrays import Plane
from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import Side
from ..refiner import PaintedEyes
from .shut_lines import MIN_PIXELS, UP_TO, EyeInPicture, ShutLine, darkest

BLACKEST: Final = 0.95
"""Most darkness that anything gets: no photo's black is quite black."""


class Follows(NamedTuple):
    """How a part of an open eye follows the darkness of the shut lash line: between what photographed blinks tell
    (`training.lash_line`) and what painted ones do on portraits and everyday photos.

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
"""Most by which a pupil is taken to be too dark: beside fair lashes irises paled further would look blind."""
BESIDE: Final = 0.1
"""How far from a lid's edge its lashes are measured, in eye widths."""
REACH: Final = (-0.03, 0.02, 0.1, 0.14)
"""How far from a lid's edge lashes begin to change, wholly change, cease to wholly change and change no more, in eye
widths."""
OUTER_END: Final = (-0.06, 0.06)
"""Places between which the change begins: 0 is the outer corner, 1 the inner one."""
INNER_END: Final = (0.65, 1.0)
"""Places between which the change ends: 0 is the outer corner, 1 the inner one."""
DARKENED_FROM: Final = 0.4
"""Least darkness of pixels that are darkened, as a multiple of that of the lashes."""
MOST: Final = (-0.6, 1.0)
"""Most that lashes are taken to be off, too dark and too pale, as multiples of what they are darker than the lid beside
them: paled more they would be light lines, and where nothing stands out there are none to darken."""
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


def with_matched_lashes(
    painted: Sequence[PaintedEyes], shut: Mapping[Side, ShutLine], irises_known: bool
) -> list[PaintedEyes]:
    """The pieces of one photo with lashes and pupils as dark as the shut eyes tell, under their masks.

    Pupils change alike, and only where all shut eyes tell.

    Args:
        irises_known: whether they are painted after an open eye of the person: then they stay as they are.
    """
    pieces = [_matched_eyes(eyes, shut) for eyes in painted]
    matched = [eye for piece in pieces for eye in piece]
    pupils = [off for eye in matched if (off := eye.pupil_off) is not None]
    pupil_off = 0.0
    if pupils and len(pupils) == sum(len(eyes.shapes) for eyes in painted) and not irises_known:
        pupil_off = PUPIL.share * max(fmean(pupils), -PUPIL_PALED) * fmean(eye.share for eye in matched)
    out = []
    for eyes, piece in zip(painted, pieces, strict=True):
        pixels = eyes.pixels.copy()
        for eye in piece:
            gain = 1 + (eye.gain(pupil_off) - 1) * eye.picture.part.cut(eyes.mask)
            eye.picture.part.cut(pixels)[...] *= as_three(np.asarray(gain, np.float32))
        out.append(replace(eyes, pixels=pixels))
    return out


def _matched_eyes(eyes: PaintedEyes, shut: Mapping[Side, ShutLine]) -> list[MatchedEye]:
    """Those of a piece whose shut eyes tell how dark they are."""
    found = []
    for side, shape in eyes.shapes.items():
        picture = EyeInPicture.of(eyes.pixels, shape, 0.4) if side in shut and shape.width < UP_TO[1] else None
        if picture is not None:
            found.append(MatchedEye(picture, shape, shut[side]))
    return found


def lashes_of_lid(eye: EyeInPicture, beside: Plane, skin: float) -> tuple[float, float] | None:
    """How dark the lid beside the edge of an open eye is, and the lashes on it, at skin so bright; None where too
    little is seen.

    Args:
        beside: (h, w), distance from the lid's edge, away from the eye, eye widths.
    """
    there = eye.between & (beside > 0) & (beside < BESIDE)
    if np.count_nonzero(there) < MIN_PIXELS:
        return None
    darkness = 1 - eye.level[there] / skin
    return float(np.median(darkness)), darkest(darkness)


@dataclass(frozen=True)
class MatchedEye:
    """A painted eye, and what the shut one tells of it."""

    picture: EyeInPicture
    shape: EyeShape
    shut: ShutLine

    @property
    def share(self) -> float:
        """0..1: how much of its change it gets."""
        return ramp(self.shape.width, *UP_TO[::-1]) * self.shut.belief

    @cached_property
    def darkness(self) -> Plane:
        """(h, w) of the part."""
        return 1 - self.picture.level / self.shut.skin

    @cached_property
    def iris(self) -> Plane:
        """(h, w) 0..1: where the iris is, between the lids."""
        within = smoothstep(self.picture.distances.to_iris / max(self.shape.iris_radius, 1e-3), *PUPIL_RIM[::-1])
        return within * self.picture.distances.aperture(OPENED_OVER * self.shape.width)

    @cached_property
    def pupil(self) -> float | None:
        """The darkness of the pupil; None where too little is seen."""
        clear = self.darkness[self.iris > IRIS_SEEN]
        return darkest(clear) if clear.size >= MIN_PIXELS else None

    @property
    def pupil_off(self) -> float | None:
        """How much darker it is to be."""
        return None if self.pupil is None else PUPIL.off(self.shut.darkness, self.pupil)

    def gain(self, pupil_off: float) -> Plane:
        """(h, w): how bright each pixel is to be, as a multiple; its pupil gets darker by `pupil_off`."""
        lashes = self._lashes(-self.picture.below, UPPER) + self._lashes(-self.picture.above, LOWER)
        made = self.darkness + self.share * lashes * (1 - self.iris) + self._iris(pupil_off)
        made = np.minimum(made, np.maximum(self.darkness, BLACKEST))
        return np.asarray(np.maximum((1 - made) / np.maximum(1 - self.darkness, 0.02), 0), np.float32)

    def _lashes(self, beside: Plane, follows: Follows) -> Plane:
        """(h, w): how much darker the lashes of a lid become; `beside` as for `lashes_of_lid`."""
        found = lashes_of_lid(self.picture, beside, self.shut.skin)
        if found is None:
            return np.zeros_like(self.darkness)
        lid, lashes = found
        paler, darker = (most * (lashes - lid) for most in MOST)
        off = follows.share * min(max(follows.off(self.shut.darkness, lashes), paler), darker)
        along = self.picture.along
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
