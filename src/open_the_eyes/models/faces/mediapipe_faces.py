"""The default face detector: MediaPipe's networks find and measure faces, a small one of our own reads their eyes.

`search.py` says where to look, `finder.py` what counts as a face. Loaded once a process.
"""

from __future__ import annotations

from functools import cache

from ...imaging.arrays import Points, Rgb, size_wh_of
from ...imaging.face.eye_crop import eye_crop
from ...imaging.face.face_crop import Place, place_around
from ...imaging.face.mesh478 import FACE_OVAL, SIDES
from ...imaging.face.openness import opennesses
from ...imaging.face.pose import pose_of
from ...imaging.geometry import Box
from ...imaging.pyramid import Pyramid
from ...progress import NO_WATCH, ticking
from ...roles import Eye, Face, Watch
from ...settings import Settings
from ..eye_state import EyeStateNetwork
from .finder import FaceFinder
from .refusals import covered_sides, doubt_of, outside_sides, refusal_of
from .search import counts, found_in


@cache
def _the_finder() -> FaceFinder:
    return FaceFinder()


class MediapipeDetector:
    """Fulfils `FaceDetector`; nothing is loaded before the first photo. Safe to share between threads."""

    name = "mediapipe"

    def __init__(self, settings: Settings, eye_states: EyeStateNetwork | None = None) -> None:
        self._settings = settings
        self._eye_states = eye_states or EyeStateNetwork()

    def __eq__(self, other: object) -> bool:
        """Whether it finds the same faces."""
        if not isinstance(other, MediapipeDetector) or type(other) is not type(self):
            return False
        return (self._settings, self._eye_states) == (other._settings, other._eye_states)

    def __hash__(self) -> int:
        return hash((self._settings, self._eye_states))

    @property
    def _finder(self) -> FaceFinder:
        """One a process, however many detectors and threads ask: reading the networks takes a tenth of a second."""
        return _the_finder()

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        """Every face of a photo once, left to right."""
        tick = ticking(watch)
        faces = []
        for one in found_in(Pyramid(pixels), self._finder, self._settings.min_face_px, tick):
            tick()
            faces.append(self._face(pixels, one.landmarks, one.score))
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
        if landmarks is None or not counts(Box.around(landmarks[FACE_OVAL]), photo.size_wh, self._settings.min_face_px):
            return None
        return self._face(photo.pixels, landmarks, confidence)

    def _face(self, pixels: Rgb, landmarks: Points, confidence: float) -> Face:
        pose, box, openness = pose_of(landmarks), Box.around(landmarks[FACE_OVAL]), opennesses(landmarks)
        crops = [eye_crop(pixels, landmarks, side) for side in SIDES]
        read = self._eye_states.read(crops, [openness[side] for side in SIDES])
        readings = dict(zip(SIDES, read, strict=True))
        outside = outside_sides(landmarks, size_wh_of(pixels))
        hidden = {*covered_sides(readings), *outside}  # nothing to open there, whatever the mesh draws
        eyes = {
            side: Eye(openness[side], 0.0 if side in hidden else readings[side].closed, side in hidden, side in outside)
            for side in SIDES
        }
        refusal, reason = refusal_of(box, pose.yaw_deg, hidden, self._settings.min_face_px)
        doubt = doubt_of(box, self._settings.min_face_px)
        return Face(box, landmarks, eyes, pose.yaw_deg, pose.roll_deg, confidence, refusal, reason, doubt)
