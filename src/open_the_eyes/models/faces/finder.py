"""Sightings of faces, and the mesh that confirms them: MediaPipe's two networks used together on one photo."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...imaging.arrays import Points
from ...imaging.face.face_crop import CROP_FACTOR, Place, drawn, lifted, place_around
from ...imaging.face.pose import turned_from
from ...imaging.geometry import Box, transformed
from ...imaging.pyramid import Pyramid
from ...progress import Tick, still
from ...system.parallel import side_by_side
from . import tiles
from .detections import Detection
from .networks import MESH_PX, FaceNetworks

MIN_HIT: Final = 0.45
"""Least score of the finder; generous, since shut eyes cost a face some of it. The mesh and a second look decide."""

MIN_PRESENCE: Final = 0.98
"""Least presence that the mesh tells: 205 faces in groups and real blinks had 0.995 or more; bellies, knees and cloth
0.972 or less."""

WIDER: Final = (1.0, 1.4, 2.0)
"""Widths of the crops in which the finder looks again, in widths of the mesh's."""
MIN_SEEN_AGAIN: Final = 0.5
"""Least of the finder's best scores in the crops of `WIDER`. 300 faces had 0.5 or more in one of them; cloth, mosaics
and meshes laid head down had no detection at all."""

SURE_ALONE: Final = 0.85
"""Score from which on a sighting on which the mesh agrees at once need not be seen again: of 783 with 0.8 or more in
portraits, groups and pictures without people, every one was."""

TILTED_DEG: Final = 40.0
"""Roll from which on a sighting is looked at again from all four sides, degrees: the finder at times sees a face head
down."""

HEAD_DOWN_DEG: Final = 150.0
"""Roll from which on a face is head down, degrees."""

PLAIN: Final = 0.7
"""Least score of the finder from a side that needs no further look."""
PLAINER: Final = 0.3
"""Least lead of the finder's score from a side that needs no further look over the next side's."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a face may be, and how sure the finder is, 0..1."""

    place: Place
    score: float

    @property
    def box(self) -> Box:
        """About the face."""
        half = self.place.side / CROP_FACTOR / 2
        x, y = self.place.x, self.place.y
        return Box(x - half, y - half, x + half, y + half)


class FaceFinder:
    """Loads both networks; deterministic, and safe to share between threads."""

    def __init__(self) -> None:
        self._networks = FaceNetworks(MIN_HIT)

    def sightings(self, windows: Iterable[tiles.Window], tick: Tick = still) -> list[Sighting]:
        """Everything that may be a face in any of the windows, surest first."""
        found = (one for in_window in self.sighted(windows, tick) for one in in_window)
        return sorted(found, key=lambda one: -one.score)

    def sighted(self, windows: Iterable[tiles.Window], tick: Tick = still) -> list[list[Sighting]]:
        """What may be a face in each of the windows, each of which is a step."""
        seen = list(windows)
        detections = side_by_side(self._networks.find, (window.pixels for window in seen), tick)
        return [
            [Sighting(place_of(detection, window), detection.score) for detection in in_window]
            for window, in_window in zip(seen, detections, strict=True)
        ]

    def landmarks(self, photo: Pyramid, sighting: Sighting, ways: int = 1) -> Points | None:
        """(478, 3) photo pixels, from a crop that the mesh itself has straightened; None if there is no face.

        The face may be upright in so many `ways`: 1 where nothing speaks against the sighting, 2 where it may be head
        down, 4 where it may be lying.
        """
        place, points = self._upright(photo, sighting.place, ways), None
        if place is None:
            return None
        sure = sighting.score >= SURE_ALONE and place == sighting.place
        for _ in range(3):
            points = self.mesh(photo, place)
            if points is None:
                return None
            before, place = place, place_around(points)
            if _settled(before, place):
                break
            sure = False
        if sure or any(self.seen_again(photo, place, wider).score >= MIN_SEEN_AGAIN for wider in reversed(WIDER)):
            return points
        return None

    def mesh(self, photo: Pyramid, place: Place) -> Points | None:
        """(478, 3) photo pixels of the face in a place, None where the mesh sees none."""
        crop_to_photo = place.to_photo(MESH_PX)
        points, presence = self._networks.mesh(drawn(photo, crop_to_photo, (MESH_PX, MESH_PX)))
        return None if presence < MIN_PRESENCE else lifted(points, crop_to_photo)

    def _upright(self, photo: Pyramid, place: Place, ways: int) -> Place | None:
        """The place itself, or for a tilted one the side from which the finder is surest to see a face, if it does.

        With 2 ways the only doubt is which end is up, so only the two opposite sides are tried. With some room around
        the face the finder tells them apart.
        """
        tilt = tilt_of(place)
        if tilt >= TILTED_DEG and ways == 1:
            ways = 2 if tilt > HEAD_DOWN_DEG else 4
        if ways == 1:
            return place
        sides = [replace(place, roll_deg=place.roll_deg + 90.0 * turn) for turn in range(4)]
        two_ways = ways == 2
        first = {side: self.seen_again(photo, side, WIDER[1]) for side in (sides[::2] if two_ways else sides)}
        ranked = sorted(first.values(), key=lambda one: -one.score)
        if two_ways and ranked[0].score == 0:
            return None if tilt > HEAD_DOWN_DEG else place
        if ranked[0].score >= PLAIN and ranked[0].score - ranked[1].score >= PLAINER:
            return ranked[0].place
        if two_ways:
            wide = [self.seen_again(photo, side, WIDER[2]) for side in first]
            return max([*first.values(), *wide], key=lambda one: one.score).place
        views = [
            [first[s] if w == WIDER[1] and s in first else self.seen_again(photo, s, w) for w in WIDER] for s in sides
        ]
        best = max(max(views, key=lambda view: sum(one.score for one in view)), key=lambda one: one.score)
        return best.place if best.score > 0 else place if tilt < TILTED_DEG else None

    def seen_again(self, photo: Pyramid, place: Place, wider: float) -> Sighting:
        """Where the finder sees a roughly upright face amid a crop `wider` than the mesh's; score 0 if it does not."""
        crop_to_photo = replace(place, side=place.side * wider).to_photo(tiles.WINDOW_PX)
        crop = tiles.Window(drawn(photo, crop_to_photo, (tiles.WINDOW_PX, tiles.WINDOW_PX)), 0, 0, tiles.WINDOW_PX)
        for detection in self._networks.find(crop.pixels):
            seen = place_of(detection, crop)
            off = max(abs(seen.x - tiles.WINDOW_PX / 2), abs(seen.y - tiles.WINDOW_PX / 2))
            if abs(seen.roll_deg) < 50 and off < 0.2 * tiles.WINDOW_PX:
                x, y = transformed(np.array([[seen.x, seen.y]]), crop_to_photo)[0]
                side = seen.side * place.side * wider / tiles.WINDOW_PX
                return Sighting(Place(float(x), float(y), side, place.roll_deg + seen.roll_deg), detection.score)
        return Sighting(place, 0.0)


def tilt_of(place: Place) -> float:
    """How far a place is turned from upright, 0..180 degrees."""
    return turned_from(place.roll_deg, 0)


def turned(windows: Iterable[tiles.Window], quarter_turns: Iterable[int]) -> Iterator[tiles.Window]:
    """Each window, turned in each of the ways."""
    turns = tuple(quarter_turns)
    return (window.turned(turn) for window in windows for turn in turns)


def place_of(detection: Detection, window: tiles.Window) -> Place:
    """The upright square around a detection: turned by the line through its eyes, half as wide again as its box."""
    corners, keypoints = window.to_photo(detection.corners), window.to_photo(detection.keypoints)
    x, y = corners.mean(axis=0)
    dx, dy = keypoints[1] - keypoints[0]
    side = CROP_FACTOR * float(np.abs(corners[1] - corners[0]).max())
    return Place(float(x), float(y), side, math.degrees(math.atan2(dy, dx)))


def _settled(before: Place, after: Place) -> bool:
    """Whether the crop would hardly change any more."""
    turn = turned_from(after.roll_deg, before.roll_deg)
    moved = math.hypot(after.x - before.x, after.y - before.y) / after.side
    return turn < 4 and moved < 0.04 and abs(math.log(after.side / before.side)) < 0.12
