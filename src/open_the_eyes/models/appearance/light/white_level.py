"""How bright the whites of opened eyes are, as the light on the face tells.

The model paints them as so many times as bright as the skin. But whites are as white beside dark skin as beside fair
skin: what makes them darker is the shade that the eye lies in. That is seen on the skin: how much darker it is below
the eye than where the face is brightest. Whites so found are believed by half beside those that were painted; on
photographed people they are nearer to the truth (`training.white_level`). Levels are 0..255.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ....imaging.arrays import Plane, Tones, to_tones
from ....imaging.binary_masks import filled
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape, lid_distances
from ....imaging.face.mesh478 import FACE_OVAL, Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ....roles import Crop
from ..irises.ball import ball_of
from ..refiner import PaintedEyes
from ..skin.shut_eye_regions import MIN_PIXELS, shrink_around, skin_below_mask

LIT_WHITE: Final = 148.0
"""Level of a white beside an iris in the light that the face's brightest skin is in."""
BRIGHTEST: Final = 95
"""Percentile of brightness of the skin around both eyes that counts as in full light."""
BELIEVED: Final = 0.5
"""Weight of a white told by the skin beside the painted one, in logarithms, 0..1."""
WHITE_GAIN: Final = (0.8, 1.35)
"""Least and largest factor by which a white changes."""
EDGE: Final = 0.12
"""Distance from the lids within which the change sets in, in radii of the iris."""
RIM: Final = (0.98, 1.14)
"""Distances from the iris' centre between which the change sets in, in its radii."""


def white_levels(crop: Crop, shut: Mapping[Side, EyeShape]) -> dict[Side, float]:
    """Of each shut eye, how bright its white is to be beside the iris; none where too little skin is seen."""
    step = shrink_around(max((shape.width for shape in shut.values()), default=1.0))
    level, mask = luma_of(to_tones(crop.pixels[::step, ::step])), crop.mask[::step, ::step]
    around = level[(filled(level.shape, crop.landmarks[FACE_OVAL, :2] / step) > 0) & (mask <= 0)]
    if around.size < MIN_PIXELS:
        return {}
    brightest = max(float(np.percentile(around, BRIGHTEST)), 1.0)
    below = {side: _skin_level_below(level, shape.reduced(step)) for side, shape in shut.items()}
    return {side: LIT_WHITE * skin / brightest for side, skin in below.items() if skin is not None}


def with_white_levels(painted: list[PaintedEyes], wanted: Mapping[Side, float]) -> list[PaintedEyes]:
    """The painted pieces with their whites that bright, as far as that is believed, under their masks."""
    out = []
    for piece in painted:
        pixels = piece.pixels.copy()
        for side, shape in piece.shapes.items():
            ball = ball_of(piece.pixels, shape) if side in wanted else None
            if ball is None:
                continue
            gain = float(np.clip((wanted[side] / ball.white_level) ** BELIEVED, *WHITE_GAIN))
            between = np.clip(np.minimum(ball.below_upper, ball.above_lower) / EDGE, 0, 1)
            white = np.asarray(between * ramp(ball.from_centre, *RIM), np.float32)
            here: Tones = ball.part.cut(pixels)
            here *= as_three(1 + (gain - 1) * white * ball.part.cut(piece.mask))
        out.append(replace(piece, pixels=np.asarray(np.clip(pixels, 0, 255), np.float32)))
    return out


def _skin_level_below(level: Plane, shut: EyeShape) -> float | None:
    part = Box.around(shut.ring).grown(1.0).within(level)
    if part.area < MIN_PIXELS:
        return None
    skin = skin_below_mask(lid_distances(shut.seen_from(part), Box.of(part.cut(level))), shut.width)
    return float(np.median(part.cut(level)[skin])) if skin.sum() >= MIN_PIXELS else None
