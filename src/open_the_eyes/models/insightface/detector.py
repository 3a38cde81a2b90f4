"""SCRFD finds the faces, our mesh measures them, ArcFace says who they are.

The landmarks and the openness of the eyes come from the same mesh and the same small network as with the default
detector, so that everything after detection works alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from ...imaging.arrays import Rgb
from ...imaging.face.face_crop import Place
from ...imaging.pyramid import Pyramid
from ...progress import NO_WATCH, Tick, ticking
from ...roles import Face, Watch
from ...settings import Settings
from ..faces.mediapipe_faces import MediapipeDetector
from ..faces.search import same_face
from ..faces.tiles import Window, on_black, overlapping, reduced
from ..weights import path_of
from .networks import ArcFace, Scrfd
from .scrfd import INPUT_PX, Found

AROUND: Final = 1.4
"""Side of the mesh's square, in sides of SCRFD's box, which goes from the hair to the chin."""
SMALLEST: Final = 20.0
"""Narrowest face that SCRFD finds dependably in its square, pixels."""
OVERLAP: Final = 0.25


class InsightFaceDetector:
    """Fulfils `FaceDetector`, with `Face.embedding`.

    Raises:
        WeightsMissing: a network is not on this machine (at once), or its file is damaged (when it is first used).
    """

    name = "insightface"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._scrfd = Scrfd(path_of("scrfd", settings), settings)
        self._arcface = ArcFace(path_of("arcface", settings), settings)
        self._mesh = MediapipeDetector(settings)

    def __reduce__(self) -> tuple[type[InsightFaceDetector], tuple[Settings]]:
        """Another process loads its own."""
        return InsightFaceDetector, (self._settings,)

    def __eq__(self, other: object) -> bool:
        """Whether it finds the same faces."""
        return isinstance(other, InsightFaceDetector) and self._settings == other._settings

    def __hash__(self) -> int:
        return hash(self._settings)

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        """Every face once, left to right; a photo in which none stands upright is looked at from all sides."""
        photo, tick = Pyramid(pixels), ticking(watch)
        whole = _whole(photo)
        places = self._places([whole, *_tiles(photo, self._settings.min_face_px)], tick)
        if not places:
            places = self._places([whole.turned(turn) for turn in (1, 2, 3)], tick)
        faces: list[Face] = []
        for place, score in sorted(places, key=lambda one: -one[1]):
            tick()
            face = self._mesh.at(photo, place, score)
            if face is not None and not any(same_face(face.box, other.box) for other in faces):
                faces.append(replace(face, embedding=self._arcface.embedding(pixels, face.landmarks)))
        return sorted(faces, key=lambda face: face.box.centre_xy)

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        """The same face looked at again; who it is only if that is known of `face`."""
        again = self._mesh.measure(pixels, face)
        if again is None or face.embedding is None:
            return again
        return replace(again, embedding=self._arcface.embedding(pixels, again.landmarks))

    def _places(self, windows: list[Window], tick: Tick) -> list[tuple[Place, float]]:
        found = self._scrfd.find([window.pixels for window in windows], tick)
        return [(_place(one, window), one.score) for window, seen in zip(windows, found, strict=True) for one in seen]


def _place(found: Found, window: Window) -> Place:
    """The mesh's square around a face, turned by the line through its eyes."""
    corners = window.to_photo((found.corners + 0.5) / INPUT_PX)
    left, right = window.to_photo((found.eyes + 0.5) / INPUT_PX)
    x, y = corners.mean(axis=0)
    roll = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
    return Place(float(x), float(y), AROUND * float(np.abs(corners[1] - corners[0]).max()), roll)


def _whole(photo: Pyramid) -> Window:
    """The photo in one square, its longer side filling it."""
    long_side = float(max(photo.size_wh))
    return Window(on_black(reduced(photo, long_side / INPUT_PX), INPUT_PX), 0.0, 0.0, long_side)


def _tiles(photo: Pyramid, min_face_px: float) -> Iterator[Window]:
    """Overlapping squares over a large photo, so fine that its smallest faces that count are found."""
    grow = max(min_face_px / SMALLEST, 1.0)
    if max(photo.size_wh) <= 1.2 * INPUT_PX * grow:
        return
    for left, top, part in overlapping(reduced(photo, grow), INPUT_PX, OVERLAP):
        yield Window(part, left * grow, top * grow, INPUT_PX * grow)
