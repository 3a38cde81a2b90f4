"""How a head is turned, read from its mesh."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Points
from .eye_corners import eye_middle
from .mesh478 import CHIN, FOREHEAD

SIDEBURN: Final = {"left": 234, "right": 454}
"""The widest points of the face oval, in front of the ears."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees: yaw positive looks to the picture's right, roll positive is clockwise, pitch positive looks up."""

    yaw_deg: float
    roll_deg: float
    pitch_deg: float


def roll_of(landmarks: Points) -> float:
    """(478, 2+) -> -180..180 degrees, 0 upright, positive clockwise in the picture; of the line through both eyes."""
    dx, dy = eye_middle(landmarks, "right") - eye_middle(landmarks, "left")
    return math.degrees(math.atan2(dy, dx))


def turned_from(roll_deg: float, other_deg: float) -> float:
    """The angle between two rolls, 0..180 degrees."""
    return abs((roll_deg - other_deg + 180) % 360 - 180)


def axes_of(landmarks: Points) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(478, 3) -> (3, 3) rows: the face's own right, down and inward unit vectors, in picture coordinates.

    Across is taken between the sideburns, down from forehead to chin made square to it; all four points belong to the
    stiff part of the face, and a blink or a laugh moves them little.
    """
    across = landmarks[SIDEBURN["right"]] - landmarks[SIDEBURN["left"]]
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    down = landmarks[CHIN] - landmarks[FOREHEAD]
    down = down - across * float(down @ across)
    down = down / max(float(np.linalg.norm(down)), 1e-9)
    return np.stack([across, down, np.cross(across, down)])


def pose_of(landmarks: Points) -> Pose:
    """(478, 3) -> yaw, roll, pitch."""
    inward = axes_of(landmarks)[2]
    roll = math.radians(roll_of(landmarks))
    x = inward[0] * math.cos(roll) + inward[1] * math.sin(roll)
    y = inward[1] * math.cos(roll) - inward[0] * math.sin(roll)
    yaw = math.degrees(math.atan2(-x, inward[2]))
    pitch = math.degrees(math.atan2(y, math.hypot(x, inward[2])))
    return Pose(yaw, math.degrees(roll), pitch)
