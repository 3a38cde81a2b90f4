"""Made-up people: who looks like whom is written in a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Eye, Face, FaceDetector, Watch
from open_the_eyes.seen import Seen

OPEN: Final = Eye(1.0, 0.02)
SHUT: Final = Eye(0.1, 0.99)


@dataclass
class Table:
    """Detector and describer of made-up faces: `who` by the faces' place, evidence 4 for one name and -5 for two."""

    name: str = "table"
    faces: dict[int, list[Face]] = field(default_factory=dict)
    who: dict[float, str] = field(default_factory=dict)

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:  # noqa: ARG002 -- the role has it
        return self.faces[int(pixels[0, 0, 0])]

    def measure(self, pixels: Rgb, face: Face) -> Face | None:  # noqa: ARG002 -- the role has it
        return face

    def describe(self, pixels: Rgb, face: Face) -> NDArray[np.float32]:
        return np.array([int(pixels[0, 0, 0]), face.confidence], np.float32)

    def evidence(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        names = [self.who[float(row[1])] for row in (one, other)]
        return 4.0 if names[0] == names[1] else -5.0

    def person(self, name: str, x: float, eyes: tuple[Eye, Eye] = (OPEN, OPEN), width: float = 100.0) -> Face:
        key = float(len(self.who) + 1)
        self.who[key] = name
        marks = np.random.default_rng(0).uniform(0, 100, (478, 3)) + np.array([x, 50.0, 0.0])
        both: dict[Side, Eye] = dict(zip(SIDES, eyes, strict=True))
        return Face(Box(x, 50, x + width, 50 + width), marks, both, 0.0, 0.0, key)


def picture(number: int) -> Rgb:
    return np.full((400, 1200, 3), number, np.uint8)


def seen_in(pixels: Rgb, detector: FaceDetector) -> Seen:
    return Seen(Photo(pixels), tuple(detector.detect(pixels)), detector)
