"""When a face's eyes cannot be edited well, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..imaging.geometry import Box
from ..imaging.mesh478 import Side
from ..roles import Refusal
from .eye_state import Reading

MAX_YAW_DEG: Final = 50.0
"""Beyond it the far eye is a sliver behind the nose; three-quarter views (up to about 45) are welcome."""

COVERED_FROM: Final = 0.85
"""An eye is covered from this probability on: refusing a face wrongly costs more than painting over a lens."""


def is_covered(reading: Reading) -> bool:
    """Whether something opaque is in front of this eye."""
    return reading.covered >= COVERED_FROM


def refusal_of(
    box: Box, yaw_deg: float, readings: Mapping[Side, Reading], min_face_px: int
) -> tuple[Refusal | None, str]:
    """Why no eye of a face can be edited, with a sentence, or (None, "")."""
    if box.width < min_face_px:
        return "too_small", f"The face is {box.width:.0f} pixels wide; {min_face_px} are needed."
    if abs(yaw_deg) > MAX_YAW_DEG:
        where = "right" if yaw_deg > 0 else "left"
        return "profile", f"The head is turned {abs(yaw_deg):.0f} degrees to the {where}; one eye is out of sight."
    if all(is_covered(reading) for reading in readings.values()):
        return "covered", "Both eyes are hidden: sunglasses, a hand or hair."
    return None, ""
