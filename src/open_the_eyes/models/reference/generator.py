"""The reference engine: a donor's eyes where one can be laid in, else eyes painted after the donor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...givers import Painted
from ...imaging.arrays import to_tones
from ...imaging.eyechange import convergence
from ...imaging.mesh478 import OTHER, Side
from ...options import GenerateOptions
from ...roles import Crop, Donor, EyeGenerator, Patch, Request, Watch
from ...watching import part_of
from ..appearance import condition, layout
from ..appearance.generator import AppearanceGenerator
from ..appearance.highlights import ShorterExposure
from ..appearance.prepared import Prepared
from ..appearance.wings import draw_wings
from ..folded import Folded, FoldedPatches, folded
from . import lay
from .choice import Ranked
from .face_givers import GiversOfFaces, own_donor
from .transfer import sheet_of

FAILED: Final = "its own pixels did not fit in"
GAZE_VARIETY: Final = 0.05
"""Standard deviation of a variation's gaze, in iris radii."""
NEXT_DONOR: Final = 0.5
"""How much likelier a variation takes each donor than the next one in the ranking."""


class ReferenceGenerator:
    """Fulfils `EyeGenerator`.

    Args:
        appearance: knows how eyes of a pair belong together, and paints.
        otherwise: paints instead where no donor can be laid in, if not `appearance`.
        paints: whether anybody paints there; if not, the patch has a fault.
    """

    name = "reference"

    def __init__(
        self, appearance: AppearanceGenerator, otherwise: EyeGenerator | None = None, *, paints: bool = True
    ) -> None:
        self._appearance = appearance
        self._otherwise = appearance if otherwise is None else otherwise
        self._paints = paints

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch | None = None
    ) -> FoldedPatches:
        patches: dict[int, Folded] = {}
        faces = GiversOfFaces()
        for number, request in enumerate(requests):
            if watch is not None:  # what is left to the painter takes no time here
                watch.tell("generate", len(patches) / len(requests))
            patch = None if request.lead_only and self._paints else self._from_donor(request, faces)
            if patch is None and not self._paints:
                patch = _nothing(request, faces.of(request).order)
            if patch is not None:
                patches[number] = Folded.of(patch, request.crop)
        rest = [n for n in range(len(requests)) if n not in patches]
        if rest:
            orders = [faces.of(requests[n]).order for n in rest]
            steered = [_steered(requests[n], order) for n, order in zip(rest, orders, strict=True)]
            left = part_of(watch, len(patches) / len(requests), 1.0)
            painted = self._otherwise.generate(steered, options, left)
            each = folded(painted, (requests[n].crop for n in rest))
            for n, one, order in zip(rest, each, orders, strict=True):
                patches[n] = replace(one, inner=_led(one.inner, requests[n], order))
        return FoldedPatches(patches[n] for n in range(len(requests)))

    def _from_donor(self, request: Request, faces: GiversOfFaces) -> Patch | None:
        """The patch of the best donor, or of a drawn one for a variation; None where none can be laid in."""
        if not request.donors and request.crop.open_side is None:  # most faces; the painter prepares the crop itself
            return None
        givers = faces.of(request)
        if not givers.usable and givers.own is None:
            return None
        ready = Prepared.of(request.crop, request.seed)
        crop, rng = ready.crop, np.random.default_rng(request.seed)
        if givers.own is None:
            chosen = givers.usable[_drawn(len(givers.usable), request.variety, rng)]
        else:  # as it is in this crop, without what shut lashes leave
            chosen = replace(givers.own, donor=own_donor(crop, givers.own.donor.crop.sides[0]))
        jitter = GAZE_VARIETY * request.variety * np.clip(rng.standard_normal(2), -2, 2)
        found = lay.laid(crop, self._takes(crop, _whole(chosen.donor)), request.style, jitter, request.seed)
        return ready.finished(_patch(ready, found, chosen))

    def _takes(self, crop: Crop, donor: Donor) -> dict[Side, lay.Take]:
        """For each eye to open: the donor's of that side, or its other one in a mirror."""
        partner = self._appearance.model.partner
        sheet = sheet_of(donor.crop)
        takes: dict[Side, lay.Take] = {}
        for side in crop.sides:
            direct = side in donor.crop.sides
            eyes = sheet if direct else sheet.mirrored(partner)
            pair = crop.open_side is not None or not direct
            along = self._iris_along(crop, donor.crop, side) if pair else None
            from_side = side if direct else OTHER[side]
            takes[side] = lay.Take(eyes, not direct, along, donor.crop.face.eyes[from_side].openness)
        return takes

    def _iris_along(self, crop: Crop, donor: Crop, side: Side) -> float:
        """Where the iris of one side stands beside the partner that is open: in the photo, else on the donor."""
        pair = donor if crop.open_side is None else crop
        seen, traits = layout.points_on_strip(pair.landmarks), self._appearance.traits.of(pair.view)
        model = self._appearance.model
        prediction = condition.shape_given_eyes(model, seen, (OTHER[side],), model.predict_shape(seen, traits))
        return layout.iris_along(model.with_shape(seen, prediction.mean), side)


def _whole(donor: Donor) -> Donor:
    """With what is cut off at white put back."""
    darker = ShorterExposure.of(donor.crop)
    return donor if darker is None else replace(donor, crop=darker.crop)


def _steered(request: Request, order: Sequence[Ranked]) -> Request:
    """The request with its best donor first, whose colours and shape lead the painter."""
    return replace(request, donors=tuple(one.donor for one in order))


def _led(patch: Patch, request: Request, order: Sequence[Ranked]) -> Patch:
    """What was painted, told as painted after the best donor, if there is one."""
    if not order or not isinstance(patch.origin, Painted):
        return patch
    why = order[0].obstacle or (FAILED if request.lead_only else "")
    return replace(patch, origin=replace(patch.origin, after=order[0].donor.giver, why=why))


def _nothing(request: Request, order: Sequence[Ranked]) -> Patch:
    """The shut eyes, and why no donor can be laid in."""
    crop = request.crop
    why = f"{order[0].obstacle} ({order[0].donor.giver})" if order else "the head is turned too far for a mirror image"
    return Patch(to_tones(crop.pixels), np.zeros_like(crop.mask), request.seed, -1.0, fault=why)


def _drawn(count: int, variety: float, rng: np.random.Generator) -> int:
    """The first, or with variety a draw that favours the first ones."""
    if variety == 0 or count == 1:
        return 0
    weights: NDArray[np.float64] = NEXT_DONOR ** np.arange(count, dtype=np.float64)
    return int(rng.choice(count, p=weights / weights.sum()))


def _patch(ready: Prepared, found: lay.Laid, chosen: Ranked) -> Patch:
    crop, pixels = ready.crop, found.pixels
    if ready.palette is not None:
        pixels = np.where(found.show[..., None] > 0, ready.palette.applied(pixels), pixels)
    mask = np.asarray(np.where(found.show > 0, np.minimum(crop.mask, 1), 0), np.float32)
    whole = np.asarray(np.where(mask[..., None] > 0, pixels, to_tones(crop.pixels)), np.float32)
    draw_wings(whole, ready.wings, found.corners)
    donor = chosen.donor
    own = convergence(donor.crop.landmarks) if len(donor.crop.sides) == 2 else None
    return Patch(whole, mask, ready.seed, -chosen.cost, donor.giver, convergence=own)
