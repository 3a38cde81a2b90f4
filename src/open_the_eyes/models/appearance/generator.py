"""The appearance engine: opened eyes from what the rest of the face tells about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Points, Tones, to_tones
from ...imaging.channels import as_three, selected
from ...imaging.face.eyeball import moved, turned, within_reach
from ...imaging.face.mesh478 import Side
from ...imaging.light.palette import lacks_colour
from ...imaging.light.tint import met_at_rim, tinted
from ...options import GenerateOptions
from ...origins import Painted
from ...progress import NO_WATCH
from ...roles import Crop, Patch, Request, Watch
from ..packaged import DATA, whole
from ..reloaded import Reloaded
from ..trimmed_patches import TrimmedPatch, TrimmedPatches
from . import condition, corners, donor, layout, steer
from .exemplars import Exemplars
from .infancy import Infancy, lids_apart, with_larger_irises
from .irises import colour as iris
from .lashes.wings import draw_wings
from .light import likely_whites
from .light.lid_highlights import with_plausible_highlights
from .light.usual_light import UsualLight
from .model import AppearanceModel, Prediction
from .prepared import Prepared, shapes_in
from .refiner import EyeRefiner, PaintedEyes
from .steps import AFTER_REFINER, Step, StepContext, detailed_by, refined_by
from .strip import from_mean_shape, to_mean_shape
from .traits import FaceTraits

MODEL_FILE: Final = DATA / "appearance.npz"
REFINER_FILE: Final = DATA / "refiner.onnx"
EXEMPLARS_FILE: Final = DATA / "exemplars.npz"

Traits: TypeAlias = NDArray[np.float32] | None
"""(768,), what the whole face tells beside the skin around the eyes (`FaceTraits`); None where it was not looked at."""

SHAPE_VARIETY: Final = 0.45
"""Share of the predicted spread of shapes that variations get."""
TEXTURE_VARIETY: Final = 0.55
"""Share of the predicted spread of textures that variations get."""
DARKEST_DRAW: Final = 0.3
"""Brightness, in multiples of the skin's, below which a variation is nowhere darker than the likeliest texture. Draws
are Gaussian and go beyond black, first in an eye's corner that is dark already, which gets a black dot."""
TINT_REACH: Final = 0.2
"""Reach of the colour match, as a fraction of the strip's width."""
RIM_REACH: Final = 0.05
"""Reach of what is left to match at the rim, as a fraction of the strip's width."""


class AppearanceGenerator(Reloaded):
    """Fulfils `EyeGenerator`; the models are read when the first eye is painted.

    Painters that it is compared with override `steps`, `lit` or `prepared`.

    Raises:
        WeightsMissing: a model file is not where it should be (when the first eye is painted).
    """

    name = "appearance"

    def __init__(
        self,
        model_file: Path = MODEL_FILE,
        refiner_file: Path = REFINER_FILE,
        exemplars_file: Path = EXEMPLARS_FILE,
    ) -> None:
        self._model_file = model_file
        self._exemplars_file = exemplars_file
        self.refiner = EyeRefiner(refiner_file)
        self.traits = FaceTraits()
        self.infancy = Infancy()

    @cached_property
    def model(self) -> AppearanceModel:
        with whole(self._model_file) as file:
            return AppearanceModel.load(file)

    @cached_property
    def exemplars(self) -> Exemplars:
        with whole(self._exemplars_file) as file:
            return Exemplars.load(file)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What eyes get after they are laid into the photo, in order."""
        return (refined_by(self.refiner), *AFTER_REFINER, detailed_by(self.exemplars))

    def lit(self, crop: Crop) -> UsualLight:
        """A crop in the light that the model has learnt in."""
        return UsualLight.of(crop)

    def prepared(self, request: Request) -> Prepared:
        """What is painted in, of a request whose crop is in usual light."""
        return Prepared.of(request.crop, request.seed)

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,  # noqa: ARG002 -- what it says of eyes has come with each request
        watch: Watch = NO_WATCH,
    ) -> TrimmedPatches:
        patches: list[TrimmedPatch] = []
        prepared: Prepared | None = None
        traits: Traits = None
        light: UsualLight | None = None
        for done, asked in enumerate(requests):
            watch.tell("generate", done / len(requests))
            # attempts at one face come one after another, so what was last told of one is all that has to be kept
            if light is None or light.original is not asked.crop:
                light = self.lit(asked.crop)
                traits = self.traits.of(light.crop.view)
            request = replace(asked, crop=light.crop)
            if prepared is None or not prepared.suits(request.crop, request.seed):
                prepared = self.prepared(request)
            patch = prepared.finished(self._patch(prepared, traits, replace(request, crop=prepared.crop)))
            patches.append(TrimmedPatch.of(light.back(patch), asked.crop))
        return TrimmedPatches(patches)

    def _patch(self, prepared: Prepared, traits: Traits, request: Request) -> Patch:
        """Eyes for one request: predicted on the strip, laid into each piece of the photo, taken through all steps."""
        crop, rng = request.crop, np.random.default_rng(request.seed)
        predicted, shape_surprise = self._shape(request, traits, rng)
        gaze = request.style.gaze
        aimed = predicted if gaze is None else steer.with_gaze(predicted, gaze)
        points = steer.with_irises_of(aimed, predicted)  # gaze turns the painted ball: moved points would warp it
        strip, texture_surprise = self._texture(request, points, traits, rng)
        planes = np.dstack([strip, self._cover(crop.sides)])
        painted = [self._laid(planes, piece.crop, points, aimed) for piece in prepared.pieces]
        context = StepContext(prepared, request)
        for step in self.steps:
            painted = step(painted, context)
        canvas = to_tones(crop.pixels)
        for piece, eyes in zip(prepared.pieces, painted, strict=True):
            pixels = np.asarray(np.clip(eyes.pixels, 0, 255), np.float32)
            if prepared.palette is not None:
                pixels = prepared.palette.applied(pixels)
            photo: Tones = piece.part.cut(canvas)
            photo[...] = selected(eyes.mask > 0, pixels, photo)
        draw_wings(canvas, prepared.wings, {side: eye.ring[0] for side, eye in shapes_in(crop, points).items()})
        score = -shape_surprise - texture_surprise
        return Patch(canvas, context.mask_of(painted), request.seed, score, Painted(self.name))

    def _laid(self, planes: NDArray[np.float32], crop: Crop, points: Points, aimed: Points) -> PaintedEyes:
        """The strip's eyes in a piece of the photo, with the irises where the points `aimed` have them."""
        size_hw = (crop.mask.shape[0], crop.mask.shape[1])
        *colours, cover = cv2.split(from_mean_shape(planes, crop.landmarks, points, self.model.mean_points, size_hw))
        mask = np.asarray(np.clip(cover, 0, 1) * crop.mask, np.float32)
        photo, eyes = to_tones(crop.pixels), np.asarray(np.clip(cv2.merge(colours), 0, 255), np.float32)
        shapes = shapes_in(crop, points)
        for side, wanted in shapes_in(crop, aimed).items():
            by = within_reach(shapes[side], np.subtract(wanted.iris_xy, shapes[side].iris_xy))
            eyes = turned(eyes, shapes[side], by)
            shapes[side] = moved(shapes[side], by)
        pixels = photo + (eyes - photo) * as_three(mask)
        return PaintedEyes(pixels, mask, crop.landmarks, shapes, bool(np.any(aimed != points)))

    def _shape(self, request: Request, traits: Traits, rng: np.random.Generator) -> tuple[Points, float]:
        """Where lids and irises come to lie, on the strip, and how unlikely that is."""
        crop, leader = request.crop, request.leader
        variety, openness = request.variety, request.style.openness
        seen = layout.points_on_strip(crop.landmarks)
        prediction = self.model.predict_shape(seen, traits)
        open_side, infant = crop.open_side, 0.0
        if open_side is not None:
            prediction = condition.shape_given_eyes(self.model, seen, (open_side,), prediction)
        elif leader is not None:
            prediction = donor.shape_given_donor(self.model, leader, prediction)
        else:
            infant = self.infancy.share(traits, crop.landmarks)  # an open eye tells by itself how large irises are
        z = prediction.sample(SHAPE_VARIETY * variety, rng)
        openness = steer.sampled_openness(variety, rng) if openness is None else openness
        openness *= lids_apart(infant)
        wanted = z if openness == 1 else steer.with_openness(self.model.eye_shape, z, openness)
        shut = {side: 1 - min(crop.face.eyes[side].openness, 1) for side in crop.sides}
        ends = corners.opened(seen, shut, crop.face.yaw_deg)
        points = steer.irises_alike(self.model.with_shape(ends, wanted))
        return with_larger_irises(points, infant), _surprise(z, prediction)

    def _texture(
        self, request: Request, points: Points, traits: Traits, rng: np.random.Generator
    ) -> tuple[Tones, float]:
        """The strip with painted eyes, in the mean shape and in the photo's light, and how unlikely it is."""
        crop, model, variety = request.crop, self.model, request.variety
        strip = to_mean_shape(crop.pixels, crop.landmarks, points, model.mean_points)
        skin = model.skin_of(strip)
        relative = model.relative(strip, skin)
        features = model.texture_features(relative, points, skin, traits)
        prediction = model.predict_texture(features)
        open_side = crop.open_side
        if open_side is not None:
            prediction = condition.texture_given_eye(model, relative, open_side, prediction)
        sample = prediction.sample(TEXTURE_VARIETY * variety, rng)
        if open_side is None:
            sample = likely_whites.with_bright_whites(model, relative, sample)
        z, painted = likely_whites.with_plausible_whites(model, relative, skin, sample)
        if variety > 0:
            painted = no_blacker(painted, model.with_texture(relative, prediction.mean))
        ratio = self._iris_ratio(request, relative, painted, features, rng)
        painted = iris.coloured(model, painted, ratio) * skin
        lit = tinted(painted, strip, model.soft, TINT_REACH * layout.SIZE_WH[0])
        lit = met_at_rim(iris.with_one_white_hue(model, lit, painted), strip, model.soft, RIM_REACH * layout.SIZE_WH[0])
        lit = with_plausible_highlights(model, lit, strip)
        return lit, _surprise(z, prediction)

    def _iris_ratio(
        self,
        request: Request,
        relative: Tones,
        painted: Tones,
        features: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Iris : sclera (3,): as an open eye or the donor has it, else as was asked for or is likely.

        Args:
            relative: (H, W, 3), the strip as it is in the photo, in multiples of the skin.
            painted: the same with painted eyes.
            features: `AppearanceModel.texture_features`.
        """
        model, leader, colour = self.model, request.leader, request.style.eye_color
        if colour == "auto":
            if request.crop.open_side is not None:
                return iris.colour_ratio(model, relative, (request.crop.open_side,))
            if leader is not None and not lacks_colour(leader.crop.pixels, request.crop.pixels):
                return donor.iris_ratio(model, leader)
        likely, shown = model.iris_likelihoods(features), iris.colour_ratio(model, painted)
        return steer.chosen_ratio(colour, likely, shown, model.iris_ratios, request.variety, rng)

    def _cover(self, sides: tuple[Side, ...]) -> Plane:
        """How much of the painted strip shows, on the sides that are to be opened."""
        cover = self.model.soft.copy()
        half = layout.SIZE_WH[0] // 2
        if "left" not in sides:
            cover[:, :half] = 0
        if "right" not in sides:
            cover[:, half:] = 0
        return cover


def no_blacker(drawn: Tones, likeliest: Tones) -> Tones:
    """A variation's texture (H, W, 3) whose dark places are as dark as in the likeliest, both in multiples of the
    skin."""
    return np.asarray(np.maximum(drawn, np.minimum(likeliest, DARKEST_DRAW)), np.float32)


def _surprise(z: NDArray[np.float64], prediction: Prediction) -> float:
    """Mean squared standard score of a draw: 0 for the likeliest, about 1 for a full draw."""
    return float(np.mean(((z - prediction.mean) / np.maximum(prediction.sigma, 1e-6)) ** 2))
