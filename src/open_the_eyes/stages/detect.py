"""Photo -> faces."""

from __future__ import annotations

from ..imaging.arrays import Rgb
from ..roles import Face, FaceDetector
from .overlap import with_hidden_eyes


def detect(pixels: Rgb, detector: FaceDetector) -> list[Face]:
    """Every face of an upright photo, left to right; a picture without one gives none. Eyes behind another face are
    covered."""
    return with_hidden_eyes(pixels, detector.detect(pixels), detector)
