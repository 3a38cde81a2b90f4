"""Who opens the eyes: the product, and what a person would use instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from ..engine import Engine
from ..imaging.arrays import Rgb, to_levels, to_tones
from ..imaging.face.alignment import ALIGNED_PX, to_ffhq
from ..imaging.face.face_crop import warped
from ..imaging.geometry import inverted
from ..options import Options
from ..photo import Photo
from ..pipeline import open_eyes
from ..roles import Crop, Face, FaceRestorer

PRODUCT: Final = "Open The Eyes"
SHUT: Final = "left shut"
TELEA_RADIUS: Final = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """A photo in which a face's eyes are shut: what every contender gets.

    Args:
        pixels: (H, W, 3).
        face: as the detector sees it in `pixels`.
        crop: its eyes, with the mask of what is to be painted.
    """

    pixels: Rgb
    face: Face
    crop: Crop


class Contender(Protocol):
    """Gives the photo back with its eyes opened, as far as it can."""

    @property
    def name(self) -> str: ...

    def open(self, scene: Scene) -> Rgb: ...


@dataclass(frozen=True, slots=True)
class Product:
    """The product, called as anybody calls it, on the whole photo."""

    engine: Engine
    options: Options

    @property
    def name(self) -> str:
        return f"{PRODUCT}, {self.engine.name}"

    def open(self, scene: Scene) -> Rgb:
        return open_eyes(Photo(scene.pixels), self.options, engine=self.engine).photo.pixels


@dataclass(frozen=True, slots=True)
class LeftShut:
    """The photo left as it is, eyes shut: what every contender has to beat."""

    name: str = SHUT

    def open(self, scene: Scene) -> Rgb:
        return scene.pixels


@dataclass(frozen=True, slots=True)
class Telea:
    """OpenCV's inpainting (Telea 2004), of the same mask that the product paints in."""

    name: str = "OpenCV inpainting (Telea)"

    def open(self, scene: Scene) -> Rgb:
        window, mask = scene.crop.window, scene.crop.mask
        filled = cv2.inpaint(scene.crop.pixels, (mask > 0).astype(np.uint8), TELEA_RADIUS, cv2.INPAINT_TELEA)
        out = scene.pixels.copy()
        soft = mask[..., None]
        window.cut(out)[...] = to_levels(to_tones(scene.crop.pixels) * (1 - soft) + filled * soft)
        return out


@dataclass(frozen=True, slots=True)
class RestorerAlone:
    """A face restoration network on the photo as it is; the square of the face that it returns is put back whole, as
    the network's own program does."""

    restorer: FaceRestorer
    label: str
    fidelity: float = 0.5

    @property
    def name(self) -> str:
        return f"{self.label} alone"

    def open(self, scene: Scene) -> Rgb:
        h, w = scene.pixels.shape[:2]
        to_square = to_ffhq(scene.face.landmarks)
        square = warped(scene.pixels, inverted(to_square), (ALIGNED_PX, ALIGNED_PX))
        (restored,) = self.restorer.restore([square], self.fidelity)
        back = cv2.warpAffine(restored, to_square, (w, h), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        inner = np.zeros((ALIGNED_PX, ALIGNED_PX), np.float32)
        rim = ALIGNED_PX // 16
        inner[rim:-rim, rim:-rim] = 1
        soft = cv2.GaussianBlur(inner, (0, 0), rim / 3)
        there = cv2.warpAffine(soft, to_square, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)[..., None]
        return to_levels(to_tones(scene.pixels) * (1 - there) + to_tones(np.asarray(back, np.uint8)) * there)
