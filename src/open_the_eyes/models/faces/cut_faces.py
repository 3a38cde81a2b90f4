"""Faces of which nothing is seen from just below the eyes on, which the networks take for faces that are head down.

Where the picture's edge or a mask hides nose and mouth, brows pass for the lids of a face whose forehead is hidden.
Laid into the same place the right way up, the mesh then is as sure of a face; of one that is head down it hardly ever
is, and never sees cloth there. Measured by `python -m training.cut_faces` and `training.masked`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from ...imaging.arrays import Points
from ...imaging.face.eye_corners import eye_middle
from ...imaging.face.face_crop import Place, place_around
from ...imaging.face.mesh478 import FOREHEAD, SIDES
from ...imaging.face.pose import roll_of, turned_from
from ...imaging.occlusion.cloth import Cloth
from ...imaging.pyramid import Pyramid
from .finder import HEAD_DOWN_DEG, WIDER, FaceFinder

LOOKS: Final = 3
"""Times in a row that the mesh has to see a face, each time where it saw it before."""

AS_LIKELY: Final = 0.35
"""How much worse the finder's score may be the right way up, where the forehead lies outside the picture: the finder
knows faces with a mouth."""
WITHIN: Final = 0.1
"""How much worse the finder's score may be the right way up, where the forehead lies within the picture."""

NEAR: Final = 0.35
"""Distance of a forehead from the picture's edge, in distances between the eyes, up to which a face is looked at twice,
as it is where the forehead lies outside."""

ROOM: Final = 1.2
"""Factor on the square around a face with cloth on: the mesh has to see more of its surroundings, since close by it
takes the lids for a part of the cheeks."""

TOO_FAR: Final = 0.1
"""How far outside a forehead may lie, in distances between the eyes, before the face is doubted while both ways up are
likely."""


def the_right_way_up(photo: Pyramid, finder: FaceFinder, landmarks: Points) -> Points | None:
    """A face's landmarks (478, 3), or those of the same face turned over, where it was misread.

    None where either may be right: better no face than eyes painted on its brows.
    """
    if turned_from(roll_of(landmarks), 0) < HEAD_DOWN_DEG:
        return landmarks
    outside, place = _outside(landmarks, photo.size_wh), place_around(landmarks)
    other = _turned_over(photo, finder, landmarks, place)
    if other is None:
        return landmarks
    if Cloth.of(photo.pixels, other) is not None:
        around = place_around(other)
        again = finder.mesh(photo, replace(around, side=ROOM * around.side))
        return other if again is None else again
    if outside < -NEAR:
        return landmarks
    less_likely = _seen(photo, finder, place) - _seen(photo, finder, place_around(other))
    if less_likely < (AS_LIKELY if outside > 0 else WITHIN):
        return other
    return landmarks if outside < TOO_FAR else None


def _outside(landmarks: Points, size_wh: tuple[int, int]) -> float:
    """How far outside the picture the forehead lies, in distances between the eyes; below 0 inside."""
    point, size = landmarks[FOREHEAD, :2], np.array(size_wh)
    apart = math.dist(*(eye_middle(landmarks, side) for side in SIDES))
    return float(np.max([-point, point - (size - 1)])) / max(apart, 1e-6)


def _turned_over(photo: Pyramid, finder: FaceFinder, landmarks: Points, place: Place) -> Points | None:
    """What the mesh sees with the eyes where they are, and all else on their other side."""
    x, y = np.mean([eye_middle(landmarks, side) for side in SIDES], axis=0)
    other = replace(place, x=2 * float(x) - place.x, y=2 * float(y) - place.y, roll_deg=place.roll_deg + 180)
    points = None
    for _ in range(LOOKS):
        points = finder.mesh(photo, other)
        if points is None:
            return None
        other = place_around(points)
    return points


def _seen(photo: Pyramid, finder: FaceFinder, place: Place) -> float:
    """How sure the finder is of a face there, 0..1, on average of its crops."""
    return float(np.mean([finder.seen_again(photo, place, wider).score for wider in WIDER]))
