"""Photos to measure with: those of `open-the-eyes bench`, made from one public-domain portrait, and one more."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from open_the_eyes.bench.pictures import blinking_portrait, face_of, grainy, group, written
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.portrait import portrait
from open_the_eyes.roles import FaceDetector

__all__ = ["blinking_portrait", "close_up", "face_of", "group", "written"]

CLOSE_UP: Final = 1.15
"""Height of a close-up, in heights of its face."""


def close_up(size_wh: tuple[int, int], detector: FaceDetector) -> Rgb:
    """The portrait's face from edge to edge of a picture of `size_wh`, eyes shut, with a camera's grain."""
    person, (w, h) = portrait(), size_wh
    face = face_of(person, detector).box
    (x, y), half = face.centre_xy, (CLOSE_UP * face.height * w / h / 2, CLOSE_UP * face.height / 2)
    part = Box(x - half[0], y - half[1], x + half[0], y + half[1]).within(person).cut(person)
    enlarged = grainy(np.asarray(cv2.resize(part, size_wh, interpolation=cv2.INTER_LANCZOS4), np.uint8), seed=0)
    return paint_blink(enlarged, face_of(enlarged, detector).landmarks)
