"""The default face detector: MediaPipe finds faces, its mesh measures them, a small network reads their eyes.

Looking goes from coarse to fine: the whole photo, upright and in quarter turns; then, only if small faces can be there
(`tiles.worth_looking`), overlapping windows. A sighting is a face only if the mesh on its own upright crop agrees, and
the finder sees it again there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Final

from ..imaging.arrays import Points, Rgb
from ..imaging.eyecrop import eye_crop
from ..imaging.facecrop import Place
from ..imaging.geometry import Box
from ..imaging.mesh478 import FACE_OVAL, SIDES
from ..imaging.openness import opennesses
from ..imaging.pose import pose_of
from ..imaging.pyramid import Pyramid
from ..roles import Eye, Face
from ..settings import Settings
from . import tiles
from .eye_state import EyeStateNetwork
from .face_finder import HEAD_DOWN_DEG, FaceFinder, Sighting, place_around, tilt_of, turned
from .mediapipe_graphs import check_not_forked
from .refusals import covered_sides, outside_sides, refusal_of

FILLING_SHARE: Final = 0.5
"""The first look is at the whole photo, as it is and shrunk by this, for a face that fills it. Where another face
was seen, one that fills the frame sideways has no room, and is not looked for."""

TIGHT_SHARES: Final = (0.35, 0.25)
"""Of further looks while nothing is found: a face cut off at brow and chin."""

TURNED_ZOOM: Final = 3
"""While no face is found, tiles up to this zoom are looked at from all four sides; finer, that would take seconds."""

SURE_SCORE: Final = 0.6
"""Sightings below this wait until every window has been looked at: most are the same faces, less well placed."""

AS_SURE: Final = 0.15
"""A face that is head down or lying is at times seen upright, with a score this near to the true one's."""

LYING_DEG: Final = 45.0
"""Two sightings of one face that are turned from each other by more cannot both be right."""

COUNTED_SHARE: Final = 0.5
"""Faces below this share of `Settings.min_face_px` are not even counted: at 20 pixels, bags have faces too."""

INSIDE_SHARE: Final = 0.5
"""A face of which more than this lies outside the photo is none: nothing but the repeated rim was seen there."""

SAME_FACE_OVERLAP: Final = 0.3
SAME_FACE_DISTANCE: Final = 0.3
"""Two boxes are one face if they overlap by more (intersection over union), or if their centres are closer than this
share of the larger one's side: the finder's boxes of one face differ in size more than in place."""

_loading: Final = Lock()


@cache
def _the_finder() -> FaceFinder:
    return FaceFinder()


class MediapipeDetector:
    """Fulfils `FaceDetector`; nothing is loaded before the first photo. Safe to share between threads."""

    name = "mediapipe"

    def __init__(self, settings: Settings, eye_states: EyeStateNetwork | None = None) -> None:
        self._settings = settings
        self._smallest_counted = COUNTED_SHARE * settings.min_face_px
        self._eye_states = eye_states or EyeStateNetwork()

    @property
    def _finder(self) -> FaceFinder:
        """One a process, however many detectors and threads ask: MediaPipe never gives back a second one's memory."""
        check_not_forked()  # else it may wait for a thread that the fork has left behind
        with _loading:
            return _the_finder()

    def detect(self, pixels: Rgb) -> list[Face]:
        """Every face of an upright photo once, left to right."""
        photo = Pyramid(pixels)
        faces: list[Face] = []
        doubtful: list[Sighting] = []

        def look(windows: Iterable[tiles.Window]) -> None:
            found = self._finder.sightings(windows)
            self._add(faces, photo, [one for one in found if one.score >= SURE_SCORE])
            doubtful.extend(one for one in found if one.score < SURE_SCORE)

        overview = tiles.Overview(photo)
        shrunk = overview.whole(FILLING_SHARE)
        look([*turned([overview.whole(1.0)], range(4)), shrunk])
        if not faces:
            look(turned([shrunk], range(1, 4)))
        for share in TIGHT_SHARES:
            if not faces:
                look(turned([overview.whole(share)], range(4)))
        for zoom in tiles.ZOOMS:
            sizes = [max(face.box.width, face.box.height) for face in faces]
            if not tiles.worth_looking(zoom, sizes, self._settings.min_face_px, max(pixels.shape[:2])):
                break
            look(turned(overview.tiles(zoom), range(4 if not faces and zoom <= TURNED_ZOOM else 1)))
        self._add(faces, photo, sorted(doubtful, key=lambda one: -one.score))
        return sorted(faces, key=lambda face: face.box.centre_xy)

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        """The same face looked at again on its own crop; None where the mesh no longer sees one."""
        landmarks = self._finder.mesh(Pyramid(pixels), place_around(face.landmarks))
        return None if landmarks is None else self._face(pixels, landmarks, face.confidence)

    def at(self, photo: Pyramid, place: Place, confidence: float) -> Face | None:
        """The face in a place that somebody else is sure of; None where the mesh sees none."""
        landmarks = self._finder.mesh(photo, place)
        for _ in range(2):  # the mesh straightens its own crop
            landmarks = None if landmarks is None else self._finder.mesh(photo, place_around(landmarks))
        if landmarks is None or not self._counts(landmarks, photo.size_wh):
            return None
        return self._face(photo.pixels, landmarks, confidence)

    def _add(self, faces: list[Face], photo: Pyramid, sightings: list[Sighting]) -> None:
        """Tries sightings, surest first, and appends the faces that are new."""
        for sighting in sightings:
            speck = sighting.box.width < 0.7 * self._smallest_counted
            if speck or (faces and _head_down(sighting)) or any(same_face(sighting.box, face.box) for face in faces):
                continue
            landmarks = self._finder.landmarks(photo, sighting, ways_up(sighting, sightings))
            if landmarks is None or not self._counts(landmarks, photo.size_wh):
                continue
            if not any(same_face(Box.around(landmarks[FACE_OVAL]), face.box) for face in faces):
                faces.append(self._face(photo.pixels, landmarks, sighting.score))

    def _counts(self, landmarks: Points, size_wh: tuple[int, int]) -> bool:
        box = Box.around(landmarks[FACE_OVAL])
        return box.width >= self._smallest_counted and box.clipped(size_wh).area >= INSIDE_SHARE * box.area

    def _face(self, pixels: Rgb, landmarks: Points, confidence: float) -> Face:
        pose, box, openness = pose_of(landmarks), Box.around(landmarks[FACE_OVAL]), opennesses(landmarks)
        crops = [eye_crop(pixels, landmarks, side) for side in SIDES]
        read = self._eye_states.read(crops, [openness[side] for side in SIDES])
        readings = dict(zip(SIDES, read, strict=True))
        outside = outside_sides(landmarks, (pixels.shape[1], pixels.shape[0]))
        hidden = {*covered_sides(readings), *outside}  # nothing to open there, whatever the mesh draws
        eyes = {
            side: Eye(openness[side], 0.0 if side in hidden else readings[side].closed, side in hidden, side in outside)
            for side in SIDES
        }
        refusal, reason = refusal_of(box, pose.yaw_deg, hidden, self._settings.min_face_px)
        return Face(box, landmarks, eyes, pose.yaw_deg, pose.roll_deg, confidence, refusal, reason)


def _head_down(sighting: Sighting) -> bool:
    """An upright face often leaves a second, faint sighting of its forehead or chest, head down; once a face is known,
    only a clear one is worth the long look from all sides."""
    return tilt_of(sighting.place) > HEAD_DOWN_DEG and sighting.score < SURE_SCORE


def ways_up(sighting: Sighting, others: Iterable[Sighting]) -> int:
    """In how many ways a face may be upright: 2 where another sighting, about as sure, shows it head down, 4 where
    one shows it lying, else 1."""
    ways = 1
    for other in others:
        between = abs((other.place.roll_deg - sighting.place.roll_deg + 180) % 360 - 180)
        if between > LYING_DEG and other.score > sighting.score - AS_SURE and same_face(other.box, sighting.box):
            ways = max(ways, 2 if between > HEAD_DOWN_DEG else 4)
    return ways


def same_face(a: Box, b: Box) -> bool:
    """Whether two boxes are of one face."""
    (ax, ay), (bx, by) = a.centre_xy, b.centre_xy
    larger = max(a.width, a.height, b.width, b.height)
    near = math.hypot(ax - bx, ay - by) < SAME_FACE_DISTANCE * larger
    return near or a.intersection_over_union(b) > SAME_FACE_OVERLAP
