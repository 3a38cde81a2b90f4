"""The appearance engine: opened eyes from what the rest of the face tells about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Points, Tones, to_tones
from ...imaging.geometry import inverted, scale_of, transformed
from ...imaging.grain import continued_grain
from ...imaging.lids import EyeShape
from ...imaging.mesh478 import SIDES, Side
from ...imaging.palette import palette_of
from ...imaging.tint import tinted
from ...options import GenerateOptions
from ...roles import Crop, Patch, Request
from . import condition, iris, layout, steer
from .eyeframe import MAX_EYE
from .model import AppearanceModel, Prediction
from .refiner import EyeRefiner
from .strip import laid_back, sampled

DATA: Final = Path(__file__).parent.parent / "data"
MODEL_FILE: Final = DATA / "appearance.npz"
REFINER_FILE: Final = DATA / "refiner.onnx"

SHAPE_VARIETY: Final = 0.45
TEXTURE_VARIETY: Final = 0.55
TINT_REACH: Final = 0.2
"""Reach of the colour match, as a fraction of the strip's width."""


class AppearanceGenerator:
    """Fulfils `EyeGenerator`; the model is read when the first eye is painted."""

    name = "appearance"

    def __init__(self, model_file: Path = MODEL_FILE, refiner_file: Path | None = REFINER_FILE) -> None:
        self._model_file = model_file
        self._refiner = EyeRefiner(refiner_file) if refiner_file is not None and refiner_file.exists() else None

    @cached_property
    def model(self) -> AppearanceModel:
        return AppearanceModel.load(self._model_file)

    def generate(self, requests: Sequence[Request], options: GenerateOptions) -> list[Patch]:
        return [self._patch(request, options) for request in requests]

    def _patch(self, request: Request, options: GenerateOptions) -> Patch:
        crop, rng = request.crop, np.random.default_rng(request.seed)
        points, doubt = self._shape(crop, request.variety, options, rng)
        strip, unlikely = self._texture(crop, points, request.variety, options, rng)
        shape_hw = (crop.mask.shape[0], crop.mask.shape[1])
        planes = np.dstack([strip, self._cover(crop.closed)])
        back = laid_back(planes, crop.landmarks, points, self.model.mean_points, shape_hw)
        mask = np.asarray(np.clip(back[..., 3], 0, 1) * crop.mask, np.float32)
        photo = to_tones(crop.pixels)
        pixels = photo + (np.clip(back[..., :3], 0, 255) - photo) * mask[..., None]
        pixels = self._detailed(pixels, mask, crop, points, request)
        toned = palette_of(crop.pixels)
        if toned is not None:
            pixels = toned.applied(pixels)
        pixels = np.where(mask[..., None] > 0, pixels, photo)
        return Patch(pixels, mask, request.seed, -doubt - unlikely)

    def _shape(
        self, crop: Crop, variety: float, options: GenerateOptions, rng: np.random.Generator
    ) -> tuple[Points, float]:
        """Where lids and irises come to lie, on the strip, and how unlikely that is."""
        seen = layout.points_on_strip(crop.landmarks)
        prediction = self.model.predict_shape(seen)
        open_side = _open_side(crop)
        if open_side is not None:
            prediction = condition.shape_given_eye(self.model, seen, open_side, prediction)
        z = prediction.drawn(SHAPE_VARIETY * variety, rng)
        wanted = z if options.openness is None else steer.with_openness(self.model.eye_shape, z, options.openness)
        points = steer.irises_alike(self.model.with_shape(seen, wanted))
        if options.gaze is not None:
            points = steer.with_gaze(points, options.gaze)
        return points, _surprise(z, prediction)

    def _texture(
        self, crop: Crop, points: Points, variety: float, options: GenerateOptions, rng: np.random.Generator
    ) -> tuple[Tones, float]:
        """The strip with painted eyes, in the mean shape and in the photo's light, and how unlikely it is."""
        model = self.model
        strip = sampled(crop.pixels, crop.landmarks, points, model.mean_points)
        skin = model.skin_of(strip)
        relative = model.relative(strip, skin)
        prediction = model.predict_texture(relative, points, skin)
        open_side = _open_side(crop)
        if open_side is not None:
            prediction = condition.texture_given_eye(model, relative, open_side, prediction)
        z = prediction.drawn(TEXTURE_VARIETY * variety, rng)
        painted = model.with_texture(relative, z)
        if open_side is not None and options.eye_color == "auto":
            ratio = iris.colour_ratio(model, relative, (open_side,))
        else:
            likely = model.iris_likelihoods(relative, points, skin)
            shown = iris.colour_ratio(model, painted)
            ratio = steer.chosen_ratio(options.eye_color, likely, shown, model.iris_ratios, variety, rng)
        painted = iris.coloured(model, painted, ratio) * skin
        return tinted(painted, strip, model.soft, TINT_REACH * layout.SIZE_WH[0]), _surprise(z, prediction)

    def _cover(self, closed: tuple[Side, ...]) -> Plane:
        """How much of the painted strip shows, on the sides that are to be opened."""
        cover = self.model.soft.copy()
        half = layout.SIZE_WH[0] // 2
        if "left" not in closed:
            cover[:, :half] = 0
        if "right" not in closed:
            cover[:, half:] = 0
        return cover

    def _detailed(self, pixels: Tones, mask: Plane, crop: Crop, points: Points, request: Request) -> Tones:
        """Detail that the model's texture does not have: the refiner's, then the photo's own grain."""
        in_crop = transformed(points, inverted(layout.to_strip(crop.landmarks)))
        shapes: dict[Side, EyeShape] = {side: iris.eye_shape(in_crop, side) for side in SIDES if side in crop.closed}
        width = float(np.mean([s.width for s in shapes.values()]))
        finest = 0.9 / scale_of(layout.to_strip(crop.landmarks))
        if self._refiner is not None:
            pixels = self._refiner.refined(pixels, mask, crop.landmarks, shapes, request.variety, request.seed)
            finest = 0.9 * width / MAX_EYE
        if finest > 0.8 or self._refiner is None:
            skin = _skin_around(crop, mask)
            grain = continued_grain(to_tones(crop.pixels), skin, mask > 0, max(finest, 0.8), request.seed)
            pixels = pixels + grain * np.sqrt(np.clip(mask, 0, 1))[..., None]
        return np.asarray(np.clip(pixels, 0, 255), np.float32)


def _open_side(crop: Crop) -> Side | None:
    """The eye that is open where only one is to be painted."""
    return None if len(crop.closed) != 1 else ("right" if crop.closed[0] == "left" else "left")


def _surprise(z: NDArray[np.float64], prediction: Prediction) -> float:
    """Mean squared standard score of a draw: 0 for the likeliest, about 1 for a full draw."""
    return float(np.mean(((z - prediction.mean) / np.maximum(prediction.sigma, 1e-6)) ** 2))


def _skin_around(crop: Crop, mask: Plane) -> NDArray[np.bool_]:
    """Cheeks and the bridge of the nose: skin below the eyes that the patch does not touch."""
    left, right = crop.landmarks[33, :2], crop.landmarks[263, :2]
    centre, reach = (left + right) / 2, float(np.linalg.norm(left - right))
    down = crop.landmarks[152, :2] - crop.landmarks[10, :2]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    xs, ys = np.arange(mask.shape[1]) - centre[0], np.arange(mask.shape[0])[:, None] - centre[1]
    below, aside = xs * down[0] + ys * down[1], np.abs(xs * down[1] - ys * down[0])
    return np.asarray((mask <= 0) & (crop.mask <= 0) & (below > 0.1 * reach) & (aside < 0.52 * reach), np.bool_)
