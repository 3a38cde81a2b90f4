"""How much softer a photo shows colours than brightness, and painted eyes with colours as soft.

A camera's mosaic, a JPEG (half the resolution for colours, and coarser steps) and making a picture smaller all blur
colours further than brightness. In small photos the skin's hue then runs far into the eyes, and an iris painted in its
own, clean colour looks grey or teal there.

Within a small piece of a face colours lie on a line: they go with brightness (Omer & Werman, "Color lines: image
specific color representation", 2004). Where colours are softer, they go with the brightness blurred as much. So the
blur after which brightness explains most of the colours around the eyes tells how soft these are. Wrinkles and stubble
have less colour than brightness, so that a little blur is always seen.

Colours are differences from luma here, of red and of blue; luma itself stays as it is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Plane, Points, Tones
from ..easing import ramp
from ..face.eye_corners import seen_eye_width
from ..face.mesh478 import SIDES
from ..geometry import Box
from ..luma import LUMA, luma_of
from ..smooth import reduced, smoothed

TRIED: Final = (0.0, 0.02, 0.03, 0.045, 0.065, 0.09, 0.12, 0.16, 0.2)
"""Blurs that are tried: standard deviations in eye widths."""
ALWAYS: Final = 0.02
"""Blur that is seen where colours are as sharp as brightness, eye widths."""
MOST: Final = 0.15
"""Most blur that painted colours get: standard deviation in eye widths."""
MOST_PIXELS: Final = 6.0
"""The same in pixels: a JPEG's coarsest squares of colour are 16 pixels wide, and more is no camera's doing."""
EXPLAINED: Final = (0.4, 0.55)
"""Share of the colours' variance that brightness explains at best, between which the blur comes to be believed: beside
make-up, hair or coloured light a face's colours are not on lines."""
MEASURED: Final = 48.0
"""Least width of an eye, pixels, at which it is measured, if the photo's is wider."""
SQUARE: Final = 0.5
"""Side of the squares within which colours lie on a line, in eye widths."""
SEEN: Final = 0.5
"""Least share of a square's pixels that lie beside the eyes."""
ENOUGH: Final = 6
"""Least number of squares that tell."""
FLAT: Final = 0.3
"""Variance of brightness, squared levels, that explains nothing: rounding makes as much."""
LEAST: Final = 0.3
"""Blur, pixels, below which nothing is changed."""


def chroma_blur(photo: NDArray[Any], covered: Plane, landmarks: Points) -> float:
    """How much softer colours are than brightness around the eyes of a photo (h, w, 3): a standard deviation in pixels;
    0 where that is not seen.

    Args:
        covered: (h, w) 0..1, where the eyes are; the colours beside them tell.
        landmarks: (478, 2+) of the face, in the same pixels.
    """
    width = max(seen_eye_width(landmarks, side) for side in SIDES)
    shrink = max(int(width / MEASURED), 1)
    small, beside = reduced(photo, shrink), reduced(covered, shrink) <= 0
    side = max(round(SQUARE * width / shrink), 2)
    where = _squares(beside.astype(np.float32), side)
    told = where.sum(axis=1) >= SEEN * side * side
    if np.count_nonzero(told) < ENOUGH:
        return 0.0
    luma, where = luma_of(small), where[told]
    colours = [_centred(_squares(small[..., channel] - luma, side)[told], where) for channel in (0, 2)]
    explained = [
        _explained(colours, _centred(_squares(smoothed(luma, blur * width / shrink), side)[told], where))
        for blur in TRIED
    ]
    variance = sum(float((colour * colour).sum()) for colour in colours)
    believed = float(ramp(max(explained) / max(variance, FLAT), *EXPLAINED))
    seen = np.clip(_peak(np.array(explained)) - ALWAYS, 0, MOST)
    return min(believed * float(seen) * width, MOST_PIXELS)


def with_soft_colours(painted: Tones, here: Tones, part: Box, blur: float, new: Plane) -> Tones:
    """What a part of the painted pixels (H, W, 3) has become, with colours that are softer where it is `new` by `blur`,
    a standard deviation in pixels, together with what lies around; brightness is as it was.

    Args:
        here: (h, w, 3) of the part, which holds all that is new.
        new: (H, W) 0..1.
    """
    if blur < LEAST:
        return here
    near = part.moved_out(3 * blur).within(painted)
    inside, around = part.seen_from(near), near.cut(painted).copy()
    inside.cut(around)[...] = here
    luma, share = luma_of(around), part.cut(new)
    out = here.copy()
    for channel in (0, 2):  # a plane after the other: eyes of a close-up are large
        colour = np.asarray(around[..., channel] - luma, np.float32)
        change = (inside.cut(smoothed(colour, blur)) - inside.cut(colour)) * share
        out[..., channel] += change
        out[..., 1] -= change * (LUMA[channel] / LUMA[1])
    return out


def _squares(plane: Plane, side: int) -> NDArray[np.float32]:
    """(h, w) -> (n, side * side): it in squares, without what is left over at the right and below."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    whole = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.ascontiguousarray(whole.swapaxes(1, 2)).reshape(rows * columns, side * side)


def _centred(squares: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without their means, and 0 where nothing is to be seen."""
    means = (squares * where).sum(axis=1) / where.sum(axis=1)
    return np.asarray((squares - means[:, None]) * where, np.float32)


def _explained(colours: list[NDArray[np.float32]], luma: NDArray[np.float32]) -> float:
    """How much of the colours' variance goes with luma on a line of each square's own; squared levels, in all."""
    variance = (luma * luma).sum(axis=1) + FLAT * np.count_nonzero(luma, axis=1)
    return float(sum(((colour * luma).sum(axis=1) ** 2 / np.maximum(variance, FLAT)).sum() for colour in colours))


def _peak(explained: NDArray[np.float64]) -> float:
    """The blur in eye widths that explains most, between those of TRIED by a parabola through the best three."""
    best = int(np.argmax(explained))
    if not 0 < best < len(TRIED) - 1:
        return TRIED[best]
    before, here, after = explained[best - 1 : best + 2]
    bend = before - 2 * here + after
    beside = 0.5 * (before - after) / bend if bend else 0.0
    return float(np.interp(best + beside, np.arange(len(TRIED)), TRIED))
