"""Painted eyes in a photo that is out of focus, moved or enlarged: as soft as the face around them.

How soft a picture is, is told by its sharpest edges: blurred once more over a known width, the steepest slope of an
edge falls the more the sharper it was (Zhuo & Sim, "Defocus map estimation from a single image", 2011). Contrast does
not matter to that. Noise makes a picture look sharper than it is, so a noisy one is blurred before it is measured, and
that blur is subtracted again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Tones
from ..channels import as_three
from ..easing import ramp
from ..face.eye_corners import seen_eye_width
from ..face.mesh478 import SIDES
from ..geometry import Box
from ..luma import luma_of
from ..smooth import smoothed

AGAIN: Final = 1.0
"""Standard deviation of the second blur, pixels; what it leaves of a slope tells how soft the edge was."""
STEEP: Final = 90.0
"""Percentile of slopes from which a slope belongs to an edge."""
LEAST_SLOPE: Final = 1.0
"""Least slope of an edge, levels a pixel."""
SHARPEST: Final = 90.0
"""Percentile of the edges' sharpness that counts: most edges of a face are soft by themselves."""
ENOUGH: Final = 20
"""Least number of edge pixels that tell the blur."""
MANY: Final = 20_000
"""How many pixels, evenly spread, are looked at to find `STEEP`."""
MEASURED: Final = 110.0
"""Widest eye that is measured at full size, pixels; wider ones are reduced to this: no painter draws finer."""
BLURRED_TO: Final = 1.0
"""Blur that painted eyes are brought to, in times the face's blur. Their sharpest edges, by which it is measured, then
are 0.75 to 0.79 times as soft as the face; those of true eyes are 0.81 to 0.92 times (`training.focus`)."""
ALIKE: Final = 1.1
"""Painted eyes are left as they are where this many times their blur reaches the face's."""
MOST_SHUT: Final = 1.2
"""Most that the lines of shut eyes may raise a face's blur, in times the blur told around them: lashes may be faint."""
SOFT: Final = (1.05, 1.3)
"""Blurs of a face, pixels, between which it comes to count as soft."""
NOISY_FROM: Final = 1.0
"""Noise above which a photo is blurred before it is measured, levels."""
BLUR_PER_NOISE: Final = 0.5
"""Blur of a noisy photo before it is measured, for each level of noise: standard deviation, pixels."""
MOST_NOISE_BLUR: Final = 2.0
"""Most blur of a noisy photo before it is measured: standard deviation, pixels."""


def softness(level: Plane, where: NDArray[np.bool_]) -> float | None:
    """The blur of the sharpest edges of a plane (h, w) `where` it is looked at: standard deviation in pixels, 0.4 to
    about 4; None where there are too few edges."""
    return _Edges.of(level).softness(where)


@dataclass(frozen=True, slots=True)
class _Edges:
    """The slopes of a plane (h, w), levels a pixel, and what is left of them when it is blurred once more."""

    before: Plane
    after: Plane

    @classmethod
    def of(cls, level: Plane) -> _Edges:
        return cls(*(_slopes(one) for one in (level, cv2.GaussianBlur(level, (0, 0), AGAIN))))

    def softness(self, where: NDArray[np.bool_]) -> float | None:
        after = self.after[where]
        if len(after) < ENOUGH:
            return None
        steep = float(np.percentile(after[:: len(after) // MANY + 1], STEEP))
        edges = where & (self.after >= max(steep, LEAST_SLOPE))
        if int(np.count_nonzero(edges)) < ENOUGH:
            return None
        fall = float(np.percentile(self.before[edges] / self.after[edges], SHARPEST))
        return AGAIN / math.sqrt(max(fall * fall - 1, 1e-2))


def face_blur(photo: NDArray[Any], covered: Plane, landmarks: Points, noise: float) -> float | None:
    """How soft a face in a photo (h, w, 3) is, in pixels of the size at which it is `measured`; 0 where it is as sharp
    as its noise lets be measured, None where too few edges tell.

    Args:
        covered: (h, w) 0..1, where shut eyes are; what lies around tells more than these.
        landmarks: (478, 2+) of the face, in the same pixels.
        noise: the photo's, levels (`imaging.detail.noise`).
    """
    return _softness_of(measured(photo, landmarks), measured(covered, landmarks), _blur_before(noise, landmarks))


def eyes_blur(photo: NDArray[Any], eyes: Plane, landmarks: Points, noise: float) -> float | None:
    """The same of open eyes alone, (h, w) 0..1; None where they have too few edges, as no sharp ones have."""
    before = _blur_before(noise, landmarks)
    level = smoothed(measured(photo, landmarks), before) if before else measured(photo, landmarks)
    told = softness(level, measured(eyes, landmarks) > 0.5)
    return None if told is None else math.sqrt(max(told**2 - before**2, 0))


def soft_part(painted: Tones, part: Box, blur: float, new: Plane, landmarks: Points) -> Tones:
    """A part of the painted pixels (H, W, 3) that holds all that is `new` (H, W) 0..1, blurred there until it is as
    soft as the face around it, whose `face_blur` is `blur`; as it was where that is no softer."""
    sigma = _lacking(painted, blur, new, landmarks)
    return _softened(painted, part, sigma, new) if sigma > 0 else part.cut(painted)


def _lacking(painted: Tones, blur: float, new: Plane, landmarks: Points) -> float:
    """The blur in pixels that makes what is new as soft as a face whose `face_blur` is `blur`; 0 where it is so
    already."""
    if blur <= SOFT[0]:
        return 0.0
    inside = softness(measured(painted, landmarks), measured(new, landmarks) > 0.5)
    lacking = 0.0 if inside is None else (BLURRED_TO * blur) ** 2 - (ALIKE * inside) ** 2
    return 0.0 if lacking <= 0 else eye_scale(landmarks) * ramp(blur, *SOFT) * math.sqrt(lacking)


def _softened(painted: Tones, part: Box, sigma: float, new: Plane) -> Tones:
    """A part of a picture, blurred where it is new, together with what lies around it."""
    near, here = part.moved_out(3 * sigma).within(painted), part.cut(painted)
    soft = part.seen_from(near).cut(smoothed(near.cut(painted), sigma))
    return np.asarray(here + (soft - here) * as_three(part.cut(new)), np.float32)


def measured(picture: NDArray[Any], landmarks: Points) -> Plane:
    """(h, w, 3) or (h, w): its luma or itself, at the size at which faces with such landmarks are measured."""
    wider = eye_scale(landmarks)
    if wider > 1:
        size_wh = max(round(picture.shape[1] / wider), 1), max(round(picture.shape[0] / wider), 1)
        picture = cv2.resize(picture, size_wh, interpolation=cv2.INTER_LINEAR if wider < 2 else cv2.INTER_AREA)
    return luma_of(picture) if picture.ndim == 3 else np.asarray(picture, np.float32)


def eye_scale(landmarks: Points) -> float:
    """How many times as wide as `MEASURED` the wider eye is; at least 1."""
    return max(max(seen_eye_width(landmarks, side) for side in SIDES) / MEASURED, 1.0)


def _blur_before(noise: float, landmarks: Points) -> float:
    """By how much a face is blurred before it is measured in a photo with that noise, pixels of that size."""
    noise = noise / eye_scale(landmarks)
    return min(BLUR_PER_NOISE * noise, MOST_NOISE_BLUR) if noise > NOISY_FROM else 0.0


def _softness_of(level: Plane, covered: Plane, before: float) -> float | None:
    """The blur of a face, pixels, measured after a blur of `before` pixels; None where too few edges tell."""
    edges = _Edges.of(smoothed(level, before) if before else level)
    around, shut = (edges.softness(where) for where in (covered <= 0, covered > 0.5))
    if around is None:
        return None
    around, shut = (math.sqrt(max(told**2 - before**2, 0)) for told in (around, around if shut is None else shut))
    return min(math.sqrt(around * shut), MOST_SHUT * around)


def _slopes(level: NDArray[Any]) -> Plane:
    across, down = (cv2.Sobel(level, cv2.CV_32F, *way, ksize=3, scale=1 / 8) for way in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(across, down), np.float32)
