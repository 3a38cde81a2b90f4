"""A donor's irises in a colour that was asked for: their pattern stays, their hue is another."""

from __future__ import annotations

import numpy as np

from ...imaging.arrays import Tones
from ...imaging.geometry import Box
from ...imaging.lids import EyeShape, lid_distances
from ...options.eye_style import EyeColor
from ..appearance.iris import NAMED
from ..appearance.iris import recoloured as brought_to


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
    disc = np.asarray(np.clip((1.1 * r - there.to_iris) / (0.2 * r), 0, 1) * there.aperture(0.25 * r), np.float32)
    return np.asarray(
        np.clip(brought_to(picture, disc, own, bright, np.array(NAMED[wanted]) * bright), 0, 255), np.float32
    )
