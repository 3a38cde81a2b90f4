"""When a face's eyes cannot be edited well, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Final

from ...imaging.arrays import Points
from ...imaging.face.eye_corners import eye_middle
from ...imaging.face.mesh478 import SIDES, Side
from ...imaging.geometry import Box
from ...roles import Refusal
from ..eye_state import Reading

MAX_YAW_DEG: Final = 50.0
"""Largest yaw, degrees. Beyond it the far eye is a sliver behind the nose; three-quarter views (up to about 45) are
welcome."""

ASKED_SHARE: Final = 2 / 3
"""Share of `Settings.min_face_px` from which on faces are opened where somebody asks for them, or both eyes are plainly
shut (`stages.choose`). What is painted there passes for true, but narrow eyes look shut: in a photo of graduates eight
of 26 faces 40 to 48 pixels wide do, few of which are."""

COVERED_TOGETHER: Final = 0.5
"""Probability from which on an eye is covered where the other one is, too. Of 700 faces, this took in every pair of
sunglasses that hides the eyes, and nothing else."""
COVERED_ALONE: Final = 0.9
"""Probability from which on one eye alone is covered; one reached 0.85 in deep shadow."""

BESIDE_SHUT: Final = 0.9
"""Probability of being closed from which on an eye beside one that seems open counts as shut."""
SEEMS_OPEN: Final = 0.3
"""Probability of being closed below which an eye beside a shut one seems open. It then is covered from COVERED_TOGETHER
on: lids move together, and what hides a shut eye may look like an open one."""


def covered_sides(readings: Mapping[Side, Reading]) -> tuple[Side, ...]:
    """The eyes that have something opaque in front of them."""
    together = all(reading.covered >= COVERED_TOGETHER for reading in readings.values())
    limits = {
        side: COVERED_TOGETHER if together or _hides_beside_a_shut_one(side, readings) else COVERED_ALONE
        for side in readings
    }
    return tuple(side for side, reading in readings.items() if reading.covered >= limits[side])


def _hides_beside_a_shut_one(side: Side, readings: Mapping[Side, Reading]) -> bool:
    """Whether an eye seems open while all others are shut, so that less is needed to call it covered."""
    others = [reading.closed for other, reading in readings.items() if other != side]
    return readings[side].closed < SEEMS_OPEN and min(others) >= BESIDE_SHUT


def outside_sides(landmarks: Points, size_wh: tuple[int, int]) -> tuple[Side, ...]:
    """The eyes whose middle lies outside a picture of that size: of those there is too little to go by."""
    middles = {side: eye_middle(landmarks, side) for side in SIDES}
    return tuple(side for side, (x, y) in middles.items() if not (0 <= x < size_wh[0] and 0 <= y < size_wh[1]))


def refusal_of(box: Box, yaw_deg: float, hidden: Collection[Side], min_face_px: int) -> tuple[Refusal | None, str]:
    """Why no eye of a face can be edited, with a sentence, or (None, "")."""
    needed = math.ceil(ASKED_SHARE * min_face_px)
    if box.width < needed:
        return "too_small", f"The face is {int(box.width)} pixels wide; {needed} are needed."
    if abs(yaw_deg) > MAX_YAW_DEG:
        where = "right" if yaw_deg > 0 else "left"
        return "profile", f"The head is turned {abs(yaw_deg):.0f} degrees to the {where}; one eye is out of sight."
    if len(hidden) == len(SIDES):
        return "covered", "Both eyes are hidden: sunglasses, a hand, hair or the picture's edge."
    return None, ""


def doubt_of(box: Box, min_face_px: int) -> str:
    """Why the state of a face's eyes is not to be relied on, as `Face.doubt` has it."""
    return "" if box.width >= min_face_px else f"the face is only {int(box.width)} pixels wide"
