"""An eye drawn on skin, 80 pixels wide, to find things around."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from open_the_eyes.imaging.arrays import Plane, Points, Rgb

OUTER: Final[Points] = np.array([80.0, 100.0])
INNER: Final[Points] = np.array([160.0, 100.0])


def region() -> Plane:
    """Where an open eye would be painted."""
    plane = np.zeros((200, 240), np.float32)
    cv2.ellipse(plane, (120, 100), (62, 46), 0, 0, 360, (1.0,), -1)
    return plane


def skin() -> Rgb:
    noise = np.random.default_rng(0).normal(0, 2, (200, 240, 1))
    return np.asarray(np.clip(np.array([190, 150, 130]) + noise, 0, 255), np.uint8)
