"""Training faces with their eyes painted shut, so that the regressions learn from what a blink really leaves.

A shut eye pulls its surroundings along: landmarks of cheeks and brows sag, the skin near the eye grows lighter. Learnt
from open eyes alone, the predictions lean the wrong way, for instance towards lighter irises.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.demo.blink_lashes import LashLine
from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box, transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import to_mean_shape
from open_the_eyes.roles import Eye, Face

from ..faces import Portrait, detector

EVERY = 3
"""One face in so many is painted."""
LASH_LINE: Final = LashLine(half_width=(0.014, 0.009), colour=(0.85, 0.45))
"""Thinner and paler than photographed ones. Learnt from lines as dark as those, the model was as good within the
intervals of all figures, and gave a dark-skinned man light irises."""


@dataclass(frozen=True, slots=True)
class Blink:
    """A painted blink: its pixels and landmarks, and all points as they were with open eyes, on the strip of the shut
    face."""

    shut: Portrait
    points: Points


def blink_of(portrait: Portrait) -> Blink | None:
    """The portrait with both eyes shut, its landmarks found anew; None where the face is lost."""
    pixels = paint_blink(portrait.pixels, portrait.landmarks, line=LASH_LINE)
    unmeasured = {side: Eye(1.0, 0.0) for side in SIDES}
    before = Face(Box.around(portrait.landmarks), portrait.landmarks, unmeasured, 0.0, 0.0, 1.0)
    face = detector().measure(pixels, before)
    if face is None:
        return None
    points = layout.points_on_strip(face.landmarks)
    opened = transformed(portrait.landmarks, layout.to_strip(face.landmarks))[layout.MESH]
    points[layout.HIDDEN_AT] = opened[layout.HIDDEN_AT]
    return Blink(Portrait(portrait.path, pixels, face.landmarks), points)


def blinks(portraits: Sequence[Portrait], workers: int) -> list[Blink | None]:
    """A blink for each portrait, None where there is none."""
    with ProcessPoolExecutor(workers) as pool:
        return list(track(pool.map(blink_of, portraits, chunksize=8), "blinks", total=len(portraits)))


def features_of(
    model: AppearanceModel, blink: Blink, traits: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the regressions see of a blink: texture features (of open corners) and shape features (of shut ones).

    Args:
        traits: what `FaceTraits` says of it.
    """
    strip = to_mean_shape(blink.shut.pixels, blink.shut.landmarks, blink.points, model.mean_points)
    skin = model.skin_of(strip)
    relative = model.relative(strip, skin)
    return model.texture_features(relative, blink.points, skin, traits), model.shape_features(
        layout.points_on_strip(blink.shut.landmarks), traits
    )
