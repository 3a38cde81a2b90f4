"""What painted eyes lack, held against the true ones in the shape that eyes have on average."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Plane, Points, Tones, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.exemplars import EYE_PX, Framed, remapped
from open_the_eyes.models.appearance.refiner import PaintedEyes
from open_the_eyes.models.appearance.steps import Step, StepContext
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.stages.crop import crop

from ..appearance.evaluate import crop_of, usable
from ..faces import Portrait, detector
from ..painters import Refined

FINE: Final = 0.045
"""Detail is finer than a Gaussian of this standard deviation, in eye widths."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Of n faces, in the mean shape: (h, w, 3) the mean of true less painted logarithms, and (h, w) the mean squares of
    the true eyes' detail and of the painted ones'."""

    missing: NDArray[np.float32]
    true: Plane
    painted: Plane
    faces: int


class _Recorder(Refined):
    """Paints eyes and keeps what exemplars would be laid over."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[PaintedEyes] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*super().steps, self._kept)

    def _kept(self, painted: list[PaintedEyes], _: StepContext) -> list[PaintedEyes]:
        self.seen = painted
        return painted


@cache
def _painter() -> _Recorder:
    return _Recorder()


def eyes_of(pixels: Tones, mask: Plane, landmarks: Points) -> list[Framed]:
    """The open eyes of a picture (h, w, 3) whose landmarks (478, 2+) are known, left one first."""
    marks = landmarks[:, :2]
    shapes = {side: EyeShape.of(marks[EYE_RING[side]], marks[IRIS[side]], side) for side in SIDES}
    piece, roll = PaintedEyes(pixels, mask, landmarks, shapes), layout.to_strip(landmarks)
    return [Framed.of(piece, shape, roll) for shape in shapes.values()]


def in_mean_shape(eye: Framed, mean_points: Points) -> Tones:
    """The logarithms (h, w, 3) of an eye."""
    return remapped(eye.logs, eye.in_mean(mean_points))


def detail_of(logs: Tones) -> Tones:
    return np.asarray(logs - cv2.GaussianBlur(logs, (0, 0), FINE * EYE_PX), np.float32)


def energy_of(logs: Tones) -> Plane:
    """(h, w): squares of the detail of light."""
    return np.asarray(detail_of(logs).mean(axis=2) ** 2, np.float32)


def lacking_of(portrait: Portrait, mean_points: Points) -> Lacking | None:
    """Of one open-eyed portrait, whose eyes are painted shut and opened; None where that cannot be done."""
    if not usable(portrait):
        return None
    blink = paint_blink(portrait.pixels, portrait.landmarks)
    face = detector().measure(blink, crop_of(portrait).face)
    if face is None:
        return None
    shut = crop(blink, face, SIDES)
    pairs = list(zip(_opened(shut), _true(portrait, shut), strict=False))
    if len(pairs) < len(SIDES):
        return None
    both = [[in_mean_shape(eye, mean_points) for eye in pair] for pair in pairs]
    return Lacking(
        np.asarray(np.mean([true - painted for painted, true in both], axis=0), np.float32),
        np.asarray(np.mean([energy_of(true) for _, true in both], axis=0), np.float32),
        np.asarray(np.mean([energy_of(painted) for painted, _ in both], axis=0), np.float32),
        1,
    )


def _opened(shut: Crop) -> list[Framed]:
    painter = _painter()
    painter.generate([Request(shut, seed=0)], GenerateOptions())
    roll = layout.to_strip(shut.landmarks)
    return [Framed.of(piece, shape, roll) for piece in painter.seen for shape in piece.shapes.values()]


def _true(portrait: Portrait, shut: Crop) -> list[Framed]:
    pixels = to_tones(shut.window.cut(portrait.pixels))
    return eyes_of(pixels, shut.mask, portrait.landmarks[:, :2] - np.asarray(shut.window.offset)[:2])


def lacking(portraits: Iterable[Portrait], mean_points: Points, workers: int = 2) -> Lacking:
    """The mean over portraits.

    Raises:
        SystemExit: of none of them the eyes could be painted shut and opened.
    """
    total: Lacking | None = None
    with ProcessPoolExecutor(workers) as pool:
        for one in pool.map(partial(lacking_of, mean_points=mean_points), portraits, chunksize=8):
            if one is not None:
                total = one if total is None else _sum(total, one)
    if total is None:
        raise SystemExit("expected open-eyed portraits to measure what painted eyes lack, found none; name others.")
    n = np.float32(total.faces)
    return Lacking(total.missing / n, total.true / n, total.painted / n, total.faces)


def _sum(a: Lacking, b: Lacking) -> Lacking:
    return replace(
        a, missing=a.missing + b.missing, true=a.true + b.true, painted=a.painted + b.painted, faces=a.faces + b.faces
    )
