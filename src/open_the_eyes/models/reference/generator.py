"""The reference engine: a donor's eyes where one can be laid in, else eyes painted after the donor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...imaging.arrays import to_tones
from ...options import GenerateOptions
from ...origins import Painted
from ...progress import NO_WATCH, Part
from ...roles import Crop, Donor, EyeGenerator, Patch, Request, Watch
from ..appearance.generator import AppearanceGenerator
from ..by_face import by_face
from ..trimmed_patches import TrimmedPatch, TrimmedPatches, trimmed
from .choice import RankedDonor
from .donor_attempts import DonorAttempts, DonorSample
from .flaws import Flaws
from .ranked_donors import RankedDonors

FAILED: Final = "its own pixels did not fit in"


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
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> TrimmedPatches:
        patches: dict[int, TrimmedPatch] = {}
        orders: dict[int, Sequence[RankedDonor]] = {}
        leaders: dict[int, tuple[Donor, ...]] = {}
        for numbers in by_face(requests):
            crop, donors = requests[numbers[0]].crop, requests[numbers[0]].donors
            ranked = RankedDonors.of(crop, donors, self._appearance.model.partner)
            attempts = DonorAttempts(self._appearance, crop, ranked)
            samples = {n: DonorSample.of(requests[n], ranked) for n in numbers}
            orders.update(dict.fromkeys(numbers, ranked.order))
            leaders.update(dict.fromkeys(numbers, _leaders(crop, ranked.order)))
            for n in sorted(numbers, key=lambda n: samples[n].place):
                watch.tell("generate", len(patches) / len(requests))  # what is left to the painter takes no time here
                if ranked.can_give and not (requests[n].lead_only and self._paints):
                    patches[n] = TrimmedPatch.of(attempts.patch(requests[n], samples[n]), crop)
                elif not self._paints:
                    patches[n] = TrimmedPatch.of(_nothing(requests[n], ranked.order), crop)
        rest = [n for n in range(len(requests)) if n not in patches]
        if rest:
            steered = [replace(requests[n], donors=leaders[n]) for n in rest]
            left = Part(watch, len(patches) / len(requests), 1.0)
            painted = self._otherwise.generate(steered, options, left)
            for n, one in zip(rest, trimmed(painted, (requests[n].crop for n in rest)), strict=True):
                patches[n] = replace(one, inner=_led(one.inner, requests[n], orders[n]))
        return TrimmedPatches(patches[n] for n in range(len(requests)))


def _leaders(crop: Crop, order: Sequence[RankedDonor]) -> tuple[Donor, ...]:
    """The donors, best first: its colours and shape lead a painter, and it is marked where it is too soft for more."""
    donors = [one.donor for one in order]
    if order and order[0].obstacle and Flaws.of(crop, donors[0].crop).softness:
        donors[0] = replace(donors[0], is_soft=True)
    return tuple(donors)


def _led(patch: Patch, request: Request, order: Sequence[RankedDonor]) -> Patch:
    """What was painted, told as painted after the best donor, if there is one."""
    if not order or not isinstance(patch.origin, Painted):
        return patch
    why = order[0].obstacle or (FAILED if request.lead_only else "")
    return replace(patch, origin=replace(patch.origin, after=order[0].donor.origin, why=why))


def _nothing(request: Request, order: Sequence[RankedDonor]) -> Patch:
    """The shut eyes, and why no donor can be laid in."""
    crop = request.crop
    why = f"{order[0].obstacle} ({order[0].donor.origin})" if order else "the head is turned too far for a mirror image"
    return Patch(to_tones(crop.pixels), np.zeros_like(crop.mask), request.seed, -1.0, fault=why)
