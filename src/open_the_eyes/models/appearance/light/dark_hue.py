"""The hue of what is dark around an opened eye: lashes, the line that they make, and the shade at the corners.

The model paints them in the hue that is likely beside such a skin. But photos show darkness each in their own hue, film
and warm light a brown one, and there lashes came out blue. How a photo shows it is seen on the same face: in the line
of the shut lashes, and in the brows. Both say by how much colours move for each step of darkness; what was painted says
so too, and all three count alike (`training.dark_hue` holds them against the truth). Hues are logarithms of red and of
blue over green, beside the skin's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Points, Rgb, Tones
from ....imaging.channels import as_three
from ....imaging.easing import ramp
from ....imaging.face.lids import EyeShape, LidDistances, lid_distances
from ....imaging.face.mesh478 import BROW, Side
from ....imaging.geometry import Box
from ....imaging.luma import luma_of
from ....imaging.smooth import reduced
from ....roles import Crop
from ..skin.shut_eye_regions import MIN_PIXELS, lash_line_mask, shrink_around, skin_below_mask

FLOOR: Final = 6.0
"""Levels 0..255 added before the logarithm: in black, noise would count as hue."""
SOFTENED: Final = 0.6
"""Standard deviation of a blur that calms noise, pixels."""
DARKEST: Final = 40
"""Percentile of brightness below which a brow's, or a lash line's, pixels tell its hue."""
TOLD_FROM: Final = 0.15
"""Least darkness beside the skin, in logarithms, that tells a hue: less is fair brows, or a fringe of light hair."""
STEEPEST: Final = 1.0
"""Most that a hue moves for each step of darkness."""
DARK: Final = (0.1, 0.5)
"""Darkness between which a pixel comes to get the hue: what is less dark is skin in the shade, of a hue of its own."""
COLDER: Final = 0.3
"""Share of the change that counts where it makes a pixel bluer: black mascara tells of itself, and not of what is
beside it."""
BESIDE: Final = (0.14, 0.24)
"""Distances from the lids' edges, in eye widths: up to the first a pixel gets all of the hue, from the second on none,
for what lies further is folds of skin."""


@dataclass(frozen=True, slots=True)
class DarkHue:
    """What a photo tells of a face.

    Args:
        slope: (2,), how far hues move for each step of darkness.
        share: how much that counts beside what was painted, 0..1.
        skin: of each eye to open, the logarithms (3,) of the skin below it.
    """

    slope: NDArray[np.float32]
    share: float
    skin: Mapping[Side, NDArray[np.float32]]


def measured_dark_hue(crop: Crop, shut: Iterable[tuple[Tones, EyeShape]]) -> DarkHue | None:
    """What the shut eyes and the brows of a crop tell; `shut` holds a picture (h, w, 3) of each and its shape there.

    None where neither is seen, or is dark.
    """
    skin: dict[Side, NDArray[np.float32]] = {}
    lines, brows = [], []
    for photo, shape in shut:
        eye = ShutEye.of(photo, shape)
        if eye is not None:
            skin[shape.side] = eye.skin
            lines.append(_slope(eye.line))
            brows.append(_slope(brow_beside(crop.pixels, crop.landmarks, shape.side, eye.skin)))
    seen = [[slope for slope in each if slope is not None] for each in (lines, brows)]
    means = [np.mean(slopes, axis=0) for slopes in seen if slopes]
    if not means:
        return None
    slope = np.clip(np.mean(means, axis=0), -STEEPEST, STEEPEST)
    return DarkHue(slope.astype(np.float32), len(means) / (len(means) + 1), skin)


def with_dark_hue(pixels: Tones, mask: Plane, eyes: Iterable[EyeShape], dark_hue: DarkHue) -> Tones:
    """The painted pixels (h, w, 3) with what is dark beside their eyes in the photo's hue, under the mask (h, w).

    Nothing becomes brighter or darker.
    """
    out = pixels.copy()
    for shape in eyes:
        part = Box.around(shape.ring).grown(0.6).within(pixels)
        if shape.side in dark_hue.skin and part.area >= MIN_PIXELS:
            here = part.cut(out)
            here *= _gain(part.cut(pixels), part.cut(mask), shape.seen_from(part), dark_hue)
    return out


def _gain(pixels: Tones, mask: Plane, shape: EyeShape, dark_hue: DarkHue) -> Tones:
    """(h, w, 3): what colours are to be multiplied by. Worked out on large eyes made smaller, as hues vary slowly."""
    size_wh, shrink = (pixels.shape[1], pixels.shape[0]), shrink_around(shape.width)
    pixels, mask, shape = np.maximum(reduced(pixels, shrink), 0), reduced(mask, shrink), shape.reduced(shrink)
    share = dark_hue.share * mask * _beside(lid_distances(shape, Box.of(pixels)), shape.width)
    logs, skin = np.log(pixels + np.float32(FLOOR)), dark_hue.skin[shape.side]
    darkness = np.asarray(skin[1] - logs[..., 1], np.float32)
    lacking = dark_hue.slope * darkness[..., None] - (_log_chroma(logs) - _log_chroma(skin))
    lacking *= np.where(lacking[..., 1:] > lacking[..., :1], np.float32(COLDER), np.float32(1))
    more = np.zeros_like(logs)
    more[..., ::2] = lacking * (share * ramp(darkness, *DARK))[..., None]
    new = np.maximum(np.exp(logs + more) - FLOOR, 0)
    gain = (new + 1) / (pixels + 1) * as_three((luma_of(pixels) + 1) / (luma_of(new) + 1))
    return np.asarray(gain if shrink == 1 else cv2.resize(gain, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def _beside(lids: LidDistances, width: float) -> Plane:
    """(h, w): 1 on the lids' edges and lashes, 0 between the lids and further away."""
    away = np.asarray(np.maximum(-lids.below_upper, -lids.above_lower) / width, np.float32)
    near = ramp(away, *BESIDE[::-1])
    return np.asarray(near * (1 - lids.aperture(0.03 * width)), np.float32)


@dataclass(frozen=True, slots=True)
class ShutEye:
    """The logarithms (3,) of the skin below a shut eye, and by how much those of its line's darkest differ."""

    skin: NDArray[np.float32]
    line: NDArray[np.float32] | None

    @classmethod
    def of(cls, photo: Tones, shut: EyeShape) -> ShutEye | None:
        """None where no skin is seen."""
        part = Box.around(shut.ring).grown(0.6).within(photo)
        if part.area < MIN_PIXELS:
            return None
        shrink = shrink_around(shut.width)
        pixels, shape = reduced(part.cut(photo), shrink), shut.seen_from(part).reduced(shrink)
        lids = lid_distances(shape, Box.of(pixels))
        skin = skin_below_mask(lids, shape.width)
        line = lash_line_mask(lids, shape.width)
        if skin.sum() < MIN_PIXELS:
            return None
        logs = softened_logs(pixels)
        usual = np.asarray(np.median(logs[skin], axis=0), np.float32)
        return cls(usual, None if line.sum() < MIN_PIXELS else darkest_of(logs[line], usual))


def brow_beside(
    photo: Rgb | Tones, landmarks: Points, side: Side, skin: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """(3,): by how much the logarithms of a brow's darkest pixels differ from those of the skin (3,) below the eye, in
    a picture (h, w, 3) of the face whose landmarks (478, 2+) are given; None where too little of it is seen."""
    hull = cv2.convexHull(np.rint(landmarks[BROW[side], :2]).astype(np.int32))
    part = Box.around(hull[:, 0].astype(np.float64)).grown(0.05).within(photo)
    if part.area < MIN_PIXELS:
        return None
    inside = np.zeros(part.cut(photo).shape[:2], np.uint8)
    cv2.fillPoly(inside, [hull - np.array(part.offset, np.int32)[:2]], (1,))
    if inside.sum() < MIN_PIXELS:
        return None
    return darkest_of(softened_logs(np.asarray(part.cut(photo), np.float32))[inside > 0], skin)


def darkest_of(logs: NDArray[np.float32], skin: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3,): the mean of the darkest of so many pixels' logarithms (n, 3), beside the skin's (3,)."""
    level = logs[:, 1]
    return np.asarray(logs[level <= np.percentile(level, DARKEST)].mean(axis=0) - skin, np.float32)


def _slope(dark: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """(2,): how far hues move for each step of darkness; None where nothing is seen, or is dark."""
    return None if dark is None or -dark[1] < TOLD_FROM else np.asarray(_log_chroma(dark) / -dark[1], np.float32)


def softened_logs(pixels: Tones) -> Tones:
    """Of a picture (h, w, 3), without its grain."""
    return np.asarray(np.log(cv2.GaussianBlur(pixels, (0, 0), SOFTENED) + FLOOR), np.float32)


def _log_chroma(logs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 2): log R/G and log B/G, as `cast.chroma` has them, of the logarithms (..., 3) of colours."""
    return np.asarray(logs[..., ::2] - logs[..., 1:2], np.float32)
