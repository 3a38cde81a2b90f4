"""Eye colour: measured against the white of the same eye, which cancels the light and the camera."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Points, Tones
from ....imaging.face.lids import EyeShape, lid_distances
from ....imaging.face.mesh478 import SIDES, Side
from ....imaging.geometry import Box
from ....imaging.luma import LUMA, luma_of
from ....imaging.smooth import smoothed
from ....options.eye_style import EyeColor
from .. import layout
from ..light.cast import cast_of, chroma, without_cast

if TYPE_CHECKING:
    from ..model import AppearanceModel

NAMED: Final[dict[EyeColor, tuple[float, float, float]]] = {
    "brown": (0.35, 0.255, 0.185),
    "hazel": (0.48, 0.385, 0.30),
    "green": (0.53, 0.55, 0.41),
    "blue": (0.49, 0.60, 0.65),
    "grey": (0.53, 0.54, 0.53),
}
"""Iris : sclera in R, G, B; medians over the training faces whose hue bears the name. Only green is twice as far from
grey as their median, (0.51, 0.525, 0.45), which in a picture is taken for grey."""

IRIS_LEVEL: Final = 1.5
"""Brightness above which something is light on top of the iris' colour, in times the iris'; as bright as the white,
none of that colour shows."""
MOST_GAIN: Final = 6.0
"""Most times as bright as it was that an iris becomes: a black one has no pattern left, and its noise would be seen."""
PATTERN_SIGMA: Final = 0.08
"""Standard deviation of a blur, in radii of the iris: its pattern is taken from it no finer."""
WHITE_FROM_SKIN: Final = np.array([[0.063, 0.517, 0.355], [-0.026, 0.078, 0.326]])
"""The white of an eye in the skin's light: its log R/G and log B/G, each as a constant and factors on the skin's log
R/G and log B/G; least squares over the training faces (`training.appearance.skins`)."""
WHITE_SPREAD: Final = np.array([0.070, 0.043])
"""Standard deviations of log R/G and log B/G of whites around `WHITE_FROM_SKIN`."""
WHITEST: Final = 1.5
"""Most that a white may lie off the usual one, in standard deviations (`WHITE_SPREAD`)."""
BELIEVED: Final = 0.6
"""Share that is believed of how a painted white differs from the usual one. `training.appearance.hues`: of R/G and B/G
1.1 and 0.7 is right for painted blinks, 0.3 and 1.1 for photographed ones."""
SHADOWED: Final = (0.5, 0.66)
"""Brightness of a photographed white, in times the skin's, up to which only the skin tells its hue, and from which on
it tells that itself. Of 266 faces' eyes whose white is darker than the former 85 % would be taken for light ones, for
such a white is lid and corner; so measured it is 52 %, and of eyes with bright whites 48 %."""
BRIGHTENED: Final = 0.5
"""Power of how far a white in shadow is below the latter by which it is brightened: the iris lies in that shadow, too.
Chosen by how alike the irises of one face come out."""
CAST_ON_WHITES: Final = 0.8
"""Share of a light's cast that is on the whites as well, less in the dark; it would be all, were no colour burnt
out."""
BRIGHT: Final = 160.0
"""Level of a skin's brightest colour below which it has less and less of a hue to tell whites from: there the black
level, noise and blocks of compression colour it."""
VEIL: Final = 40.0
"""Levels that are added to a black skin's colours, so that their ratios are not taken at their word."""


@dataclass(frozen=True)
class IrisRegions:
    """Planes (H, W) on the strip in the mean shape, one a side.

    Args:
        disc: 0..1, the iris with a soft rim.
        ball: 0..1, all between the lids, with a soft rim.
        coloured: where an iris shows its colour, away from pupil, lid shadow and catch-light.
        white: where sclera shows.
    """

    disc: dict[Side, Plane]
    ball: dict[Side, Plane]
    coloured: dict[Side, NDArray[np.bool_]]
    white: dict[Side, NDArray[np.bool_]]


def eye_shape(points: Points, side: Side) -> EyeShape:
    """One eye of the model's points, which may lie on the strip or anywhere else."""
    return EyeShape.of(layout.ring_of(points, side), layout.iris_of(points, side), side)


@lru_cache(maxsize=4)
def _regions(mean_points: bytes) -> IrisRegions:
    points = np.frombuffer(mean_points).reshape(-1, 2)
    disc: dict[Side, Plane] = {}
    ball: dict[Side, Plane] = {}
    coloured: dict[Side, NDArray[np.bool_]] = {}
    white: dict[Side, NDArray[np.bool_]] = {}
    for side in SIDES:
        shape = eye_shape(points, side)
        r, w = shape.iris_radius, shape.width
        lids = lid_distances(shape, Box(0, 0, *layout.SIZE_WH))
        disc[side] = np.clip((1.12 * r - lids.to_iris) / (0.24 * r), 0, 1) * lids.aperture(0.3 * r)
        ball[side] = lids.aperture(0.3 * r)
        ringed = (lids.to_iris > 0.5 * r) & (lids.to_iris < 0.85 * r)
        coloured[side] = ringed & (lids.below_upper > 0.3 * r) & (lids.above_lower > 0.1 * r)
        clear = (lids.to_iris > 1.2 * r) & (lids.below_upper > 0.25 * r) & (lids.above_lower > 0.15 * r)
        white[side] = clear & (lids.along > 0.11 * w) & (lids.along < 0.86 * w)
    return IrisRegions(disc, ball, coloured, white)


def regions(model: AppearanceModel) -> IrisRegions:
    """The iris' regions on a model's strip."""
    return _regions(np.ascontiguousarray(model.mean_points).tobytes())


def iris_and_white(model: AppearanceModel, strip: Tones, side: Side) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Iris and sclera colour of one eye on a strip in the mean shape: (3,) and (3,), in the strip's own units."""
    regions_ = regions(model)
    iris = np.median(strip[regions_.coloured[side]], axis=0)
    white = np.percentile(strip[regions_.white[side]], 70, axis=0)
    return iris.astype(np.float64), np.maximum(white, 1e-3).astype(np.float64)


def colour_ratio(model: AppearanceModel, strip: Tones, sides: tuple[Side, ...] = SIDES) -> NDArray[np.float64]:
    """Iris : sclera in R, G, B, the mean of the given eyes."""
    pairs = [iris_and_white(model, strip, side) for side in sides]
    return np.asarray(np.mean([i / w for i, w in pairs], axis=0))


def photographed_ratio(model: AppearanceModel, strip: Tones, sides: tuple[Side, ...]) -> NDArray[np.float64]:
    """The same of a photo's eyes, on a strip in levels, whose whites may lie in the shadow of a lid."""
    skin, pairs = model.skin_of(strip), [iris_and_white(model, strip, side) for side in sides]
    return np.asarray(np.mean([i / out_of_shadow(w, skin) for i, w in pairs], axis=0))


def coloured(model: AppearanceModel, strip: Tones, ratio: NDArray[np.float64]) -> Tones:
    """The strip with both irises brought to one colour, each in its own eye's light."""
    out = strip
    regions_ = regions(model)
    pairs = {side: iris_and_white(model, strip, side) for side in SIDES}
    for side, (iris, white) in pairs.items():
        hue = _at_unit_mean(bright_white(model, strip, side))
        out = with_iris_colour(out, regions_.disc[side], iris, white, ratio * hue * white.mean())
    return out


def with_iris_colour(
    picture: Tones,
    disc: Plane,
    iris: NDArray[np.float64],
    white: NDArray[np.float64],
    wanted: NDArray[np.float64],
) -> Tones:
    """The picture (h, w, 3) with the iris on `disc` (h, w) brought from one colour to another, all (3,).

    Catch-lights mirror the light and not the iris, and where the eye's `white` shows through the rim it stays white.
    """
    bright, usual = float(white @ LUMA), max(float(iris @ LUMA), 1e-3)
    level = luma_of(picture)
    fall = max(bright - IRIS_LEVEL * usual, 0.25 * bright, 1e-3)
    share = np.clip((bright - level) / fall, 0, 1) * disc
    grain = PATTERN_SIGMA * float(np.sqrt(disc.sum() / np.pi))  # noise in a black iris would come out in all colours
    pattern = np.minimum(smoothed(level, max(grain, 0.3)), IRIS_LEVEL * usual) / usual
    apart = wanted * min(1.0, MOST_GAIN * usual / max(float(wanted @ LUMA), 1e-3)) - iris
    return np.asarray(picture + apart * (pattern * share)[..., None], np.float32)


def with_one_white_hue(model: AppearanceModel, lit: Tones, painted: Tones) -> Tones:
    """`lit` with eyeballs of one hue on both sides, between the two pictures' own; brightness stays as lit.

    `lit` takes its colours from the lids, whose make-up does not belong in the eye; `painted` from the whole face,
    whose skin may be made up as well. Each is half right, and both may be wrong where colours are burnt out or blocky:
    what no eye has in this light (`plausible_white`) is brought back.
    """
    out = lit.copy()
    regions_ = regions(model)
    whites = {side: bright_white(model, lit, side) for side in SIDES}
    face = np.mean([bright_white(model, painted, side) for side in SIDES], axis=0)
    hue = _at_unit_mean(np.sqrt(_at_unit_mean(np.mean(list(whites.values()), axis=0)) * _at_unit_mean(face)))
    hue = plausible_white(hue, model.skin_of(lit))
    for side, white in whites.items():
        gain = np.clip(hue * white.mean() / white, 0.7, 1.4)
        out *= 1 + (gain - 1).astype(np.float32) * regions_.ball[side][..., None]
    return out


def bright_white(model: AppearanceModel, strip: Tones, side: Side) -> NDArray[np.float64]:
    """The mean colour (3,) of the brighter half of one eye's sclera: what shadow of the lid colours does not count."""
    white = strip[regions(model).white[side]]
    level = white @ LUMA
    return np.asarray(np.maximum(white[level >= np.median(level)].mean(axis=0), 1e-3), np.float64)


def plausible_white(white: NDArray[np.float64], skin: NDArray[np.float32]) -> NDArray[np.float64]:
    """The colour (3,) of an eye's white at brightness 1, as near to `white` as is likely beside such a skin (3,)."""
    usual, certainty = usual_white(skin)
    farthest = WHITEST * certainty * WHITE_SPREAD
    r, b = usual + BELIEVED * np.clip(chroma(255 * white) - usual, -farthest, farthest)
    return _at_unit_mean(np.exp([r, 0.0, b]))


def out_of_shadow(white: NDArray[np.float64], skin: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The colour (3,) of a photographed white as it would be beside such a skin (3,), both in levels, without the
    shadow of a lid, in which it takes the lid's hue."""
    level, beside = float(white @ LUMA), max(float(skin @ LUMA), 1e-3)
    certainty = float(np.clip((level / beside - SHADOWED[0]) / (SHADOWED[1] - SHADOWED[0]), 0, 1))
    if certainty == 1:
        return white
    (r, b), _ = usual_white(skin)
    hue = white**certainty * np.exp([r, 0.0, b]) ** (1 - certainty)
    bright = level * max(SHADOWED[1] * beside / max(level, 1e-3), 1.0) ** BRIGHTENED
    return np.asarray(hue * bright / max(float(hue @ LUMA), 1e-6), np.float64)


def usual_white(skin: NDArray[np.floating[Any]]) -> tuple[NDArray[np.float64], float]:
    """Log R/G and log B/G (2,) of the whites that such a skin (3,) goes with, and how much the skin tells, 0..1."""
    certainty = min(float(skin.max()) / BRIGHT, 1.0)
    seen = skin.astype(np.float64) + VEIL * (1 - certainty)
    usual = WHITE_FROM_SKIN @ np.append(1, chroma(without_cast(seen))) + CAST_ON_WHITES * certainty * cast_of(seen)
    return usual, certainty


def _at_unit_mean(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """A colour at brightness 1."""
    return np.asarray(colour / max(float(colour.mean()), 1e-6))
