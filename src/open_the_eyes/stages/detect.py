"""Photo -> faces."""

from __future__ import annotations

from ..imaging.arrays import Rgb
from ..progress import NO_WATCH, Part
from ..roles import Face, FaceDetector, Watch
from .overlap import with_hidden_eyes


def detect(pixels: Rgb, detector: FaceDetector, watch: Watch = NO_WATCH) -> list[Face]:
    """Every face of an upright photo, left to right; a picture without one gives none. Eyes behind another face are
    covered."""
    faces = detector.detect(pixels, Part(watch, 0.0, 0.9))
    return with_hidden_eyes(pixels, faces, detector, Part(watch, 0.0, 0.0))  # soon done, but can be stopped
