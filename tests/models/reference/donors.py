"""Donors made of photos, and what becomes of a face with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.reference.choice import RankedDonor, ranked
from open_the_eyes.models.reference.generator import ReferenceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.options.eye_style import PLAIN_STYLE, EyeStyle
from open_the_eyes.origins import DonorOrigin, ReferenceFace
from open_the_eyes.roles import Crop, Donor, Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

PLAIN = GenerateOptions()
SHOT = ReferenceFace("shot2.jpg", 1, 1)


def donor(engine: Engine, pixels: Rgb, sides: tuple[Side, ...] = SIDES, origin: DonorOrigin = SHOT) -> Donor:
    (face,) = engine.detector.detect(pixels)
    return Donor(crop(pixels, face, sides), origin, 0.9)


def in_order(target: Crop, donors: Sequence[Donor]) -> list[RankedDonor]:
    """The donors as they are ranked."""
    return ranked(target, donors, _partner())


@cache
def _partner() -> NDArray[np.intp]:
    return AppearanceGenerator().model.partner


def opened(
    generator: ReferenceGenerator,
    target: Crop,
    *donors: Donor,
    seed: int = 0,
    variety: float = 0.0,
    style: EyeStyle = PLAIN_STYLE,
) -> tuple[Rgb, str]:
    request = Request(target, seed, variety, donors, style=style)
    (patch,) = generator.generate([request], PLAIN)
    return blend(target, patch), str(patch.origin)
