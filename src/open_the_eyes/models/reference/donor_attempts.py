"""Attempts at one face that take a donor's eyes: what they share is worked out once, and the rest is drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import to_tones
from ...imaging.face.eye_change import convergence
from ...imaging.face.mesh478 import OTHER, Side
from ...roles import Crop, Donor, Patch, Request
from ..appearance import condition, layout
from ..appearance.generator import AppearanceGenerator
from ..appearance.lashes.wings import draw_wings
from ..appearance.light.highlights import ShorterExposure
from ..appearance.prepared import Prepared
from ..random_streams import DONOR, stream
from . import transplant
from .choice import RankedDonor
from .donor_warp import donor_picture
from .ranked_donors import RankedDonors, own_donor

GAZE_VARIETY: Final = 0.05
"""Standard deviation of a variation's gaze, in iris radii."""
NEXT_DONOR: Final = 0.5
"""How much likelier a variation takes each donor than the next one in the ranking."""


@dataclass(frozen=True, slots=True)
class DonorSample:
    """What of an attempt is drawn by lot.

    Args:
        place: of its donor among the usable ones, from 0.
        jitter: (2,), how both irises are turned, in iris radii.
    """

    place: int
    jitter: NDArray[np.float64]

    @classmethod
    def of(cls, request: Request, donors: RankedDonors) -> DonorSample:
        rng = stream(request.seed, DONOR)
        place = _sampled_place(len(donors.usable), request.variety, rng)
        return cls(place, GAZE_VARIETY * request.variety * np.clip(rng.standard_normal(2), -2, 2))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """One donor's eyes where they belong in a crop."""

    ranked: RankedDonor
    eyes: Mapping[Side, transplant.PlacedEye]


class DonorAttempts:
    """Attempts at one face that put its donors' eyes into it.

    Only one donor's eyes are held, as those of a close-up are large: attempts that take the same one shall follow each
    other. Where shut lashes leave tails, the skin there has another grain in each attempt, and nothing is shared.
    """

    def __init__(self, appearance: AppearanceGenerator, crop: Crop, donors: RankedDonors) -> None:
        self._appearance, self._crop, self._donors = appearance, crop, donors
        self._ready: Prepared | None = None
        self._fitted: dict[tuple[int, float | None], _Fitted] = {}

    def patch(self, request: Request, sample: DonorSample) -> Patch:
        """The attempt's patch; somebody must be able to give eyes."""
        if self._ready is None or not self._ready.suits(self._crop, request.seed):
            self._ready, self._fitted = Prepared.of(self._crop, request.seed), {}
        ready, key = self._ready, (sample.place, request.style.openness)
        if key not in self._fitted:
            self._fitted = {}  # gone before the next one comes
            self._fitted[key] = self._fit(ready.crop, *key)
        fitted = self._fitted[key]
        found = transplant.composited(ready.crop, fitted.eyes, request.style, sample.jitter, request.seed)
        return ready.finished(_patch(ready, found, fitted.ranked, request.seed))

    def _fit(self, crop: Crop, place: int, openness: float | None) -> _Fitted:
        own = self._donors.own
        if own is None:
            ranked = self._donors.usable[place]
        else:  # as it is in this crop, without what shut lashes leave
            ranked = replace(own, donor=own_donor(crop, own.donor.crop.sides[0]))
        return _Fitted(ranked, transplant.placed(crop, self._sources(crop, _whole(ranked.donor)), openness))

    def _sources(self, crop: Crop, donor: Donor) -> dict[Side, transplant.EyeSource]:
        """For each eye to open: the donor's of that side, or its other one in a mirror."""
        partner = self._appearance.model.partner
        picture = donor_picture(donor.crop)
        sources: dict[Side, transplant.EyeSource] = {}
        for side in crop.sides:
            direct = side in donor.crop.sides
            oriented = picture if direct else picture.mirrored(partner)
            pair = crop.open_side is not None or not direct
            along = self._iris_along(crop, donor.crop, side) if pair else None
            from_side = side if direct else OTHER[side]
            wide = donor.crop.face.eyes[from_side].openness
            sources[side] = transplant.EyeSource(oriented, not direct, along, wide, donor.is_stranger)
        return sources

    def _iris_along(self, crop: Crop, donor: Crop, side: Side) -> float:
        """Where the iris of one side stands beside the partner that is open: in the photo, else on the donor."""
        pair = donor if crop.open_side is None else crop
        seen, traits = layout.points_on_strip(pair.landmarks), self._appearance.traits.of(pair.view)
        model = self._appearance.model
        prediction = condition.shape_given_eyes(model, seen, (OTHER[side],), model.predict_shape(seen, traits))
        return layout.iris_along(model.with_shape(seen, prediction.mean), side)


def _whole(donor: Donor) -> Donor:
    """The donor with what is cut off at white put back."""
    darker = ShorterExposure.of(donor.crop)
    return donor if darker is None else replace(donor, crop=darker.crop)


def _sampled_place(count: int, variety: float, rng: np.random.Generator) -> int:
    """A donor's place, from 0: the first, or with variety a draw that favours the first ones; 0 where there is no
    donor, too."""
    if variety == 0 or count < 2:
        return 0
    weights: NDArray[np.float64] = NEXT_DONOR ** np.arange(count, dtype=np.float64)
    return int(rng.choice(count, p=weights / weights.sum()))


def _patch(ready: Prepared, found: transplant.Composite, ranked: RankedDonor, seed: int) -> Patch:
    crop, pixels = ready.crop, found.pixels
    if ready.palette is not None:
        pixels = np.where(found.alpha[..., None] > 0, ready.palette.applied(pixels), pixels)
    mask = np.asarray(np.where(found.alpha > 0, np.minimum(crop.mask, 1), 0), np.float32)
    whole = np.asarray(np.where(mask[..., None] > 0, pixels, to_tones(crop.pixels)), np.float32)
    draw_wings(whole, ready.wings, found.corners)
    donor = ranked.donor
    own = convergence(donor.crop.landmarks) if len(donor.crop.sides) == 2 else None
    return Patch(whole, mask, seed, -ranked.cost, donor.origin, convergence=own)
