"""One donor's eyes transplanted into one crop: warped, relit, as sharp as the photo, melted in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix, Plane, Points, Tones, to_tones
from ...imaging.detail.grain import continued_grain
from ...imaging.detail.register import registered
from ...imaging.detail.sharpness import blur_to_match
from ...imaging.face.eye_change import rightwards
from ...imaging.face.eye_corners import eyes_apart, ring_width
from ...imaging.face.eyeball import moved, turned, within_reach
from ...imaging.face.lids import EyeShape
from ...imaging.face.mesh478 import OTHER, SIDES, Side
from ...imaging.geometry import Box, quarter_turned, transformed
from ...imaging.light.relight import relit
from ...options.eye_style import EyeColor, EyeStyle
from ...roles import Crop
from ..appearance import layout
from ..appearance.irises.colour import eye_shape
from ..appearance.steer import gaze_move
from . import cover, recolour, whites
from .donor_warp import DonorPicture, WarpedDonor, warped
from .level import levelled
from .openness import opened

Jitter: TypeAlias = NDArray[np.float64]
_Tint: TypeAlias = tuple[recolour.Recolouring, recolour.EyeColours]

RELIGHT_REACH: Final = 0.12
"""Reach of the light's field, in distances between the outer corners of the eyes."""
SAME_DETAIL: Final = 0.88
"""Likeness from which on the skin around the eye is trusted more than landmarks; a smile folds it, and does not reach
this."""
MOST_MOVED: Final = 0.15
"""Most that landmarks are off by, in eye widths."""
SHARPER: Final = 1.5
"""Ratio of fine detail, the donor's skin to the photo's, from which on the donor counts as sharper: between rest and a
laugh one person's skin differs by up to that, and eyes that are a little sharper than it harm less than soft ones."""
LEAST_BLUR: Final = 0.25
"""Least blur that is worth another pass, pixels."""
MIRRORED_STEP: Final = 1.1
"""Largest factor by which light may change from place to place for a mirrored eye: hair and the nose's shadow lie on
one side only."""


@dataclass(frozen=True, slots=True)
class EyeSource:
    """Where the eyes of one side come from.

    Args:
        mirrored: whether the picture shows the other side's eye in a mirror; only slow differences of light are
            followed then, for the nose's shaded side is not the same skin.
        iris_along: where the iris shall stand (`layout.iris_along`); None leaves it as it is there.
        openness: how far open the donor's eye is.
        is_stranger: whether the donor is somebody else, whose skin differs by more than light.
    """

    picture: DonorPicture
    mirrored: bool = False
    iris_along: float | None = None
    openness: float = 1.0
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Composite:
    """The crop with a donor's eyes in it.

    Args:
        pixels: (h, w, 3).
        alpha: (h, w) 0..1, the weight of the donor's pixels.
        corners: (2,) each, where their outer corners have come to lie.
    """

    pixels: Tones
    alpha: Plane
    corners: dict[Side, Points]


@dataclass(frozen=True, slots=True)
class PlacedEye:
    """A donor's eye where it belongs in a crop, before anything of it is drawn by lot.

    Args:
        source: where it comes from.
        part: of the crop, around it.
        crop: in that part.
        eyes: the donor's, as far open as they shall be.
        skin: (h, w) 0..1, where both show the same skin.
        alpha: (h, w) 0..1, the weight of the donor's pixels.
    """

    source: EyeSource
    part: Box
    crop: Crop
    eyes: WarpedDonor
    skin: Plane
    alpha: Plane

    def shape(self, side: Side) -> EyeShape:
        """The donor's eye in that part, before it is turned."""
        return eye_shape(self.eyes.points, side)


@dataclass(frozen=True, slots=True)
class _Near:
    """A donor's eye where landmarks take it, and the part of the crop around it."""

    part: Box
    crop: Crop
    eyes: WarpedDonor

    @property
    def points(self) -> Points:
        """The target's, of the strip."""
        return self.crop.landmarks[layout.MESH, :2]


@dataclass(frozen=True, slots=True)
class _Lit:
    """An eye in the crop's light; `blur` makes it no sharper than the photo, None where that cannot be told."""

    pixels: Tones
    shape: EyeShape
    blur: float | None


def placed(crop: Crop, sources: Mapping[Side, EyeSource], openness: float | None) -> dict[Side, PlacedEye]:
    """Donors' eyes where they belong, on the sides of `sources` that the crop shows; None leaves them as open as they
    are. It is most of the work, and the same for all attempts at a face."""
    seen = {side: near for side, source in sources.items() if (near := _near(crop, source, side)) is not None}
    fits = {side: _fit(near, sources[side], side) for side, near in seen.items()}
    agreed = all(fits.get(side) is not None for side in sources)  # one eye moved without the other would stand askew
    moves = fits if agreed else levelled({side: (near.points, near.eyes.points) for side, near in seen.items()})
    eyes = {side: _settled(near, sources[side], moves.get(side)) for side, near in seen.items()}
    if openness is not None:
        eyes = opened(eyes, {side: openness / max(sources[side].openness, 0.3) for side in eyes})
    return {side: _with_alpha(near, sources[side], side, eyes[side]) for side, near in seen.items()}


def composited(crop: Crop, eyes: Mapping[Side, PlacedEye], style: EyeStyle, jitter: Jitter, seed: int) -> Composite:
    """The crop with eyes that were placed in it; `jitter` (2,) turns both irises, in iris radii."""
    pixels, alpha = to_tones(crop.pixels), np.zeros(crop.mask.shape, np.float32)
    apart = layout.apart_from_pair(*(_stand(eyes, side) for side in SIDES)) if eyes else {}
    tints = _tints(eyes, style.eye_color)
    looks = {side: _lit(eye, side, style.gaze, tints.get(side), apart[side], jitter) for side, eye in eyes.items()}
    blurs = [one.blur for one in looks.values() if one.blur is not None]
    blur = min(blurs, default=0.0)  # one for both: they are a pair
    gain = whites.pair_gain(
        whites.ball_gain(eye.crop, (looks[side].pixels, looks[side].shape), (eye.eyes.pixels, eye.shape(side)))
        for side, eye in eyes.items()
        if eye.source.is_stranger
    )
    corners: dict[Side, Points] = {}
    for side, eye in eyes.items():
        corners[side] = layout.ring_of(eye.eyes.points, side)[0] + eye.part.offset[:2]
        painted = _finished(eye, whites.with_gain(looks[side].pixels, looks[side].shape, gain), blur, seed)
        around, here = eye.part.cut(pixels), eye.part.cut(alpha)
        around[...] = around + (painted - around) * eye.alpha[..., None]
        here[...] = np.maximum(here, eye.alpha)
    return Composite(np.asarray(np.clip(pixels, 0, 255), np.float32), alpha, corners)


def _settled(near: _Near, source: EyeSource, adjust: Matrix | None) -> WarpedDonor:
    """One eye, moved by what `_fit` or `levelled` found for it."""
    return near.eyes if adjust is None else warped(source.picture, near.points, Box.of(near.crop.mask), adjust)


def _with_alpha(near: _Near, source: EyeSource, side: Side, eyes: WarpedDonor) -> PlacedEye:
    """One eye, as far open as it shall be, with its alpha in the crop."""
    crop = near.crop
    skin = cover.same_skin(crop, eyes.valid, eyes.points)
    allowed = np.asarray(crop.mask * eyes.mask, np.float32)
    shut, wide = (layout.ring_of(points, side) for points in (near.points, eyes.points))
    alpha = cover.eye_cover(allowed, shut, wide) * cover.side_of(crop, side)
    return PlacedEye(source, near.part, crop, eyes, skin, alpha)


def _stand(eyes: Mapping[Side, PlacedEye], side: Side) -> float:
    """Where the iris of one side stands between its corners; of an eye that nobody gives, the crop's or the donor's."""
    if side in eyes:
        along, points = eyes[side].source.iris_along, eyes[side].eyes.points
        return layout.iris_along(points, side) if along is None else along
    beside = eyes[OTHER[side]]
    open_here = beside.crop.open_side == side
    return layout.iris_along(beside.crop.landmarks[layout.MESH, :2] if open_here else beside.eyes.points, side)


def _tints(eyes: Mapping[Side, PlacedEye], wanted: EyeColor) -> dict[Side, _Tint]:
    """By side, how the iris gets the colour that was asked for; none where it keeps its own."""
    if wanted == "auto":
        return {}
    seen = {k: recolour.eye_colours(one.eyes.pixels, one.shape(k), one.skin) for k, one in eyes.items()}
    change = recolour.Recolouring.of(seen.values(), wanted)
    return {} if change is None else {k: (change, one) for k, one in seen.items() if one is not None}


def _lit(
    eye: PlacedEye, side: Side, gaze: tuple[float, float] | None, tint: _Tint | None, apart: float, jitter: Jitter
) -> _Lit:
    """One eye in the crop's light, looking as it shall; its iris stands `apart` from where the pair does on average."""
    source, points, shape = eye.source, eye.eyes.points, eye.shape(side)
    by = within_reach(shape, _move(points, side, source.iris_along, gaze, apart, jitter))
    pixels = turned(eye.eyes.pixels, shape, by)
    if tint is not None:
        change, own = tint
        pixels = change.applied(pixels, moved(shape, by), own)
    reach, photo = eyes_apart(eye.crop.landmarks), to_tones(eye.crop.pixels)
    if source.mirrored:  # hair hangs on one side only, so sharpness is not told
        return _Lit(relit(pixels, photo, eye.skin, 3 * RELIGHT_REACH * reach, MIRRORED_STEP), moved(shape, by), None)
    pixels = relit(pixels, photo, eye.skin, RELIGHT_REACH * reach)
    return _Lit(pixels, moved(shape, by), blur_to_match(pixels, photo, eye.skin > 0, SHARPER))


def _fit(near: _Near, source: EyeSource, side: Side) -> Matrix | None:
    """What moves the donor's eye from where landmarks take it to where the skin around it lies exactly; None where that
    skin does not agree."""
    if source.mirrored:
        return None
    crop, eyes, whole = near.crop, near.eyes, Box.of(near.crop.mask)
    width = ring_width(layout.ring_of(eyes.points, side))
    skin = cover.same_skin(crop, eyes.valid, eyes.points)
    adjust, alike = registered(eyes.pixels, to_tones(crop.pixels), skin, width)
    middle = np.array([[whole.right / 2, whole.bottom / 2]])
    distance = float(np.linalg.norm(transformed(middle, adjust) - middle))
    return adjust if alike >= SAME_DETAIL and distance <= MOST_MOVED * width else None


def _finished(eye: PlacedEye, pixels: Tones, blur: float, seed: int) -> Tones:
    """One eye as sharp and grainy as the photo."""
    scale = eye.eyes.scale
    if blur > LEAST_BLUR:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), np.float32)
    finest = max(blur, 0.5 * scale if scale > 1.1 else 0.0)
    return pixels + _grain(eye.crop, eye.alpha, finest, seed)


def _near(crop: Crop, source: EyeSource, side: Side) -> _Near | None:
    """The part of the crop that one eye's light and rim are read from, with the donor's; None for an eye outside it."""
    points = crop.landmarks[layout.MESH, :2]
    part = Box.around(layout.ring_of(points, side)).moved_out(0.4 * eyes_apart(crop.landmarks)).within(crop.mask)
    if part.area < 1:
        return None
    near = crop.cut(part)
    return _Near(part, near, warped(source.picture, near.landmarks[layout.MESH, :2], Box.of(near.mask)))


def _move(
    points: Points, side: Side, along: float | None, gaze: tuple[float, float] | None, apart: float, jitter: Jitter
) -> NDArray[np.float64]:
    """(2,) pixels by which one iris has to move: to where a pair with that `gaze` has it, else to `along`."""
    ring, shape = layout.ring_of(points, side), eye_shape(points, side)
    axis = rightwards(ring, side) / max(shape.width, 1e-6)
    down = quarter_turned(axis)
    move = jitter[0] * shape.iris_radius * axis + jitter[1] * shape.iris_radius * down
    if gaze is not None:
        x, y = gaze_move(gaze)
        along = x + apart
        move = move + down * y * shape.width
    if along is not None:
        move = move + axis * (along - layout.iris_along(points, side)) * shape.width
    return np.asarray(move, np.float64)


def _grain(crop: Crop, alpha: Plane, finest: float, seed: int) -> Tones:
    """The photo's own grain where the eyes were blurred or enlarged past it; 0 elsewhere."""
    if finest < 0.3:
        return np.zeros((*alpha.shape, 3), np.float32)
    skin = cover.same_skin(crop, np.ones_like(alpha), crop.landmarks[layout.MESH, :2]) > 0
    grain = continued_grain(crop.pixels, skin, alpha > 0, max(finest, 0.6), seed)
    return np.asarray(0.7 * grain * np.sqrt(alpha)[..., None], np.float32)
