"""Other photos of the portrait's person, and of somebody else, who is made up: there is only one face to be had."""

from __future__ import annotations

import cv2
import numpy as np

from open_the_eyes.imaging.arrays import Points, Rgb, to_levels
from open_the_eyes.imaging.warp import ThinPlate

_MOVES = {
    1: (0.0, 0.10), 2: (0.0, 0.12), 98: (-0.07, 0.12), 327: (0.07, 0.12), 129: (-0.07, 0.1), 358: (0.07, 0.1),
    168: (0.0, -0.04), 33: (0.06, 0.0), 133: (0.03, 0.0), 263: (-0.06, 0.0), 362: (-0.03, 0.0),
    70: (0.05, -0.09), 105: (0.05, -0.10), 107: (0.06, -0.04), 300: (-0.05, -0.09), 334: (-0.05, -0.10),
    336: (-0.06, -0.04), 61: (-0.09, 0.13), 291: (0.09, 0.13), 0: (0.0, 0.12), 17: (0.0, 0.16),
    152: (0.0, 0.04), 172: (-0.12, 0.0), 397: (0.12, 0.0), 234: (-0.05, 0.0), 454: (0.05, 0.0), 10: (0.0, -0.08),
}  # fmt: skip
"""How another face differs, in distances between the outer corners of the eyes."""


def another_shot(
    pixels: Rgb, *, scale: float = 1.0, turn_deg: float = 0.0, light: float = 1.0, shift: float = 0
) -> Rgb:
    """The same scene once more: nearer or further, the camera tilted, darker or lighter and warmer."""
    h, w = pixels.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), -turn_deg, scale), np.float64)
    matrix[:, 2] += [(scale - 1) * w / 2 + shift, (scale - 1) * h / 2]
    size_wh = (round(w * scale), round(h * scale))
    moved = cv2.warpAffine(pixels, matrix, size_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return to_levels(moved * (np.array([1.04, 1.0, 0.93]) * light))


def somebody_else(pixels: Rgb, landmarks: Points) -> Rgb:
    """Another person: longer nose, wider jaw and mouth, higher brows, closer eyes, other skin and hair."""
    across = float(np.linalg.norm(landmarks[33, :2] - landmarks[263, :2]))
    numbers = list(_MOVES)
    was = landmarks[numbers, :2]
    now = was + across * np.array([_MOVES[k] for k in numbers])
    h, w = pixels.shape[:2]
    frame = np.array([[0, 0], [w, 0], [0, h], [w, h], [w / 2, 0], [0, h / 2], [w, h / 2]], float)
    x, y = ThinPlate.between(np.vstack([now, frame]), np.vstack([was, frame])).field((h, w))
    warped = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return to_levels(255 * (warped / 255.0) ** np.array([1.3, 1.6, 1.9]))
