"""Who may give a face its eyes: found out once for all attempts at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.face.eye_region import eye_region
from ...imaging.face.mesh478 import CHIN, INNER_CORNER, OUTER_CORNER, Side
from ...imaging.occlusion.in_front import in_front
from ...origins import OtherEye
from ...roles import Crop, Donor
from ..appearance.light.highlights import ShorterExposure
from .choice import RankedDonor, ranked

OWN: Final = OtherEye()


@dataclass(frozen=True, slots=True)
class RankedDonors:
    """The donors of a face.

    Args:
        order: all of them, best first; those that can only steer come last.
        usable: those whose eyes can be laid in.
        own: the open eye beside a single closed one, if nobody else is usable and it is.
    """

    order: list[RankedDonor]
    usable: list[RankedDonor]
    own: RankedDonor | None

    @property
    def can_give(self) -> bool:
        """Whether somebody's eyes can be laid in."""
        return bool(self.usable) or self.own is not None

    @classmethod
    def of(cls, crop: Crop, donors: Sequence[Donor], partner: NDArray[np.intp]) -> RankedDonors:
        """Tails and tips of lashes lie in the mask, where skin is not looked at: they need not be gone yet.

        `partner` is `AppearanceModel.partner`.
        """
        darker = ShorterExposure.of(crop) if donors or crop.open_side is not None else None
        seen = crop if darker is None else darker.crop
        order = ranked(seen, donors, partner)
        usable = [one for one in order if not one.obstacle and one.donor.crop.sides]
        if usable or crop.open_side is None:
            return cls(order, usable, None)
        (own,) = ranked(seen, [own_donor(seen, crop.open_side)], partner)
        return cls(order, usable, None if own.obstacle else own)


def own_donor(crop: Crop, side: Side) -> Donor:
    """The face's own eye of one side, without what lies over that."""
    ends = crop.landmarks[[OUTER_CORNER[side], INNER_CORNER[side], CHIN], :2]
    over = in_front(crop.pixels, eye_region(crop.mask.shape, ends), ends)
    return Donor(replace(crop, mask=np.asarray(1 - over, np.float32), sides=(side,)), OWN, 1.0)
