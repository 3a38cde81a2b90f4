"""What covers a face up to its eyes: a mask, a scarf, a blanket. It is not part of the face, and stays in front of new
eyes.

Looked at along columns from the eyes down, skin ends at one sharp edge, and all below it has one other colour. Neither
a beard nor a shadow is like that: a beard leaves the nose free, and skin in shadow has lips. In a black-and-white photo
cloth and skin cannot be told apart, so none is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Matrix, Plane, Points, Rgb
from ..binary_masks import BinaryMask, between
from ..easing import ramp
from ..face.eye_corners import eyes_apart
from ..face.mesh478 import CHIN, EAR, FOREHEAD, OUTER_CORNER, SIDES
from ..geometry import Box, across, inverted, transformed
from ..luma import luma_of

# Lengths are shares of the distance between the eyes' outer corners; down is from the line between these.
_PER: Final = 64
"""Rows and columns of the small picture for a length of 1."""
_TOP, _BOTTOM = -0.5, 0.8
"""Top and bottom of the part of the face that is looked at."""
_HALF: Final = 0.5
"""How far to either side of the middle between the corners the face is looked at."""
ASIDE: Final = 0.42
"""How far aside a column may lie: columns further out show hair and ears."""
WITHIN_FACE: Final = 0.06
"""How far within the face's outline a column has to lie."""
SKIN: Final = ((-0.42, 0.08), 0.4)
"""Where skin is seen above any cloth, mostly forehead and lids: from and to below the outer eye corners, and how far
aside."""
COVERED: Final = ((0.45, 0.7), 0.33)
"""Where cloth lies if there is some, around the mouth: from and to below the outer eye corners, and how far aside."""
EDGE: Final = (0.0, 0.45)
"""Where the cloth's edge may lie, from and to below the outer eye corners: further up it would cross the eyes, further
down it is a beard's."""
SHARP: Final = 0.1
"""Longest way down a column from skin to cloth."""
BELOW: Final = 0.93
"""Least share of a column below its edge that is cloth."""
COLUMNS: Final = 0.8
"""Least share of the columns that have an edge of cloth."""
RAGGED: Final = 0.05
"""Most that the cloth's edge jumps from column to column, in nine of ten."""
# Cloth in a colour of its own. Differences are of the logarithms of colours: of chroma, or of the whole look.
COLOUR: Final = 0.16
"""Least difference in chroma between skin and cloth."""
ONE_COLOUR: Final = 0.3
"""Most that the cloth's chroma varies, as a share of its difference from skin: lips and nostrils vary more in any
light."""
# White cloth beside pale skin has little chroma of its own, but it is even.
PALE: Final = 0.05
"""Least difference in chroma between skin and white cloth."""
ONE_HUE: Final = 0.03
"""Most that the chroma of white cloth varies (standard deviation)."""
UNLIKE: Final = 0.12
"""Least difference between skin and white cloth in the whole look."""
UNIFORM: Final = 0.25
"""Most that the whole look of white cloth varies, as a share of its difference from skin."""
_LOW, _HIGH = 0.3, 0.62
"""Shares of the way from skin to cloth: below the first a pixel is skin, above the second it is cloth."""
_BAND: Final = 0.06
"""How near to the edge each pixel is told as skin or cloth by its own colour."""
_FLOOR: Final = 10.0
"""Levels added before logarithms are taken: in the dark, colours are noise."""


@dataclass(frozen=True, slots=True)
class Cloth:
    """What covers a face from below.

    Args:
        skin: (3,), the look of skin: `_looks`.
        change: (3,), from skin to cloth.
        columns: (n,), places to the side of the middle between the outer eye corners, in these corners' distance.
        edge: (n,), how far below the line between them the cloth begins there.
    """

    skin: NDArray[np.float32]
    change: NDArray[np.float32]
    columns: NDArray[np.float64]
    edge: NDArray[np.float64]

    @classmethod
    def of(cls, pixels: Rgb, landmarks: Points) -> Cloth | None:
        """The cloth over the face of these landmarks (478, 2+) in a picture; None where none is clearly seen."""
        if eyes_apart(landmarks) < 1:
            return None
        seen = _seen(pixels, _to_picture(landmarks))
        h, w = seen.shape[:2]
        aside, below = np.arange(w) / _PER - _HALF, np.arange(h) / _PER + _TOP
        if float((_part(seen, aside, below, *COVERED).max(axis=1) > 0).mean()) < COLUMNS:
            return None  # that part of the face lies outside the picture
        looks = _looks(seen)
        skin, cloth = (_part(looks, aside, below, *where) for where in (SKIN, COVERED))
        usual, other = np.median(skin, axis=0), np.median(cloth, axis=0)
        if not _unlike(other - usual, np.sqrt(((cloth - other) ** 2).mean(axis=0))):
            return None
        columns = _within(landmarks, aside)
        share = _share(looks, usual, other - usual)[:, columns]
        edge = np.array([_edge_of(column, below) for column in share.T])
        found = ~np.isnan(edge)
        if not found.any() or found.mean() < COLUMNS or np.percentile(np.abs(np.diff(edge[found])), 90) > RAGGED:
            return None
        return cls(usual, other - usual, aside[columns][found], edge[found])

    def over(self, pixels: Rgb, landmarks: Points) -> Plane:
        """(h, w) 0..1: 1 where the cloth is seen in a picture of the face; `landmarks` (478, 2+) lie in its pixels."""
        h, w = pixels.shape[:2]
        ys, xs = np.mgrid[:h, :w].astype(np.float32)
        back = inverted(_to_picture(landmarks)).astype(np.float32)
        aside = (back[0, 0] * xs + back[0, 1] * ys + back[0, 2]) / _PER - _HALF
        below = (back[1, 0] * xs + back[1, 1] * ys + back[1, 2]) / _PER + _TOP
        past = below - np.interp(aside, self.columns, self.edge).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), max(0.01 * eyes_apart(landmarks), 0.4)), np.uint8)
        beside = (aside < self.columns[0]) | (aside > self.columns[-1])
        over = np.asarray(past > 0, np.float32)
        one_by_one = (np.abs(past) <= _BAND) | (beside & (past > 0))
        over[one_by_one] = ramp(_share(_looks(soft[one_by_one]), self.skin, self.change), _LOW, _HIGH)
        return over


def _to_picture(landmarks: Points) -> Matrix:
    """(2, 3): columns and rows that are looked at -> pixels."""
    left, right = (landmarks[OUTER_CORNER[side], :2] for side in SIDES)
    axis = (right - left) / _PER
    down = across(axis, landmarks[CHIN, :2] - landmarks[FOREHEAD, :2])
    start = (left + right) / 2 - _HALF * _PER * axis + _TOP * _PER * down
    return np.column_stack([axis, down, start])


def _seen(pixels: Rgb, to_picture: Matrix) -> Rgb:
    """(84, 65, 3): the part that is looked at. Of a large face nine pixels are averaged into one here, not all: that is
    enough for colours."""
    w, h = 2 * round(_HALF * _PER) + 1, round((_BOTTOM - _TOP) * _PER) + 1
    finer = to_picture / 3
    finer[:, 2] = to_picture[:, 2] - finer[:, :2].sum(axis=1)  # the middle of three by three is the one
    around = Box.around(transformed(np.array([[-1, -1], [w, -1], [-1, h], [w, h]], float), to_picture)).within(pixels)
    if not around.area:
        return np.zeros((h, w, 3), np.uint8)
    finer[:, 2] -= around.offset[:2]
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    many = cv2.warpAffine(around.cut(pixels), finer, (3 * w, 3 * h), flags=flags, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.GaussianBlur(cv2.resize(many, (w, h), interpolation=cv2.INTER_AREA), (0, 0), 0.8), np.uint8)


def _looks(pixels: Rgb) -> NDArray[np.float32]:
    """(..., 3) of levels -> the logarithms of red and of blue over green, and half of luma's."""
    levels = pixels.astype(np.float32) + np.float32(_FLOOR)
    red, blue = (np.log(levels[..., n] / levels[..., 1]) for n in (0, 2))
    return np.stack([red, blue, 0.5 * np.log(luma_of(levels))], axis=-1)


def _share(looks: NDArray[np.float32], skin: Any, change: Any) -> NDArray[np.float32]:
    """How far each is on the way from skin to cloth: 0 is skin, 1 is cloth."""
    return np.asarray((looks - skin) @ change / (change @ change), np.float32)


def _part(
    picture: NDArray[Any], aside: NDArray[Any], below: NDArray[Any], rows: tuple[float, float], half: float
) -> NDArray[Any]:
    """(n, 3): the pixels between these rows, up to `half` aside."""
    part = picture[(below > rows[0]) & (below < rows[1])][:, np.abs(aside) < half]
    return part.reshape(-1, 3)


def _unlike(change: NDArray[Any], varies: NDArray[Any]) -> bool:
    """Whether what lies over the mouth differs from skin in colour, and is of one colour itself. Brightness alone
    proves nothing: the edge of a shadow may run across a face."""
    far, colour, spread = float(np.linalg.norm(change)), float(np.hypot(*change[:2])), float(np.hypot(*varies[:2]))
    if colour > COLOUR:
        return spread < ONE_COLOUR * colour
    return colour > PALE and spread < ONE_HUE and far > UNLIKE and float(np.linalg.norm(varies)) < UNIFORM * far


def _within(landmarks: Points, aside: NDArray[np.float64]) -> BinaryMask:
    """Which columns lie on the face."""
    ears = transformed(landmarks[[EAR[side] for side in SIDES], :2], inverted(_to_picture(landmarks)))
    first, last = sorted(ears[:, 0] / _PER - _HALF)
    return between(aside, (max(first + WITHIN_FACE, -ASIDE), min(last - WITHIN_FACE, ASIDE)))


def _edge_of(share: NDArray[np.float32], below: NDArray[np.float64]) -> float:
    """Where a column's cloth begins; not a number where it has no sharp edge."""
    looked_at = between(below, (EDGE[0] - SHARP, COVERED[0][1]))
    share, below = share[looked_at], below[looked_at]
    cloth = share > _HIGH
    left = np.cumsum(cloth[::-1])[::-1] / np.arange(len(cloth), 0, -1)
    begins = np.flatnonzero(cloth & (left >= BELOW))
    if not len(begins):
        return np.nan
    first = int(begins[0])
    skin = np.flatnonzero(share[:first] <= _LOW)
    sharp = len(skin) and (first - skin[-1]) / _PER <= SHARP
    return float(below[first]) if sharp and EDGE[0] < below[first] < EDGE[1] else np.nan
