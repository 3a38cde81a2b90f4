"""Training pairs: the eyes of an open-eyed face as the appearance model would paint them, and as they are.

Guess and truth share their shape and most of their colours, so that the network learns to add detail and never to move
or recolour an eye: what gaze, openness and eye-colour options ask for survives it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points, to_levels
from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.imaging.light.tint import tinted
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.refiner_frame import MAX_EYE, RefinerFrame, eye_frame
from open_the_eyes.models.appearance.strip import from_mean_shape, to_mean_shape
from open_the_eyes.models.appearance.traits import FaceTraits

from ..appearance.blinks import Blink, blink_of
from ..appearance.evaluate import crop_of
from ..faces import Portrait

Level = TypeVar("Level", bound=np.generic)

FRAME_WH = (144, 112)
SHAPED_BY_TRUTH = 40
"""Components whose scores may come from the true texture: colours, light, lids; the rest stay as predicted."""
SHARP_EYE = 75.0
"""Eyes wider than this, pixels, are shown at SIZES sizes up to their own."""
SIZES = 5
BLINKS = 0.5
"""How often the surroundings are those of a painted blink."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One eye: guess and truth (112, 144, 3) uint8, mask (112, 144) uint8, geometry (4, 112, 144) float16."""

    guess: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    geometry: NDArray[np.float16]


@cache
def _traits() -> FaceTraits:
    return FaceTraits()


@cache
def _model(path: Path) -> AppearanceModel:
    cv2.setNumThreads(1)
    return AppearanceModel.load(path)


def pairs_of(portrait: Portrait, model_path: Path) -> list[Pair]:
    """The eyes of a portrait, left and right by turns; always the same for the same file name.

    Around half of them lies a painted blink: closed lashes that reach out under the mask, sagging landmarks.
    """
    model = _model(model_path)
    rng = np.random.default_rng(zlib.crc32(portrait.path.name.encode()))
    as_it_is = Blink(portrait, layout.points_on_strip(portrait.landmarks))
    shut = blink_of(portrait) or as_it_is
    in_picture = transformed(as_it_is.points, inverted(layout.to_strip(portrait.landmarks)))
    width = float(np.mean([eye_shape(in_picture, side).width for side in SIDES]))
    if width > SHARP_EYE:
        sizes = np.linspace(60, min(width * 1.05, MAX_EYE), SIZES) * rng.uniform(0.93, 1.0, SIZES)
    else:
        sizes = rng.uniform(42, max(min(width * 1.25, 80), 48), 1)
    pairs = []
    for size in sizes:
        seen = shut if rng.random() < BLINKS else as_it_is
        pairs += _both_eyes(seen, portrait, model, float(size), rng)
    return pairs


def _both_eyes(
    seen: Blink, portrait: Portrait, model: AppearanceModel, size: float, rng: np.random.Generator
) -> list[Pair]:
    """One guess at both eyes, `size` pixels wide; of large eyes each time another part is shown."""
    pixels, landmarks, points = seen.shut.pixels, seen.shut.landmarks, seen.points
    to_strip = layout.to_strip(landmarks)
    strip = to_mean_shape(pixels, landmarks, points, model.mean_points)
    skin = model.skin_of(strip)
    relative = model.relative(strip, skin)
    open_strip = to_mean_shape(portrait.pixels, landmarks, points, model.mean_points)
    true_z = model.texture.scores(model.relative(open_strip, skin)[model.inside].ravel())
    traits = _traits().of(face_view(pixels, landmarks))
    z = model.predict_texture(model.texture_features(relative, points, skin, traits)).mean
    trust = rng.uniform(0.2, 1.0)
    z[:SHAPED_BY_TRUTH] += trust * (true_z[:SHAPED_BY_TRUTH] - z[:SHAPED_BY_TRUTH])
    painted = tinted(model.with_texture(relative, z) * skin, strip, model.soft, 0.05 * layout.SIZE_WH[0])
    planes = np.dstack([painted, model.soft])
    face = crop_of(replace(seen.shut, landmarks=landmarks))
    allowed = np.zeros(pixels.shape[:2], np.float32)
    face.window.cut(allowed)[...] = face.mask
    in_picture = transformed(points, inverted(to_strip))
    radius = float(np.mean([eye_shape(in_picture, side).iris_radius for side in SIDES]))
    part = rng.uniform(-1, 1, 2)
    pairs = []
    for side in SIDES:
        frame = eye_frame(replace(eye_shape(in_picture, side), iris_radius=radius), to_strip, size)
        back = _laid_in(frame, planes, landmarks, points, model)
        cover = np.clip(frame.taken(allowed), 0, 1)
        alpha = np.asarray(np.clip(back[..., 3], 0, 1) * cover, np.float32)[..., None]
        around = frame.taken(pixels.astype(np.float32))
        truth = frame.taken(portrait.pixels.astype(np.float32))
        pairs.append(
            Pair(
                _fitted(to_levels(around + (back[..., :3] - around) * alpha), part),
                _fitted(to_levels(around + (truth - around) * alpha), part),
                _fitted(to_levels(alpha[..., 0] * 255), part),
                np.stack([_fitted(g, part) for g in frame.geometry()]).astype(np.float16),
            )
        )
    return pairs


def _laid_in(
    frame: RefinerFrame, planes: NDArray[np.float32], landmarks: Points, points: Points, model: AppearanceModel
) -> NDArray[np.float32]:
    """The strip's planes in the frame, (h, w, 4)."""
    unmirrored = frame.from_picture
    if frame.mirrored:
        turn = np.array([[-1.0, 0], [0, 1.0]])
        unmirrored = turn @ unmirrored + np.array([[0, 0, frame.size_wh[0] - 1.0], [0, 0, 0]])
    in_frame = transformed(landmarks, unmirrored)
    back = from_mean_shape(planes, in_frame, points, model.mean_points, (frame.size_wh[1], frame.size_wh[0]))
    return np.ascontiguousarray(back[:, ::-1]) if frame.mirrored else back


def _fitted(picture: NDArray[Level], part: NDArray[np.float64]) -> NDArray[Level]:
    """Cut, or continued by reflection, to FRAME_WH; `part` (2,), -1..1, is which part of a larger one, 0 its middle."""
    (h, w), (height, width) = FRAME_WH[::-1], picture.shape[:2]
    down, across = max(h - height, 0), max(w - width, 0)
    pad = [(down // 2, down - down // 2), (across // 2, across - across // 2)] + [(0, 0)] * (picture.ndim - 2)
    picture = np.pad(picture, pad, mode="reflect")
    left, top = round((1 + part[0]) / 2 * max(width - w, 0)), round((1 + part[1]) / 2 * max(height - h, 0))
    return picture[top : top + h, left : left + w]
