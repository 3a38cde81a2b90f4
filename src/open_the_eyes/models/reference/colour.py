"""A donor's irises in a colour that was asked for: their pattern stays, their hue is another."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...imaging.arrays import Tones
from ...imaging.face.lids import EyeShape, lid_distances
from ...imaging.geometry import Box
from ...imaging.luma import LUMA, luma_of
from ...options.eye_style import EyeColor
from ..appearance.irises.colour import NAMED
from ..appearance.irises.colour import recoloured as brought_to

DARKEST: Final = 5
"""Percentile of brightness over iris and pupil, as dark as which any colour is at least: where haze or blur lets
nothing be black, a brown iris is not either."""
LIGHT: Final = 1.7
"""Least brightness of what mirrors the light, in times the iris', even where a white in shadow is no brighter."""


def recoloured(picture: Tones, shape: EyeShape, wanted: EyeColor) -> Tones:
    """The picture (h, w, 3) with one iris brought to a named colour, measured against the white of the same eye."""
    there = lid_distances(shape, Box.of(picture))
    r = shape.iris_radius
    open_here = (there.below_upper > 0.15 * r) & (there.above_lower > 0.05 * r)
    iris = (there.to_iris > 0.45 * r) & (there.to_iris < 0.9 * r) & open_here
    along = there.along / max(shape.width, 1e-6)
    white = (there.to_iris > 1.2 * r) & open_here & (along > 0.08) & (along < 0.92)
    if iris.sum() < 8 or white.sum() < 4:
        return picture
    bright = np.maximum(np.percentile(picture[white], 70, axis=0), 8)
    own = np.maximum(np.median(picture[iris], axis=0), 4)
    asked = np.array(NAMED[wanted]) * bright
    darkest = np.percentile(luma_of(picture[open_here & (there.to_iris < 0.9 * r)]), DARKEST)
    asked = asked * max(1.0, float(darkest) / float(asked @ LUMA))
    disc = np.asarray(np.clip((1.1 * r - there.to_iris) / (0.2 * r), 0, 1) * there.aperture(0.25 * r), np.float32)
    mirrored = bright * max(1.0, LIGHT * float(own @ LUMA) / float(bright @ LUMA))
    brought = brought_to(picture, disc, own, mirrored, asked)
    scaled = picture * np.minimum(asked / own, 1).astype(np.float32)  # its pattern is smooth, and would leave less
    return np.asarray(np.clip(np.maximum(brought, scaled), 0, 255), np.float32)
