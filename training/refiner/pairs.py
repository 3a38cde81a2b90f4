"""Training pairs: the eyes of an open-eyed face as the appearance model would paint them, and as they are.

Guess and truth share their shape and most of their colours, so that the network learns to add detail and never to move
or recolour an eye: what gaze, openness and eye-colour options ask for survives it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.imaging.mesh478 import SIDES
from open_the_eyes.imaging.tint import tinted
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.eyeframe import EyeFrame, eye_frame
from open_the_eyes.models.appearance.iris import eye_shape
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import laid_back, sampled

from ..faces import Portrait

Level = TypeVar("Level", bound=np.generic)

FRAME_WH = (144, 112)
SHAPED_BY_TRUTH = 40
"""Components whose scores may come from the true texture: colours, light, lids; the rest stay as predicted."""
SHARP_EYE = 75.0
"""Eyes wider than this, pixels, are shown at several sizes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One eye: guess and truth (112, 144, 3) uint8, mask (112, 144) uint8, geometry (4, 112, 144) float16."""

    guess: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    geometry: NDArray[np.float16]


@cache
def _model(path: Path) -> AppearanceModel:
    cv2.setNumThreads(1)
    return AppearanceModel.load(path)


def pairs_of(portrait: Portrait, model_path: Path) -> list[Pair]:
    """Both eyes of a portrait, sharp ones at three sizes; always the same for the same file name."""
    model = _model(model_path)
    rng = np.random.default_rng(zlib.crc32(portrait.path.name.encode()))
    points = layout.points_on_strip(portrait.landmarks)
    to_strip = layout.to_strip(portrait.landmarks)
    truth = portrait.pixels.astype(np.float32)
    strip = sampled(portrait.pixels, portrait.landmarks, points, model.mean_points)
    skin = model.skin_of(strip)
    relative = model.relative(strip, skin)
    true_z = model.texture.scores(relative[model.inside].ravel())
    pairs = []
    in_picture = transformed(points, inverted(to_strip))
    radius = float(np.mean([eye_shape(in_picture, s).iris_radius for s in SIDES]))
    for side in SIDES:
        shape = eye_shape(in_picture, side, radius)
        sizes = (
            rng.uniform(60, min(shape.width * 1.05, 110), 3)
            if shape.width > SHARP_EYE
            else [rng.uniform(42, max(min(shape.width * 1.25, 80), 48))]
        )
        for size in sizes:
            z = model.predict_texture(relative, points, skin).mean
            trust = rng.uniform(0.2, 1.0)
            z[:SHAPED_BY_TRUTH] += trust * (true_z[:SHAPED_BY_TRUTH] - z[:SHAPED_BY_TRUTH])
            painted = tinted(model.with_texture(relative, z) * skin, strip, model.soft, 0.05 * layout.SIZE_WH[0])
            planes = np.dstack([painted, model.soft])
            frame = eye_frame(shape, side == "right", to_strip, float(size))
            pairs.append(_pair(frame, planes, portrait, points, model, truth))
    return pairs


def _pair(
    frame: EyeFrame,
    planes: NDArray[np.float32],
    portrait: Portrait,
    points: NDArray[np.float64],
    model: AppearanceModel,
    truth: NDArray[np.float32],
) -> Pair:
    flip = frame.from_picture
    unmirrored = (
        flip
        if not frame.mirrored
        else np.array([[-1.0, 0], [0, 1.0]]) @ flip + np.array([[0, 0, frame.size_wh[0] - 1.0], [0, 0, 0]])
    )
    landmarks = transformed(portrait.landmarks, unmirrored)
    back = laid_back(planes, landmarks, points, model.mean_points, (frame.size_wh[1], frame.size_wh[0]))
    if frame.mirrored:
        back = np.ascontiguousarray(back[:, ::-1])
    alpha = np.asarray(np.clip(back[..., 3:], 0, 1), np.float32)
    real = frame.taken(truth)
    guess = real * (1 - alpha) + back[..., :3] * alpha
    return Pair(
        _fitted(_levels(guess)),
        _fitted(_levels(real)),
        _fitted(_levels(alpha[..., 0] * 255)),
        np.stack([_fitted(g) for g in frame.geometry()]).astype(np.float16),
    )


def _levels(tones: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(tones), 0, 255), np.uint8)


def _fitted(picture: NDArray[Level]) -> NDArray[Level]:
    """Cut, or continued by reflection, to FRAME_WH around the centre."""
    w, h = FRAME_WH
    ph, pw = max(h - picture.shape[0], 0), max(w - picture.shape[1], 0)
    pad = [(ph // 2, ph - ph // 2), (pw // 2, pw - pw // 2)] + [(0, 0)] * (picture.ndim - 2)
    picture = np.pad(picture, pad, mode="reflect")
    top, left = (picture.shape[0] - h) // 2, (picture.shape[1] - w) // 2
    return picture[top : top + h, left : left + w]
