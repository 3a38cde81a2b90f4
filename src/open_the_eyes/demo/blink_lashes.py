"""The lash line and the lashes of a shut eye: the person's own darkness, drawn large and brought down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Plane, Points, Rgb, Tones
from ..imaging.binary_masks import FIXED_BITS, fixed
from ..imaging.detail.sharpness import edge_blur
from ..imaging.face.mesh478 import SIDES
from ..imaging.geometry import Box, inverted, transformed
from .blink_lines import BlinkFrame, BlinkLines, Field, blurred, lid_line, looked_up, photo_maps

LASHES: Final = 54


@dataclass(frozen=True, slots=True)
class LashLine:
    """How the lash line of a shut eye is painted: by default it is as much darker than the open eye's lashes as on
    photographed blinks, within 0.04 of the skin's brightness (measured once, as `training.lash_line` does it).

    Args:
        half_width: of faint lashes, and how much more the most marked ones have, in widths of the eye.
        colour: its brightness as a share of the open eye's darkest lashes, and at most as a share of the skin's.
    """

    half_width: tuple[float, float] = (0.022, 0.014)
    colour: tuple[float, float] = (0.77, 0.42)


def lash_colour(pixels: Rgb, eye: BlinkFrame, smooth: Tones, line: LashLine) -> tuple[Field, float]:
    """The person's own lash colour, (3,) 0..255, and how marked their lashes are, 0..1."""
    u = np.linspace(0.12, 0.88, 60, dtype=np.float64)
    upper = lid_line(eye.upper, u)
    grid_u, offset = np.meshgrid(u, np.linspace(-0.05, 0.01, 9))
    rim = looked_up(pixels, eye, grid_u, upper + offset, blur=0.008).reshape(-1, 3)
    grid_u, offset = np.meshgrid(np.linspace(0.1, 1.0, 40), np.linspace(-0.14, 0.02, 12))
    brow = looked_up(pixels, eye, grid_u, np.polyval(eye.brow, grid_u) + offset).reshape(-1, 3)
    dark = 0.75 * _darkest(rim, 25) + 0.25 * _darkest(brow, 15)
    skin = smooth[smooth.shape[0] // 2 :, smooth.shape[1] // 3 : -smooth.shape[1] // 3].mean(axis=(0, 1))
    contrast = 1 - float(dark.mean()) / max(float(skin.mean()), 1.0)
    return np.minimum(dark * line.colour[0], skin * line.colour[1]), float(np.clip((contrast - 0.25) / 0.45, 0, 1))


def _darkest(colours: NDArray[Any], percent: float) -> Field:
    """The mean of the darkest `percent` of (n, 3) colours."""
    light = colours.mean(axis=1)
    return np.asarray(colours[light <= np.percentile(light, percent)].mean(axis=0), dtype=np.float64)


def softness_of(pixels: Rgb, eye: BlinkFrame) -> float:
    """Blur of the eye's sharpest edges as the sigma of a Gaussian, photo pixels."""
    u, v = np.meshgrid(np.linspace(-0.1, 1.1, 2), np.linspace(-0.3, 0.3, 2))
    x, y = photo_maps(eye, u, v)
    part = Box.around(np.column_stack([x.ravel(), y.ravel()])).grown(0.02).within(pixels).cut(pixels)
    if min(part.shape[:2]) < 3:
        return 0.5
    grey = part.mean(axis=2)
    blur = edge_blur(grey, np.ones(grey.shape, np.bool_))
    return float(np.clip(blur, 0.4, 0.05 * eye.width + 0.4))


def lash_layers(eye: BlinkFrame, window: Box, strength: float, softness: float, line: LashLine) -> tuple[Plane, Plane]:
    """Coverage 0..1 of the lash line and of the lashes, (h, w) each, drawn large and brought down."""
    zoom = int(np.clip(math.ceil(560 / eye.width), 1, 24))
    size_wh = int(window.width), int(window.height)
    layers = []
    for shapes, soft in (
        (_line_shapes(eye, line.half_width[0] + line.half_width[1] * strength), 0.006),
        (_lash_shapes(eye, strength), 0.002),
    ):
        canvas = np.zeros((size_wh[1] * zoom, size_wh[0] * zoom), np.uint8)
        for shape in shapes:
            corners = transformed(shape, inverted(eye.to_eye)) - [window.left, window.top]
            outline = fixed((corners + 0.5) * zoom - 0.5)
            cv2.fillPoly(canvas, [outline], (255.0,), cv2.LINE_AA, FIXED_BITS)
        small = cv2.resize(canvas.astype(np.float32) / 255, size_wh, interpolation=cv2.INTER_AREA)
        layers.append(blurred(small, math.hypot(soft * eye.width, max(softness - 0.4, 0) * 0.6)))
    return layers[0], layers[1]


def _line_shapes(eye: BlinkFrame, half_width: float) -> list[Points]:
    """The lash line as one long lens, in (u, v)."""
    u = np.linspace(-0.05, 0.99, 60, dtype=np.float64)
    shut = BlinkLines.at(eye, u).shut
    half = half_width * (1 - u) ** 0.3 * np.clip(8 * (1.01 - u), 0, 1) * np.clip(9 * (u + 0.06), 0, 1)
    return [np.concatenate([np.column_stack([u, shut - half]), np.column_stack([u, shut + half])[::-1]])]


def _lash_shapes(eye: BlinkFrame, strength: float) -> list[Points]:
    """Tapered lashes hanging from the lash line, longer and more slanted towards the outer corner, in (u, v)."""
    rng = np.random.default_rng(11 + SIDES.index(eye.side))
    shapes = []
    for root in np.linspace(0.0, 0.9, LASHES):
        u = float(np.clip(root + rng.normal(0, 0.01), -0.01, 0.93))
        length = (0.05 + 0.05 * strength) * (1.25 - 0.75 * u) * rng.uniform(0.65, 1.2) * min(1.0, (u + 0.06) * 5)
        lean = -0.95 + 1.15 * u + rng.normal(0, 0.12)
        shapes.append(
            _strand(u, float(BlinkLines.at(eye, np.array([u])).shut[0]), length, lean, 0.0045 + 0.002 * strength)
        )
    return shapes


def _strand(u: float, v: float, length: float, lean: float, half: float) -> Points:
    """One tapered stroke from (u, v) downwards; `lean` is the slant at its tip in radians, towards u when positive."""
    way = np.linspace(0, 1, 8)
    slant = lean * (0.45 + 0.55 * way)
    step = length / 7
    spine = np.column_stack([u + np.cumsum(np.sin(slant)) * step, v + np.cumsum(np.cos(slant)) * step])
    across = np.column_stack([np.cos(slant), -np.sin(slant)]) * (half * (1 - way) ** 0.7)[:, None]
    return np.concatenate([spine - across, (spine + across)[::-1]])
