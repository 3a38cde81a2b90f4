"""Photo -> faces."""

from __future__ import annotations

from ..imaging.arrays import Rgb
from ..roles import Face, FaceDetector


def detect(pixels: Rgb, detector: FaceDetector) -> list[Face]:
    """Every face of an upright photo, left to right; a picture without one gives none."""
    return detector.detect(pixels)
