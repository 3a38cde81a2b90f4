"""Wings of eyeliner, which make-up draws past the outer corner: an open eye has them as a shut one has.

The lid takes a wing's root along when it opens; its tip lies on skin that stays. So the stroke is laid over the new eye
as it darkens the skin in the photo, bent until it begins at the open corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Points, Tones, to_tones
from ....imaging.channels import as_three
from ....imaging.easing import smoothstep
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ....roles import Crop

ALONG: Final = (-0.6, 0.15)
"""How far from the shut outer corner a wing may lie along the eye, from and to in eye widths."""
ACROSS: Final = (-0.6, 0.4)
"""How far from the shut outer corner a wing may lie down the face, from and to in eye widths."""
ROOT: Final = 0.06
"""Length of a wing's first part, in eye widths."""
SETS_IN: Final = (-0.02, 0.06)
"""How far out from the open corner a wing begins and is all there, in eye widths: the corner has a lash line of its
own."""


@dataclass(frozen=True, slots=True)
class Wing:
    """A wing of a shut eye.

    Args:
        side: of its eye.
        part: whole pixels of the crop, around it and where it may come to lie.
        transmittance: (h, w, 3) of that part, 0..1: what it leaves of the light on the skin.
        root_xy: where it leaves the shut lids, in the crop's pixels.
        length, width: from there outwards, and of its eye, pixels.
        outwards: (2,), of length 1.
    """

    side: Side
    part: Box
    transmittance: NDArray[np.float32]
    root_xy: Points
    length: float
    width: float
    outwards: Points

    def drawn_from(self, corner_xy: Points) -> NDArray[np.float32]:
        """Its transmittance, (h, w, 3) of its part, where it begins at an open eye's outer corner."""
        h, w = self.transmittance.shape[:2]
        x = np.arange(w, dtype=np.float32)[None] + np.float32(self.part.left)
        y = np.arange(h, dtype=np.float32)[:, None] + np.float32(self.part.top)
        out = (x - corner_xy[0]) * self.outwards[0] + (y - corner_xy[1]) * self.outwards[1]
        moved = np.clip(1 - out / max(self.length, 1.0), 0, 1)
        dx, dy = corner_xy - self.root_xy
        at_x = np.asarray(x - moved * dx - self.part.left, np.float32)
        at_y = np.asarray(y - moved * dy - self.part.top, np.float32)
        beyond = as_three(smoothstep(np.asarray(out / self.width, np.float32), *SETS_IN))
        plain = (1.0, 1.0, 1.0)
        bent = cv2.remap(self.transmittance, at_x, at_y, cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, plain)
        return np.asarray(1 + (bent - 1) * beyond, np.float32)


def wings_of(with_wings: Crop, without: Crop, shut: Mapping[Side, EyeShape]) -> list[Wing]:
    """The wings of a crop, told by the same without them and the shapes of its shut eyes."""
    if with_wings.tails is None:
        return []
    found = (_wing(with_wings, without, with_wings.tails, shut[side]) for side in with_wings.winged if side in shut)
    return [wing for wing in found if wing is not None]


def draw_wings(pixels: Tones, wings: Iterable[Wing], corners: Mapping[Side, Points]) -> None:
    """Lays wings over the crop's pixels (h, w, 3), in place, each from its open eye's outer corner (2,) on."""
    for wing in wings:
        if wing.side in corners:
            here = wing.part.cut(pixels)
            here *= wing.drawn_from(corners[wing.side])


def _wing(with_wings: Crop, without: Crop, tails: Plane, shut: EyeShape) -> Wing | None:
    axis, down = shut.axes
    ends = np.array([[u, v] for u in ALONG for v in ACROSS]) * shut.width @ np.stack([axis, down]) + shut.ring[0]
    part = Box.around(ends).within(with_wings.mask)
    if part.area < 1:
        return None
    before, after = to_tones(part.cut(with_wings.pixels)), to_tones(part.cut(without.pixels))
    left = np.clip((before + 1) / (after + 1), 0, 1)
    transmittance = np.asarray(1 + (left - 1) * as_three(part.cut(tails)), np.float32)
    y, x = np.nonzero(part.cut(tails) > 0.5)
    places = np.column_stack([x, y]) + part.offset[:2]
    if not len(places):
        return None
    along = shut.in_widths(places)[:, 0]
    root = along > along.max() - ROOT
    dark = 1.001 - luma_of(transmittance)[y[root], x[root]]
    root_xy = np.average(places[root], axis=0, weights=dark)
    length = float(along.max() - along.min()) * shut.width
    return Wing(shut.side, part, transmittance, root_xy, length, shut.width, -axis)
