"""The darkest of an opened eye, its lash line along the upper lid and its pupil, as dark as the photo has them.

The model and its refiner paint what is likely: where lashes are black or made up, or a photo is hard, both come out
pale. The shut eye tells how dark they are: an open eye's lash line is about as dark as the shut one's, a pupil as its
darkest pixels (`training.lash_line`). What is paler is darkened, the darkest most, so a line keeps the shape that was
painted. Lengths are in eye widths; darkness goes from 0, as bright as the skin below the eye, to 1, black.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp, smoothstep
from ....imaging.face.lids import EyeShape, LidDistances, lid_distances
from ....imaging.face.mesh478 import Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ..skin.shut_eye_regions import lash_line_mask, skin_below_mask
from .shut_lashes import DARKEST

LINE_SHARE: Final = 0.85
"""Share of what a lash line lacks to the shut eye's darkness that it is darkened by."""
LINE_FLOOR: Final = 0.05
"""Darkness that is first taken off the shut eye's."""
UP_TO: Final = (100.0, 160.0)
"""Eye widths in pixels between which the darkening of lash lines ends: larger eyes have lashes drawn one by one, and a
made-up lid's line."""
DARKEST_SKIN: Final = 12.0
"""Brightness of skin, 0..255, below which nothing is told."""
SHUT_LINE: Final = (-0.14, 0.2)
"""Where a shut eye's darkest row may lie under the edge of its lids, from and to in eye widths."""
OPEN_LINE: Final = (-0.09, 0.05)
"""Where an open eye's darkest row may lie under the upper lid's edge, from and to in eye widths."""
ALONG: Final = (0.15, 0.85)
"""Where a row is measured, from and to between the outer corner (0) and the inner one (1)."""
MIN_HALF: Final = 0.02
"""Least half width of a row, in eye widths."""
MIN_HALF_PX: Final = 0.5
"""Least half width of a row, pixels."""
AROUND: Final = (0.07, 0.045)
"""How far above and below its darkest row a line is darkened, in eye widths."""
OUTER_END: Final = (-0.06, 0.06)
"""Places between which the darkening of a line begins: 0 is the outer corner, 1 the inner one."""
INNER_END: Final = (0.65, 1.0)
"""Places between which the darkening of a line ends: 0 is the outer corner, 1 the inner one."""
LINE_FROM: Final = 0.4
"""Least darkness of a line's pixels, as a multiple of the line's."""
LEAST_RISE: Final = 0.05
"""Least difference in darkness over which pixels come to count as a line's."""
PUPIL_FROM: Final = 0.7
"""Least darkness of a pupil's pixels, as a multiple of the pupil's: an iris is not to become one."""
PUPIL_RIM: Final = (0.95, 1.15)
"""Distances from the iris' centre between which the darkening of a pupil ends, in radii of the iris."""
OPENED_OVER: Final = 0.04
"""Distance from the lids' edges over which an iris comes to be wholly seen, in eye widths."""
BLACKEST: Final = 0.95
"""Most darkness that a shut eye is taken to have, and that a pixel gets: no photo's black is quite black."""
MIN_PIXELS: Final = 8
"""Fewest pixels that tell a darkness."""
_STEP: Final = 0.01
"""Distance between rows that are compared, in eye widths."""


@dataclass(frozen=True, slots=True)
class ShutLine:
    """What a shut eye tells.

    Args:
        line: mean darkness of the darkest row along the lids.
        darkest: that of its darkest pixels.
        skin: brightness of the skin below, 0..255.
    """

    line: float
    darkest: float
    skin: float


def shut_lines(shut: Iterable[tuple[Tones, EyeShape]]) -> dict[Side, ShutLine]:
    """The lines of a face's shut eyes, told by a picture (h, w, 3) of each; without those that cannot be measured.

    Both get the fainter one's darkness: hair and shadows darken one side, make-up both.
    """
    each = [(shape.side, shut_line(photo, shape)) for photo, shape in shut if shape.width < UP_TO[1]]
    found = {side: line for side, line in each if line is not None}
    if not found:
        return {}
    faintest_line = min(eye.line for eye in found.values())
    faintest_pixels = min(eye.darkest for eye in found.values())
    return {side: replace(eye, line=faintest_line, darkest=faintest_pixels) for side, eye in found.items()}


def shut_line(photo: Tones, shut: EyeShape) -> ShutLine | None:
    """What one shut eye in a picture (h, w, 3) tells; None where too little of it is seen, or in the dark."""
    eye = EyeInPicture.of(photo, shut, 0.8)
    if eye is None:
        return None
    width = max(shut.width, 1e-3)
    skin, line = skin_below_mask(eye.distances, width, ALONG), lash_line_mask(eye.distances, width, ALONG)
    if min(skin.sum(), line.sum()) < MIN_PIXELS:
        return None
    usual, levels = float(np.median(eye.level[skin])), eye.level[line]
    if usual < DARKEST_SKIN:
        return None
    darkest = float(levels[levels <= np.percentile(levels, DARKEST)].mean())
    return ShutLine(eye.darkest_row(usual, SHUT_LINE)[0], 1 - darkest / usual, usual)


def with_lash_lines(pixels: Tones, mask: Plane, eyes: Iterable[EyeShape], shut: Mapping[Side, ShutLine]) -> Tones:
    """The painted pixels (h, w, 3) with lash lines and pupils as dark as the shut eyes tell, under the mask (h, w)."""
    out = pixels.copy()
    for shape in eyes:
        eye = EyeInPicture.of(pixels, shape, 0.4) if shape.side in shut and shape.width < UP_TO[1] else None
        if eye is not None:
            fade = ramp(shape.width, *UP_TO[::-1])
            gain = 1 + (_gain(eye, shape, shut[shape.side]) - 1) * (fade * eye.part.cut(mask))
            eye.part.cut(out)[...] *= as_three(np.asarray(gain, np.float32))
    return out


def _gain(eye: EyeInPicture, shape: EyeShape, shut: ShutLine) -> Plane:
    """(h, w) 0..1: how bright each pixel of an opened eye is to be, as a multiple."""
    distances, darkness = eye.distances, 1 - eye.level / shut.skin
    row, at = eye.darkest_row(shut.skin, OPEN_LINE)
    lacking = LINE_SHARE * max(min(shut.line, BLACKEST) - LINE_FLOOR - row, 0)
    above = eye.below - at
    line = smoothstep(np.abs(above) / np.where(above < 0, *AROUND), 1, 0)
    line *= smoothstep(eye.along, *OUTER_END) * smoothstep(eye.along, *INNER_END[::-1])
    line *= smoothstep(darkness, LINE_FROM * row, max(row, LINE_FROM * row + LEAST_RISE))
    measured = line[eye.inside & (np.abs(above) < eye.half)]
    more = line * (lacking / max(float(measured.mean()) if measured.size else 0, 0.2))

    to_rim = distances.to_iris / max(shape.iris_radius, 1e-3)
    iris = (distances.aperture(OPENED_OVER * shape.width) > 0.25) & (to_rim < 1.05)
    pupil = max(float(np.percentile(darkness[iris], 95)) if iris.sum() >= MIN_PIXELS else shut.darkest, row)
    if shut.darkest > pupil > 0:
        deep = smoothstep(darkness, PUPIL_FROM * pupil, pupil)
        inside = smoothstep(to_rim, *PUPIL_RIM[::-1]) * distances.aperture(OPENED_OVER * shape.width)
        more = np.maximum(more, (min(shut.darkest, BLACKEST) - pupil) * deep * inside)
    most = np.maximum(darkness, min(max(shut.darkest, shut.line), BLACKEST))
    wanted = np.minimum(darkness + more, most)
    return np.asarray(np.clip((1 - wanted) / np.maximum(1 - darkness, 0.02), 0, 1), np.float32)


@dataclass(frozen=True, slots=True)
class EyeInPicture:
    """An eye in a picture.

    Args:
        part: the picture's part with the eye.
        level: (h, w) of it, 0..255.
        distances: of its pixels, in pixels.
        along: (h, w) from the outer corner to the inner one, eye widths.
        below: (h, w) under the upper lid's edge, eye widths.
        inside: (h, w) where a row is measured.
        half: half the width of a row, eye widths.
    """

    part: Box
    level: Plane
    distances: LidDistances
    along: Plane
    below: Plane
    inside: NDArray[np.bool_]
    half: float

    @classmethod
    def of(cls, picture: Tones, shape: EyeShape, grown: float) -> EyeInPicture | None:
        """The eye with so many times its size around it; None outside of the picture."""
        part = Box.around(shape.ring).grown(grown).within(picture)
        if part.area < MIN_PIXELS:
            return None
        distances, width = lid_distances(shape, part), max(shape.width, 1e-3)
        along, below = distances.along / width, distances.below_upper / width
        inside = (along > ALONG[0]) & (along < ALONG[1])
        level = luma_of(part.cut(picture))
        return cls(part, level, distances, along, below, inside, max(MIN_HALF, MIN_HALF_PX / width))

    def darkest_row(self, skin: float, between: tuple[float, float]) -> tuple[float, float]:
        """How dark the darkest row along the upper lid is, and how far under its edge it lies."""
        first = between[0] - self.half
        count = round((between[1] - first + self.half) / _STEP)
        place = np.floor((self.below[self.inside] - first) / _STEP).astype(np.intp)
        in_range = (place >= 0) & (place < count)
        levels, place = self.level[self.inside][in_range], place[in_range]
        window = np.ones(2 * round(self.half / _STEP))
        sums, numbers = (
            np.convolve(np.bincount(place, weights, count), window, "valid")
            for weights in (levels, np.ones(len(place)))
        )
        rows = np.where(numbers >= MIN_PIXELS / 2, 1 - sums / np.maximum(numbers, 1) / skin, 0)
        best = int(np.argmax(rows))
        return float(rows[best]), between[0] + best * _STEP
