"""The shapes of a blink, in the frame of one eye.

u runs from 0 at the outer corner to 1 at the inner one, v runs down the face, both in widths of the eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Matrix, Plane, Points, Rgb, Tones, to_tones
from ..imaging.easing import unit_smoothstep
from ..imaging.face.eye_corners import eye_corners, seen_eye_width
from ..imaging.face.mesh478 import BROW, CHIN, EYE_RING, RING_UPPER, Side
from ..imaging.geometry import Box, across, inverted, transformed

LEFT_U, RIGHT_U, TOP_V, BOTTOM_V = -0.5, 1.4, -0.65, 0.65
"""Ends of the part of the face around an eye that may change, in widths of the eye."""
CLOSING: Final = 0.80
"""How far down the upper lid comes, as a share of the gap; the lower one meets it there."""
UPPER_MARGIN, LOWER_MARGIN = 0.12, 0.03
"""Distance from the rim of the open eye within which skin is lashes or wet rim, in widths of the eye."""

Field = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlinkFrame:
    """The frame of one eye that is to blink, and its lid lines.

    Args:
        to_eye: photo pixels -> (u, v).
        width: corner to corner, photo pixels.
        upper, lower: three coefficients each of a lid line, see `lid_line`.
        brow: two coefficients of the brow's lower edge, a straight line in u.
    """

    side: Side
    to_eye: Matrix
    width: float
    upper: Field
    lower: Field
    brow: Field

    @classmethod
    def of(cls, landmarks: Points, side: Side) -> BlinkFrame:
        outer, inner = eye_corners(landmarks, side)
        along = inner - outer
        width = seen_eye_width(landmarks, side)
        down = across(along, landmarks[CHIN, :2] - outer)
        linear = np.stack([along, down]) / width**2
        to_eye = np.column_stack([linear, -linear @ outer])
        ring = transformed(landmarks[EYE_RING[side]], to_eye)
        brow = transformed(landmarks[BROW[side][5:]], to_eye)
        return cls(side, to_eye, width, _fit(ring[RING_UPPER]), _fit(ring[9:]), np.polyfit(brow[:, 0], brow[:, 1], 1))

    def window(self, size_wh: tuple[int, int]) -> Box:
        """The whole photo pixels that this eye's blink may touch."""
        corners = np.array([[u, v] for u in (LEFT_U, RIGHT_U) for v in (TOP_V, BOTTOM_V)])
        return Box.around(transformed(corners, inverted(self.to_eye))).to_whole().clipped(size_wh)


@dataclass(frozen=True, slots=True)
class BlinkLines:
    """The lines of a blink, all v at the same places u.

    Args:
        upper, lower: the open lids.
        shut: where the lids meet.
        skin: the lowest clean skin above the eye, before the lid comes down; `drop` later it is that much lower.
        brow: above it nothing moves.
    """

    u: Field
    upper: Field
    lower: Field
    shut: Field
    skin: Field
    drop: Field
    brow: Field

    @classmethod
    def at(cls, eye: BlinkFrame, u: Field) -> BlinkLines:
        upper, lower = lid_line(eye.upper, u), lid_line(eye.lower, u)
        upper = np.minimum(upper, lower)
        shut = upper + CLOSING * (lower - upper) + 0.02 * arch(u) + 0.03 * np.exp(-(((u + 0.02) / 0.14) ** 2))
        skin = upper - UPPER_MARGIN * np.maximum(np.sqrt(arch(u)), 0.9 * (u < 0.5))
        brow = np.maximum(np.minimum(np.polyval(eye.brow, u) + 0.02, skin - 0.06), TOP_V + 0.1)
        drop = np.clip(0.3 * (shut - upper), 0, np.maximum(0.5 * (skin - brow), 0))
        return cls(u, upper, lower, shut, skin, drop, brow)

    def source_v(self, v: Field) -> Field:
        """Where the skin that ends up at v comes from: stretched down from the brow, pushed up from the cheek."""
        above = (v - self.brow) / np.maximum(self.skin + self.drop - self.brow, 0.02)
        from_above = v - self.drop * np.clip(above, 0, 1)
        rise = self.lower - self.shut + LOWER_MARGIN * np.sqrt(arch(self.u))
        from_below = v + rise * (1 - unit_smoothstep((v - self.shut) / 0.32))
        return np.where(v < self.shut, from_above, from_below)

    def lid(self, v: Field) -> Field:
        """0..1: where the picture shows the new lid and not moved skin."""
        top, bottom = self.skin + self.drop, self.shut + 0.04
        inside = unit_smoothstep((v - top) / 0.10 + 0.7) * unit_smoothstep((bottom - v) / 0.06 + 0.5)
        return (
            np.maximum(inside, 0.65 * self.fold(v))
            * unit_smoothstep((self.u + 0.16) / 0.12)
            * unit_smoothstep((1.06 - self.u) / 0.06)
        )

    def fold(self, v: Field) -> Field:
        """0..1: where the open eye's crease and upper lashes would show through and are calmed."""
        top = self.skin + self.drop
        return (
            unit_smoothstep((v - top) / 0.19 + 1)
            * unit_smoothstep((self.shut + 0.03 + 0.03 * unit_smoothstep((0.1 - self.u) / 0.15) - v) / 0.05)
            * unit_smoothstep((self.u + 0.32) / 0.14)
            * unit_smoothstep((1.1 - self.u) / 0.1)
        )


def eye_coordinates(eye: BlinkFrame, window: Box) -> tuple[Field, Field]:
    """u and v of every pixel of the window, (h, w) each."""
    x = np.arange(int(window.left), int(window.right), dtype=np.float64)[None, :]
    y = np.arange(int(window.top), int(window.bottom), dtype=np.float64)[:, None]
    (a, b, c), (d, e, f) = eye.to_eye
    return a * x + b * y + c, d * x + e * y + f


def photo_maps(eye: BlinkFrame, u: Field, v: Field) -> tuple[Plane, Plane]:
    (a, b, c), (d, e, f) = inverted(eye.to_eye)
    return (a * u + b * v + c).astype(np.float32), (d * u + e * v + f).astype(np.float32)


def looked_up(pixels: Rgb, eye: BlinkFrame, u: Field, v: Field, blur: float = 0.0) -> Tones:
    """The photo's colours at (u, v), (h, w, 3), its rim repeated beyond it; `blur` is a sigma in widths of the eye."""
    h, w = pixels.shape[:2]
    x, y = photo_maps(eye, u, v)
    x, y = np.clip(x, 0, w - 1), np.clip(y, 0, h - 1)
    sigma = blur * eye.width
    reach = 2 + round(4 * sigma)
    left, top = max(int(x.min()) - reach, 0), max(int(y.min()) - reach, 0)
    part = blurred(to_tones(pixels[top : int(y.max()) + reach + 1, left : int(x.max()) + reach + 1]), sigma)
    looked = cv2.remap(part, x - left, y - top, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(looked, 0, 255), dtype=np.float32)


def _fit(points: Points) -> Field:
    u, v = points[:, 0], points[:, 1]
    basis = (u * (1 - u))[:, None] * np.stack([np.ones_like(u), u, u * u], axis=1)
    return np.asarray(np.linalg.lstsq(basis, v, rcond=None)[0], dtype=np.float64)


def lid_line(coefficients: Field, u: Field) -> Field:
    """A line through both corners: u (1 - u) (a + b u + c u²), 0 beyond the corners."""
    inside = np.clip(u, 0, 1)
    a, b, c = coefficients
    return np.asarray(inside * (1 - inside) * (a + b * inside + c * inside**2))


def arch(u: Field) -> Field:
    """0 at and beyond the corners, 1 in the middle."""
    inside = np.clip(u, 0, 1)
    return np.asarray(4 * inside * (1 - inside))


def blurred(picture: NDArray[Any], sigma: float) -> Any:
    return cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.2 else picture.copy()
