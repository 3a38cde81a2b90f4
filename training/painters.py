"""Painters that leave out what the product's has, to see what that is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from open_the_eyes.imaging.geometry import scale_of
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.light.usual_light import UsualLight
from open_the_eyes.models.appearance.prepared import Prepared
from open_the_eyes.models.appearance.steps import (
    AFTER_REFINER,
    FINEST,
    PaintedPieces,
    Step,
    StepContext,
    grained,
    refined_by,
)
from open_the_eyes.roles import Crop, Request


class Bare(AppearanceGenerator):
    """Eyes as the appearance model paints them: soft, and so is the skin around them. The refiner is not read."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return (strip_grain,)


class Refined(AppearanceGenerator):
    """Eyes without the detail of photographed ones. The exemplars are not read: they are made with it."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return (refined_by(self.refiner), *AFTER_REFINER)


class Straight(AppearanceGenerator):
    """Overexposed skin counts as seen, cut off at white as it is."""

    def prepared(self, request: Request) -> Prepared:
        return replace(super().prepared(request), darker=None)


class AsItCame(AppearanceGenerator):
    """Every photo counts as one in usual light."""

    def lit(self, crop: Crop) -> UsualLight:
        return UsualLight(original=crop, crop=crop, gain=np.ones(3, np.float32))


def strip_grain(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """The photo's grain, as far as it is finer than the strip's pixels."""
    return grained(painted, context, FINEST / scale_of(layout.to_strip(context.prepared.crop.landmarks)))
