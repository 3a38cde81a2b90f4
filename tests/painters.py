"""Stand-ins for the generator: painters of garbage, painters that fail at first, one that copies true eyes, and
those that remember what has been found and painted."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.trimmed_patches import TrimmedPatch, TrimmedPatches, trimmed
from open_the_eyes.options import GenerateOptions
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Crop, EyeGenerator, Face, FaceDetector, Patch, Request, Watch

Paint = Callable[[Crop, int], Rgb]
"""What to show in a crop, given the number of the request."""


@dataclass
class Painter:
    """Fulfils `EyeGenerator` with anything; `seeds` are those it was asked for."""

    paint: Paint
    seeds: list[int] = field(default_factory=list)
    name: str = "painter"

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,  # noqa: ARG002 -- the role has it
        watch: Watch = NO_WATCH,  # noqa: ARG002
    ) -> list[Patch]:
        patches = []
        for request in requests:
            pixels = self.paint(request.crop, len(self.seeds)).astype(np.float32)
            self.seeds.append(request.seed)
            patches.append(Patch(pixels, request.crop.mask.copy(), request.seed, 0.0))
        return patches


class RememberingDetector:
    """Fulfils `FaceDetector` with what the one behind it has found before: tests of what is around it show it the same
    few photos again and again."""

    def __init__(self, inner: FaceDetector) -> None:
        self._inner = inner
        self._found: dict[bytes, list[Face]] = {}
        self._measured: dict[bytes, Face | None] = {}

    @property
    def name(self) -> str:
        return self._inner.name

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        key = _digest(pixels)
        if key not in self._found:
            self._found[key] = self._inner.detect(pixels, watch)
        return list(self._found[key])

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        key = _digest((pixels, face))
        if key not in self._measured:
            self._measured[key] = self._inner.measure(pixels, face)
        return self._measured[key]


class RememberingPainter:
    """The same of `EyeGenerator`: what has been painted before is not painted again."""

    def __init__(self, inner: EyeGenerator) -> None:
        self._inner = inner
        self._painted: dict[bytes, TrimmedPatch] = {}

    @property
    def name(self) -> str:
        return self._inner.name

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> TrimmedPatches:
        keys = [_digest((request, options)) for request in requests]
        new = {key: request for key, request in zip(keys, requests, strict=True) if key not in self._painted}
        patches = self._inner.generate(list(new.values()), options, watch)
        painted = trimmed(patches, (request.crop for request in new.values()))
        self._painted |= zip(new, painted, strict=True)
        return TrimmedPatches(self._painted[key] for key in keys)


def _digest(told: object) -> bytes:
    return hashlib.blake2b(pickle.dumps(told)).digest()


def with_painter(engine: Engine, painter: Painter) -> Engine:
    """The real detector and that painter."""
    return replace(engine, name="painter", generator=painter)


def nothing(crop: Crop, _: int) -> Rgb:
    """The closed lids again."""
    return crop.pixels.copy()


def noise(crop: Crop, number: int) -> Rgb:
    return np.random.default_rng(number).integers(0, 256, crop.pixels.shape, dtype=np.uint8)


def black(crop: Crop, _: int) -> Rgb:
    return np.zeros_like(crop.pixels)


def true_eyes(original: Rgb) -> Paint:
    """What was there before the blink."""
    return lambda crop, _: np.asarray(crop.window.cut(original), np.uint8)
