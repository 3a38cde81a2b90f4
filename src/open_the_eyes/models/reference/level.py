"""Both eyes of a donor as high beside the shut ones, where no skin tells where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...imaging.arrays import Matrix, Points
from ...imaging.face.eye_change import rightwards
from ...imaging.face.eye_corners import ring_ends
from ...imaging.face.mesh478 import OTHER, Side
from ...imaging.geometry import quarter_turned
from ..appearance import layout

USUAL_OFF: Final = -0.035
"""How far a donor's eye corners usually lie below the shut eye's, in eye widths; negative is above."""
OFF_APART: Final = 0.08
"""Most by which that may differ between two eyes, in eye widths: of 40 portraits it does by at most 0.05, but a brow
that is raised alone takes its eye up with it."""


def levelled(eyes: Mapping[Side, tuple[Points, Points]]) -> dict[Side, Matrix]:
    """What moves the eye that landmarks take further from where the shut one lies up or down to how the other one is;
    nothing where both go alike. By side the strip's points of the shut eye and of the donor's."""
    offs = {side: _off(*points, side) for side, points in eyes.items()}
    if len(offs) < 2:
        return {}
    astray = max(offs, key=lambda side: abs(offs[side] - USUAL_OFF))
    apart = offs[astray] - offs[OTHER[astray]]
    back = apart - float(np.clip(apart, -OFF_APART, OFF_APART))
    if back == 0:
        return {}
    axis = rightwards(layout.ring_of(eyes[astray][1], astray), astray)
    return {astray: np.column_stack([np.eye(2), back * quarter_turned(axis)])}


def _off(shut: Points, donor: Points, side: Side) -> float:
    """How far down from the shut eye's corners a donor's come to lie, in its widths."""
    ring = layout.ring_of(donor, side)
    axis = rightwards(ring, side)
    away = ring_ends(ring).mean(axis=0) - ring_ends(layout.ring_of(shut, side)).mean(axis=0)
    return float(away @ quarter_turned(axis)) / max(float(axis @ axis), 1e-6)
