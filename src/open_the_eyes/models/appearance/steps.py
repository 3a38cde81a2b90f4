"""What makes the appearance model's soft eyes look photographed, a step at a time, in the order in which eyes get it.

Each step takes the painted pieces of one photo and gives them back with one thing added, under their masks only; what
it needs to know beside them is in `StepContext`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane
from ...imaging.channels import as_three
from ...imaging.detail.grain import continued_grain
from ...roles import Request
from .exemplars import Exemplars
from .irises.pair import with_irises_alike
from .irises.round_iris import with_round_irises
from .lashes.lash_line import with_matched_lashes
from .lashes.strokes import with_lashes
from .light.dark_hue import with_dark_hue
from .light.white_level import with_white_levels
from .pieces import mean_eye_width, skin_around
from .prepared import Prepared
from .refiner import EyeRefiner, PaintedEyes
from .refiner_frame import MAX_EYE
from .skin.own_skin import with_own_skin

SOFT: Final = 1.0
"""Blur (sigma, pixels) that is assumed where eyes are too small to measure it."""
MADE_UP_LASHES: Final = 0.05
"""How much further made-up lashes hang than they can be told to, in eye widths: their ends are single hairs."""
FINEST: Final = 0.9
"""Finest detail of what was painted at some resolution, as a standard deviation in that resolution's pixels."""
LEAST_GRAIN: Final = 0.8
"""Standard deviation, pixels, below which grain is the blend's to add."""

PaintedPieces: TypeAlias = list[PaintedEyes]


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step may need to know beside the painted pieces.

    Args:
        prepared: the crop that is painted in, and what its shut eyes tell.
        request: what was asked for.
    """

    prepared: Prepared
    request: Request

    @property
    def softness(self) -> float:
        """The photo's blur (sigma), pixels."""
        lashes = self.prepared.lashes
        return SOFT if lashes is None else lashes.softness

    def mask_of(self, painted: Sequence[PaintedEyes]) -> Plane:
        """(h, w) of the crop: where anything was painted."""
        mask = np.zeros(self.prepared.crop.mask.shape, np.float32)
        for piece, eyes in zip(self.prepared.pieces, painted, strict=True):
            piece.part.cut(mask)[...] = eyes.mask
        return mask


Step: TypeAlias = Callable[[PaintedPieces, StepContext], PaintedPieces]


def refined_by(refiner: EyeRefiner) -> Step:
    """The detail that photographs have, as a network draws it."""

    def refine(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
        return refiner.refined(painted, context.request.variety, context.request.seed)

    return refine


def detailed_by(exemplars: Exemplars) -> Step:
    """The detail that photographed eyes have along their lids."""

    def add_detail(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
        return exemplars.detailed(painted, context.softness, context.request.variety, context.request.seed)

    return add_detail


def relight_whites(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """Whites as bright as the light on the face makes them; a donor's eyes tell their own."""
    return painted if context.request.donors else with_white_levels(painted, context.prepared.white_levels)


def draw_irises(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """Irises drawn round, with a light where an open eye or the cheeks tell that it lies."""
    prepared = context.prepared
    return with_round_irises(painted, context.softness, context.request.seed, prepared.light, prepared.side_light)


def match_irises(painted: PaintedPieces, _: StepContext) -> PaintedPieces:
    """Both irises of one colour, each in its own eye's light."""
    return with_irises_alike(painted)


def add_grain(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """The photo's grain, as far as it is finer than the refiner's pixels: none where eyes are smaller than it sees."""
    crop = context.prepared.crop
    finest = FINEST * mean_eye_width(crop) / MAX_EYE
    return painted if finest <= LEAST_GRAIN else grained(painted, context, finest)


def grained(painted: PaintedPieces, context: StepContext, finest: float) -> PaintedPieces:
    """The photo's grain above a standard deviation of `finest` pixels, where anything was painted."""
    mask, crop = context.mask_of(painted), context.prepared.crop
    sigma = max(finest, LEAST_GRAIN)
    grain = continued_grain(crop.pixels, skin_around(crop, mask), mask > 0, sigma, context.request.seed)
    return [
        _with_pixels(eyes, eyes.pixels + piece.part.cut(grain) * as_three(np.sqrt(eyes.mask)))
        for piece, eyes in zip(context.prepared.pieces, painted, strict=True)
    ]


def restore_skin(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """The photo's own skin, wherever opening an eye leaves it as it was."""
    lashes = context.prepared.lashes
    hanging = None if lashes is None else lashes.length + MADE_UP_LASHES * lashes.made_up
    return [
        _with_pixels(eyes, with_own_skin(eyes.pixels, shut.photo, eyes.mask, eyes.shapes, shut.shapes, hanging))
        for eyes, shut in zip(painted, context.prepared.shut, strict=True)
    ]


def draw_lashes(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """Lashes like the shut eyes'."""
    lashes = context.prepared.lashes
    if lashes is None:
        return painted
    return [_with_pixels(eyes, with_lashes(eyes.pixels, eyes.mask, eyes.shapes.values(), lashes)) for eyes in painted]


def match_lashes(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """Lashes and pupils as dark as the shut eyes tell."""
    prepared = context.prepared
    irises_known = prepared.crop.open_side is not None or bool(context.request.donors)
    return with_matched_lashes(painted, prepared.shut_lines, irises_known)


def recolour_darkness(painted: PaintedPieces, context: StepContext) -> PaintedPieces:
    """What is dark beside the eyes in the hue that the photo's darkness has."""
    dark_hue = context.prepared.dark_hue
    if dark_hue is None:
        return painted
    return [
        _with_pixels(eyes, with_dark_hue(eyes.pixels, eyes.mask, eyes.shapes.values(), dark_hue)) for eyes in painted
    ]


AFTER_REFINER: Final[tuple[Step, ...]] = (
    relight_whites,
    draw_irises,
    match_irises,
    add_grain,
    restore_skin,
    draw_lashes,
    match_lashes,
    recolour_darkness,
)
"""Steps that refined eyes get, before the detail of photographed ones."""


def _with_pixels(eyes: PaintedEyes, pixels: NDArray[Any]) -> PaintedEyes:
    return replace(eyes, pixels=np.asarray(pixels, np.float32))
