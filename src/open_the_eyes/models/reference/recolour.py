"""A donor's irises in a colour that was asked for: their pattern stays, their hue is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Tones
from ...imaging.face.lids import EyeShape, LidDistances, lid_distances
from ...imaging.geometry import Box
from ...imaging.luma import LUMA, luma_of
from ...options.eye_style import EyeColor
from ..appearance.irises.colour import NAMED, out_of_shadow, with_iris_colour

DARKEST: Final = 5
"""Percentile of brightness over iris and pupil, as dark as which any colour is at least: where haze or blur lets
nothing be black, a brown iris is not either."""
LIGHT: Final = 1.7
"""Least brightness of what mirrors the light, in times the iris', even where a white in shadow is no brighter."""
MIN_IRIS_PIXELS: Final = 8
"""Fewest pixels that tell an iris' colour."""
MIN_WHITE_PIXELS: Final = 4
"""Fewest pixels that tell a white's colour."""
MIN_SKIN_PIXELS: Final = 16
"""Fewest pixels that tell the colour of the skin beside an eye."""


@dataclass(frozen=True, slots=True)
class EyeColours:
    """The colours of one eye, in levels.

    Args:
        iris: (3,).
        white: (3,), None where too little of it is seen.
        darkest: brightness of the darkest of iris and pupil.
    """

    iris: NDArray[np.float64]
    white: NDArray[np.float64] | None
    darkest: float


def eye_colours(picture: Tones, shape: EyeShape, skin: Plane) -> EyeColours | None:
    """One eye of a picture (h, w, 3) as it was photographed, before its iris is turned; None where too little of the
    iris is seen. The `skin` beside it (h, w), where it is above 0, tells a white that lies in shadow."""
    lids = lid_distances(shape, Box.of(picture))
    open_here, r = _open(lids, shape), shape.iris_radius
    iris = (lids.to_iris > 0.45 * r) & (lids.to_iris < 0.9 * r) & open_here
    if iris.sum() < MIN_IRIS_PIXELS:
        return None
    along = lids.along / max(shape.width, 1e-6)
    beside = (lids.to_iris > 1.2 * r) & open_here & (along > 0.08) & (along < 0.92)
    white: NDArray[np.float64] | None = None
    if beside.sum() >= MIN_WHITE_PIXELS:
        white = np.maximum(np.percentile(picture[beside], 70, axis=0), 8).astype(np.float64)
        bare = picture[skin > 0]
        white = out_of_shadow(white, np.median(bare, axis=0)) if len(bare) >= MIN_SKIN_PIXELS else white
    own = np.maximum(np.median(picture[iris], axis=0), 4).astype(np.float64)
    darkest = np.percentile(luma_of(picture[open_here & (lids.to_iris < 0.9 * r)]), DARKEST)
    return EyeColours(own, white, float(darkest))


@dataclass(frozen=True, slots=True)
class Recolouring:
    """What brings the irises of one person, which are alike, to a colour.

    Args:
        gain: (3,), by which a colour of the iris is multiplied.
        white: (3,), of the eyes, in times the iris'.
    """

    gain: NDArray[np.float64]
    white: NDArray[np.float64]

    @classmethod
    def of(cls, eyes: Iterable[EyeColours | None], wanted: EyeColor) -> Recolouring | None:
        """To a named colour beside their whites; None where no white is seen.

        Both eyes are measured together: what tells in which light an iris lies is the iris, for a white may lie in the
        shadow of a lid on one side, and two irises that were alike would come out in two colours.
        """
        both = [one for one in eyes if one is not None]
        ratios = [np.log(one.white / one.iris) for one in both if one.white is not None]
        if not ratios:
            return None
        white = np.exp(np.mean(ratios, axis=0))
        gain = np.array(NAMED[wanted]) * white
        faded = max(one.darkest / float((gain * one.iris) @ LUMA) for one in both)
        return cls(gain * max(1.0, faded), np.asarray(white))

    def applied(self, picture: Tones, shape: EyeShape, eye: EyeColours) -> Tones:
        """The picture (h, w, 3) with one iris in the new colour; `shape` is where it has been turned to."""
        lids, r = lid_distances(shape, Box.of(picture)), shape.iris_radius
        asked, white = self.gain * eye.iris, self.white * eye.iris
        disc = np.asarray(np.clip((1.1 * r - lids.to_iris) / (0.2 * r), 0, 1) * lids.aperture(0.25 * r), np.float32)
        mirrored = white * max(1.0, LIGHT * float(eye.iris @ LUMA) / float(white @ LUMA))
        brought = with_iris_colour(picture, disc, eye.iris, mirrored, asked)
        scaled = picture * np.minimum(self.gain, 1).astype(np.float32)  # its pattern is smooth, and would leave less
        return np.asarray(np.clip(np.maximum(brought, scaled), 0, 255), np.float32)


def _open(lids: LidDistances, shape: EyeShape) -> NDArray[np.bool_]:
    """(h, w): between the lids, away from their shadow."""
    r = shape.iris_radius
    return np.asarray((lids.below_upper > 0.15 * r) & (lids.above_lower > 0.05 * r), np.bool_)
