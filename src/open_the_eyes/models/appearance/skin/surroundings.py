"""Where a photo's pixels lie around an eye that is opened in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ....imaging.arrays import Plane
from ....imaging.face.lids import EyeShape, lid_distances
from ....imaging.geometry import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a part of the photo lies around an eye; planes (h, w), in eye widths.

    Args:
        mask: 0..1.
        below, above: the painted lids.
        below_shut, above_shut: the photographed ones.
        along, across: from the painted eye's outer corner, towards the inner one and down the face.
        along_shut: the same from the shut eye's.
        width: of the painted eye, pixels.
    """

    mask: Plane
    below: Plane
    above: Plane
    below_shut: Plane
    above_shut: Plane
    along: Plane
    across: Plane
    along_shut: Plane
    width: float

    @classmethod
    def of(cls, mask: Plane, part: Box, opened: EyeShape, shut: EyeShape) -> Surroundings:
        width, to_open, to_shut = opened.width, lid_distances(opened, part), lid_distances(shut, part)
        along, across = to_open.from_outer
        return cls(
            mask=mask,
            below=-to_open.above_lower / width,
            above=-to_open.below_upper / width,
            below_shut=-to_shut.above_lower / width,
            above_shut=-to_shut.below_upper / width,
            along=along / width,
            across=across / width,
            along_shut=to_shut.along / width,
            width=width,
        )

    def cut(self, part: Box) -> Surroundings:
        """Those of a part of the part."""
        planes: dict[str, Any] = {name: part.cut(getattr(self, name)) for name in _PLANES}
        return replace(self, **planes)

    def covered(self, weight: Plane) -> Plane:
        """The weight (h, w) under the mask, 0 elsewhere."""
        return np.where(self.mask > 0, weight, np.float32(0))


_PLANES: Final = ("mask", "below", "above", "below_shut", "above_shut", "along", "across", "along_shut")
