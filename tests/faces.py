"""Pictures made of the portrait, and what can be measured on their eyes."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, Side

HEAD: Final = np.s_[20:240, 100:330]
"""Rows and columns of the portrait around its head; the face is about 92 pixels wide."""


def resized(pixels: Rgb, factor: float) -> Rgb:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def turned(pixels: Rgb, degrees: float) -> Rgb:
    """The picture turned clockwise about its middle, on a black canvas that is large enough."""
    h, w = pixels.shape[:2]
    side = int(np.hypot(h, w)) + 2
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), -degrees, 1), np.float64)
    matrix[:, 2] += [(side - w) / 2, (side - h) / 2]
    return np.asarray(cv2.warpAffine(pixels, matrix, (side, side)), np.uint8)


def opening(landmarks: Points, side: Side, shape_hw: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w): the pixels between one eye's lids."""
    plane = np.zeros(shape_hw, np.uint8)
    cv2.fillPoly(plane, [np.rint(landmarks[EYE_RING[side], :2]).astype(np.int32)], (1.0,))
    return plane > 0


def iris_colour(pixels: Rgb, landmarks: Points, side: Side) -> NDArray[np.float64]:
    """(3,): the median colour of the iris between pupil and rim, where the lids leave it free."""
    iris = landmarks[IRIS[side], :2]
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    ys, xs = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    away = np.hypot(xs - iris[0, 0], ys - iris[0, 1]) / radius
    ring = (away > 0.4) & (away < 0.85) & opening(landmarks, side, (pixels.shape[0], pixels.shape[1]))
    return np.asarray(np.median(pixels[ring], axis=0), np.float64)


def dark_centre_xy(pixels: Rgb, landmarks: Points, side: Side) -> NDArray[np.float64]:
    """(2,): where the dark part of one eye's opening lies, in eye widths from the eye's middle."""
    ring = landmarks[EYE_RING[side], :2]
    inside = cv2.erode(opening(landmarks, side, (pixels.shape[0], pixels.shape[1])).astype(np.uint8), np.ones((5, 5)))
    dark = np.clip(90.0 - pixels.mean(axis=2), 0, None) * inside
    ys, xs = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    centre = np.array([(dark * xs).sum(), (dark * ys).sum()]) / dark.sum()
    return np.asarray((centre - (ring[0] + ring[8]) / 2) / np.linalg.norm(ring[0] - ring[8]), np.float64)
