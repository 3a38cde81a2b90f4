"""Photos to measure with, all made from one public-domain portrait with painted blinks: nobody's picture is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from ..demo.blink import paint_blink
from ..imaging.arrays import Points, Rgb, to_levels, to_tones
from ..portrait import portrait
from ..roles import Face, FaceDetector

QUALITY: Final = 95
GRAIN: Final = 5.0
"""Noise on enlarged pixels, levels, so that a JPEG of them is about as large as a camera's."""
ROWS, COLUMNS = 2, 7
GROUP_WH: Final = (3000, 2000)
GROUP_FACES_PX: Final = (150, 220)


@dataclass(frozen=True, slots=True)
class Look:
    """How the portrait is changed to make another photo of it; all of it leaves the eyes open."""

    name: str
    mirrored: bool = False
    light: float = 1.0
    zoom: float = 1.0
    turn_deg: float = 0.0


LOOKS: Final = (
    Look("as it is"),
    Look("mirrored", mirrored=True),
    Look("dim", light=0.7),
    Look("bright", light=1.15),
    Look("large", zoom=1.6),
    Look("tilted", turn_deg=8.0),
    Look("tilted back", mirrored=True, turn_deg=-8.0),
    Look("dim and large", light=0.8, zoom=1.3),
)


def portraits() -> Iterator[tuple[str, Rgb]]:
    """The portrait in every one of LOOKS: eight photos of one person, eyes open."""
    person = portrait()
    h, w = person.shape[:2]
    for look in LOOKS:
        pixels = person[:, ::-1] if look.mirrored else person
        size_wh = round(w * look.zoom), round(h * look.zoom)
        matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), look.turn_deg, look.zoom), np.float64)
        matrix[:, 2] += [(size_wh[0] - w) / 2, (size_wh[1] - h) / 2]
        flags = cv2.INTER_CUBIC if look.zoom > 1 or look.turn_deg else cv2.INTER_LINEAR
        turned = cv2.warpAffine(pixels.copy(), matrix, size_wh, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        yield look.name, to_levels(to_tones(np.asarray(turned, np.uint8)) * look.light)


def largest_face(pixels: Rgb, detector: FaceDetector) -> Face | None:
    """The largest face of a picture; None where there is no face."""
    return max(detector.detect(pixels), key=lambda face: face.box.area, default=None)


def face_of(pixels: Rgb, detector: FaceDetector) -> Face:
    """The largest face of a picture made here, in each of which there is one."""
    return max(detector.detect(pixels), key=lambda face: face.box.area)


def blinking_portrait(size_wh: tuple[int, int], detector: FaceDetector) -> Rgb:
    """The portrait's upper part at `size_wh`, eyes shut, with a camera's grain."""
    w, h = size_wh
    part = portrait()[: round(512 * h / w)]
    enlarged = grainy(np.asarray(cv2.resize(part, size_wh, interpolation=cv2.INTER_LANCZOS4), np.uint8), seed=0)
    return paint_blink(enlarged, face_of(enlarged, detector).landmarks)


def group(detector: FaceDetector) -> Rgb:
    """Fourteen faces of 150 to 220 pixels in GROUP_WH, mirrored and lit in turn; every second one has its eyes shut."""
    person = portrait()
    face = face_of(person, detector)
    shut = paint_blink(person, face.landmarks)
    canvas = np.full((GROUP_WH[1], GROUP_WH[0], 3), 96, np.uint8)
    w, h = GROUP_WH[0] // COLUMNS, GROUP_WH[1] // ROWS
    for number in range(ROWS * COLUMNS):
        px = float(np.linspace(*GROUP_FACES_PX, ROWS * COLUMNS)[(5 * number) % (ROWS * COLUMNS)])
        one = _placed(shut if number % 2 else person, face.landmarks, px / face.box.width, (w, h))
        one = one[:, ::-1] if number % 3 == 1 else one
        light = 0.85 + 0.05 * (number % 7)
        row, column = divmod(number, COLUMNS)
        canvas[row * h : (row + 1) * h, column * w : (column + 1) * w] = to_levels(to_tones(one) * light)
    return grainy(canvas, seed=1)


def written(pixels: Rgb, path: Path) -> Path:
    """Writes a JPEG as phones do, 4:2:0 at quality 95, and returns its path."""
    from PIL import Image

    Image.fromarray(pixels).save(path, "JPEG", quality=QUALITY, subsampling=2)
    return path


def _placed(person: Rgb, landmarks: Points, zoom: float, size_wh: tuple[int, int]) -> Rgb:
    """The person enlarged, nose in the middle of `size_wh`, edges carried on."""
    x, y = landmarks[1, :2]
    matrix = np.array([[zoom, 0, size_wh[0] / 2 - zoom * x], [0, zoom, size_wh[1] / 2 - zoom * y]])
    flags = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(person, matrix, size_wh, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def grainy(pixels: Rgb, seed: int) -> Rgb:
    """The picture (H, W, 3) with noise that is a little coarser than a pixel, as demosaicing leaves it; made in bands
    to spare memory."""
    rng, out = np.random.default_rng(seed), pixels.copy()
    for top in range(0, out.shape[0], 256):
        band = out[top : top + 256]
        noise = cv2.GaussianBlur(rng.standard_normal(band.shape, dtype=np.float32), (0, 0), 0.7)
        band[...] = to_levels(to_tones(band) + GRAIN / float(noise.std()) * noise)
    return out
