"""A classifier that is trained to tell painted eyes from photographed ones, and how well it does.

It sees what an eye looks like at close range: oriented gradients (Dalal & Triggs 2005), the energy of three bands of
detail in every part of the eye, and local binary patterns (Ojala et al. 2002); a regularised logistic regression weighs
them. Untouched and edited eyes of one person are always in the same fold, so it can know no one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.feature import hog, local_binary_pattern
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.smooth import SHRINK_BLUR

EyePicture: TypeAlias = "NDArray[np.uint8]"
"""(64, 96, 3): one eye 64 pixels wide, outer corner to the left."""

SIZE_WH: Final = (96, 64)
EYE_PX: Final = 64
BANDS: Final = (0.7, 1.4, 2.8, 5.6)
FOLDS: Final = 5
REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Auc:
    """Area under the ROC curve: mean and standard deviation over folds and repeats."""

    mean: float
    spread: float


def eye_pictures(pixels: Rgb, marks: NDArray[np.float64]) -> tuple[EyePicture, ...]:
    """Both eyes of a picture, level, at one size, the right one in a mirror."""
    pictures = []
    for side in SIDES:
        outer, inner = marks[EYE_RING[side][0], :2], marks[EYE_RING[side][8], :2]
        if side == "right":
            outer, inner = inner, outer
        along = inner - outer
        scale = EYE_PX / max(float(np.hypot(*along)), 1e-6)
        cos, sin = along / max(float(np.hypot(*along)), 1e-6) * scale
        turn = np.array([[cos, sin], [-sin, cos]])
        middle = np.array(SIZE_WH) / 2 - 0.5
        to_eye = np.hstack([turn, (middle - turn @ ((outer + inner) / 2))[:, None]])
        flags = cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC
        soft = cv2.GaussianBlur(pixels, (0, 0), SHRINK_BLUR / scale) if scale < 0.77 else pixels
        eye = cv2.warpAffine(soft, to_eye, SIZE_WH, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        pictures.append(np.asarray(eye[:, ::-1] if side == "right" else eye, np.uint8))
    return tuple(pictures)


def features(eye: EyePicture) -> NDArray[np.float32]:
    """(n,) of what the classifier sees of one eye."""
    grey = luma_of(eye.astype(np.float32))
    level = grey / max(float(grey.mean()), 1.0)
    shapes = hog(level, orientations=8, pixels_per_cell=(8, 8), cells_per_block=(2, 2), feature_vector=True)
    soft = [level, *(np.asarray(cv2.GaussianBlur(level, (0, 0), sigma), np.float32) for sigma in BANDS)]
    energies = []
    for fine, coarse in pairwise(soft):
        cells = cv2.resize((fine - coarse) ** 2, (SIZE_WH[0] // 8, SIZE_WH[1] // 8), interpolation=cv2.INTER_AREA)
        energies.append(np.log(cells + 1e-6).ravel())
    patterns = []
    for rows in np.split(local_binary_pattern(grey.astype(np.uint8), 8, 1, "uniform"), 4):
        patterns.append(np.histogram(rows, bins=10, range=(0, 10), density=True)[0])
    colour = cv2.resize(eye.astype(np.float32) / max(float(grey.mean()), 1.0), (12, 8), interpolation=cv2.INTER_AREA)
    return np.asarray(np.concatenate([shapes, *energies, *patterns, colour.ravel()]), np.float32)


def exchanged(edited: EyePicture, untouched: EyePicture, sigma: float) -> EyePicture:
    """The edited eye, but all detail finer than a Gaussian of `sigma` pixels is the untouched one's: the best that a
    refiner of so much detail could do."""
    coarse, own = (cv2.GaussianBlur(eye.astype(np.float32), (0, 0), sigma) for eye in (edited, untouched))
    return to_levels(coarse + (untouched - own))


def auc(untouched: Sequence[Sequence[EyePicture]], edited: Sequence[Sequence[EyePicture]]) -> Auc:
    """How well edited eyes are told from untouched ones; both sequences hold the same people in the same order."""
    rows, labels, people = [], [], []
    for label, faces in enumerate((untouched, edited)):
        for person, eyes in enumerate(faces):
            rows += [features(eye) for eye in eyes]
            labels += [label] * len(eyes)
            people += [person] * len(eyes)
    seen, truth, groups = np.stack(rows), np.array(labels), np.array(people)
    areas = []
    for repeat in range(REPEATS):
        shuffled = np.random.default_rng(repeat).permutation(groups.max() + 1)[groups]
        for learn, judge in GroupKFold(FOLDS).split(seen, truth, shuffled):
            classifier = make_pipeline(StandardScaler(), LogisticRegression(C=3e-4, max_iter=500))
            classifier.fit(seen[learn], truth[learn])
            areas.append(roc_auc_score(truth[judge], classifier.decision_function(seen[judge])))
    return Auc(float(np.mean(areas)), float(np.std(areas)))
